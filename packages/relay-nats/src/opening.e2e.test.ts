/**
 * Opening a directory over real NATS servers: who is let in, what is said to the others; and closing.
 * @module
 */

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { nkeys } from "@nats-io/transport-node";
import { FakeClock } from "@peerkit/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { needs } from "../../../scripts/needs.mjs";
import { bytes, eventually, openMember, text } from "./member.test.helper.ts";
import type { NatsDirectoryOptions } from "./nats-directory.ts";
import type { NatsServer, NatsServerOptions } from "./nats-server.test.helper.ts";
import { natsNeed, startNatsServer } from "./nats-server.test.helper.ts";
import { startProxy } from "./proxy.test.helper.ts";

const openssl = needs("openssl");

describe.skipIf(natsNeed.missing)(`opening a directory over NATS${natsNeed.note}`, () => {
  test("says where nothing runs", async () => {
    const server = await start();
    await server.kill();
    await refuses({ servers: server.url }, `can't reach NATS at ${server.url}: connection refused`);
  });

  test("goes on to the server that runs", async () => {
    const [gone, server] = [await start(), await start()];
    await gone.kill();
    await works({ servers: [gone.url, server.url] });
  });

  test("says that JetStream has to be enabled", async () => {
    const server = await start({ jetStream: false });
    await refuses({ servers: server.url }, "has no JetStream (start it with -js");
  });

  test("lets in who has user and password, and says so to the others", async () => {
    const server = await start({ flags: ["--user", "relay", "--pass", "secret"] });
    const text = "doesn't let us in: check user, password";
    await refuses({ servers: server.url }, text);
    await refuses({ servers: server.url, access: { user: "relay", pass: "wrong" } }, text);
    await works({ servers: server.url, access: { user: "relay", pass: "secret" } });
  });

  test("lets in who has the token", async () => {
    const server = await start({ flags: ["--auth", "secret"] });
    await refuses({ servers: server.url, access: { token: "wrong" } }, "doesn't let us in");
    await works({ servers: server.url, access: { token: "secret" } });
  });

  test("lets in who has the key of an nkey", async () => {
    const pair = nkeys.createUser();
    const users = `[ { nkey: ${pair.getPublicKey()} } ]`;
    const server = await start({ flags: ["-c", configFile(users)] });
    const [ours, other] = [pair, nkeys.createUser()].map((each) =>
      new TextDecoder().decode(each.getSeed()),
    );
    await refuses({ servers: server.url, access: { nkeySeed: other ?? "" } }, "doesn't let us in");
    await works({ servers: server.url, access: { nkeySeed: ours ?? "" } });
  });

  test.each([
    [["$JS.>", "_INBOX.>", "peerkit-relays.ask.>"], "$KV.peerkit-relays._.a"],
    [["$KV.peerkit-relays.>", "_INBOX.>", "peerkit-relays.ask.>"], "$JS.API"],
    [["$JS.>", "_INBOX.>", "$KV.peerkit-relays.>"], "peerkit-relays.ask.a"],
  ])("names what a user with %j isn't allowed", async (allowed, forbidden) => {
    const server = await start({ flags: ["-c", permissionsFile(allowed)] });
    await refuses(
      { servers: server.url, access: { user: "relay", pass: "secret" } },
      `forbids "${forbidden}`,
    );
  });

  test("needs no more permissions than it names", async () => {
    const allowed = ["$JS.>", "$KV.peerkit-relays.>", "peerkit-relays.ask.>", "_INBOX.>"];
    const server = await start({ flags: ["-c", permissionsFile(allowed)] });
    await works({ servers: server.url, access: { user: "relay", pass: "secret" } });
  });

  test("insists on TLS where the address does", async () => {
    const server = await start();
    const servers = server.url.replace("nats:", "tls:");
    await refuses({ servers }, "server does not support 'tls'");
  });

  test.skipIf(openssl.missing)(
    `takes TLS with a certificate that it can check, and no other${openssl.note}`,
    async () => {
      const { certFile, keyFile } = certificate();
      const server = await start({ flags: ["--tls", "--tlscert", certFile, "--tlskey", keyFile] });
      const servers = `tls://localhost:${server.port}`;
      await refuses({ servers }, `can't reach NATS at ${servers}: self-signed certificate`);
      await works({ servers, access: { tls: { caFile: certFile } } });
    },
  );

  test("says why NATS can't make the bucket", async () => {
    const server = await start();
    const text = `can't do that with its bucket "mine": replicas > 1 not supported`;
    await refuses({ servers: server.url, bucket: "mine", replicas: 3 }, text);
  });

  test("keeps what two groups of relays have apart", async () => {
    const server = await start();
    const { member } = await openMember("a", { servers: server.url, bucket: "one" });
    const { member: other } = await openMember("a", { servers: server.url, bucket: "two" });
    await member.claim("node.1", bytes("one"));
    expect(await other.lookup("node.1")).toBeUndefined();
    await member.close();
    expect(text(await other.ask("a", bytes("still me")))).toBe("still me");
  });

  test("gives up a server that says nothing, and leaves no connection to it", async () => {
    const server = await start();
    const proxy = await startProxy(server.port);
    proxy.hush();
    await refuses({ servers: proxy.url }, `NATS at ${proxy.url} doesn't answer`);
    await eventually(() => expect(proxy.hushed()).toBe(0));
  });

  test("leaves no connection when it is closed while a server says nothing", async () => {
    const server = await start();
    const proxy = await startProxy(server.port);
    const { member } = await openMember("a", { servers: proxy.url });
    proxy.hush();
    await eventually(() => expect(proxy.hushed()).toBe(1));
    await member.close();
    await eventually(() => expect(proxy.hushed()).toBe(0));
  });

  test("leaves no timer when it is closed", async () => {
    const server = await start();
    const clock = new FakeClock();
    const { member } = await openMember("a", { servers: server.url, clock });
    await member.watch("node", () => {});
    expect(clock.pending).toBeGreaterThan(0);
    await member.close();
    expect(clock.pending).toBe(0);
    await expect(member.lookup("node.1")).rejects.toMatchObject({
      code: "P2P_ERR_RELAY_DIRECTORY",
    });
    await member.close();
  });

  test.each(["well", "frozen", "gone"])(
    "lets a process end that has closed it while the server was %s",
    async (state) => {
      const server = await start();
      const harm = { well: "", frozen: 'kill("SIGSTOP");', gone: 'kill("SIGKILL");' }[state];
      const program = `
        import { natsDirectory } from "@peerkit/relay-nats";
        const desk = { name: "a", answer: (question) => question, onLoss() {} };
        const member = await natsDirectory({ servers: "${server.url}" }).open(desk);
        await member.watch("node", () => {});
        const kill = (signal) => process.kill(${server.pid}, signal);
        ${harm}
        while (${state !== "well"} && (await member.lookup("node.1").then(() => true, () => false)));
        const claimed = member.claim("node.1", new Uint8Array(1)).then(() => "kept", () => "not kept");
        await new Promise((resolve) => setImmediate(resolve));
        if (${state === "well"}) await claimed;
        await member.close();
        console.log(await claimed);
      `;
      const args = ["--input-type=module", "--eval", program];
      const cwd = new URL("..", import.meta.url).pathname;
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
      expect(stdout.trim()).toBe(state === "well" ? "kept" : "not kept");
    },
  );
});

async function start(options?: NatsServerOptions): Promise<NatsServer> {
  const server = await startNatsServer(options);
  onTestFinished(() => server.kill());
  return server;
}

async function refuses(options: NatsDirectoryOptions, message: string): Promise<void> {
  const error = await openMember("a", options).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toMatchObject({
    code: "P2P_ERR_RELAY_DIRECTORY",
    message: expect.stringContaining(message),
  });
}

async function works(options: NatsDirectoryOptions): Promise<void> {
  const { member } = await openMember("a", options);
  await member.watch("node", () => {});
  await member.claim("node.1", bytes("here"));
  expect(text(await member.lookup("node.1"))).toBe("here");
  expect(text(await member.ask("a", bytes("there?")))).toBe("there?");
  await member.close();
}

/** A certificate for localhost that is its own authority, and its key. */
function certificate(): { readonly certFile: string; readonly keyFile: string } {
  const folder = temporaryFolder();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", "/CN=nats", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", keyFile, "-out", certFile];
  const quiet = { stdio: "ignore" } as const;
  execFileSync(openssl.path, ["req", "-x509", ...curve, ...subject, ...files], quiet);
  return { certFile, keyFile };
}

/** A server's configuration with one user, who may publish and subscribe to these subjects. */
function permissionsFile(allowed: readonly string[]): string {
  const subjects = JSON.stringify(allowed);
  return configFile(`[ { user: relay, password: secret,
    permissions: { publish: ${subjects}, subscribe: ${subjects} } } ]`);
}

function configFile(users: string): string {
  const file = join(temporaryFolder(), "nats.conf");
  writeFileSync(file, `authorization { users = ${users} }`);
  return file;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "peerkit-nats-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
