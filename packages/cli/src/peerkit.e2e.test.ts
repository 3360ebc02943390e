/**
 * The built command, in processes of its own.
 * @module
 */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const BIN = fileURLToPath(new URL("../bin/peerkit.js", import.meta.url));
const KEY = /^[0-9a-f]{128}$/;

interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let dir: string;
let cleanUp: (() => unknown)[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "peerkit-e2e-"));
  cleanUp = [() => rm(dir, { recursive: true })];
});
afterEach(async () => {
  for (const action of cleanUp.reverse()) await action();
});

function start(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [BIN, ...args]);
  cleanUp.push(() => child.kill("SIGKILL"));
  return child;
}

async function peerkit(...args: readonly string[]): Promise<Finished> {
  const child = start(...args);
  child.stdin?.end();
  return finish(child);
}

async function finish(child: ChildProcess): Promise<Finished> {
  let [out, err] = ["", ""];
  child.stdout?.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, "close");
  return { code: code as number | null, out, err };
}

/** A `peerkit node --json` whose events can be awaited. */
async function startNode(...args: readonly string[]) {
  const child = start("node", "--json", ...args);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const next = async (type: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the node ended before "${type}"`);
      const event = JSON.parse(value);
      if (event.type === type) return event;
    }
  };
  const ready = await next("ready");
  const urls = ready.urls as string[];
  return { child, ready, urls, next, say: (text: string) => child.stdin?.write(`${text}\n`) };
}

const LOOPBACK = ["--listen", "tcp://127.0.0.1:0", "--listen", "ws://127.0.0.1:0/p2p"];

/** A TCP server that does with each connection what the test says. */
async function rawServer(onSocket: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    // The command hangs up as it likes.
    socket.on("error", () => {});
    onSocket(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe("peerkit", () => {
  test.each([[["--help"]], [["node", "--help"]], [["ping", "-h"]], [["key", "--help"]]])(
    "shows help for %j",
    async (args) => {
      const { code, out, err } = await peerkit(...args);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toMatch(/^Usage: peerkit /);
    },
  );

  test("shows its version", async () => {
    const { code, out } = await peerkit("--version");
    expect([code, out]).toEqual([0, "0.1.0\n"]);
  });

  test.each([
    [[], "Usage: peerkit"],
    [["bogus"], "there is no command bogus"],
    [["--bogus"], "there is no option --bogus"],
    [["constructor"], "there is no command constructor"],
    [["node", "--bogus"], '"peerkit node --help"'],
    [["ping"], "address"],
    [["ping", "enode://nonsense"], "peerkit: "],
    [["key"], '"new" or "show"'],
    [["key", "new"], "--key-file"],
  ])("says what to do about %j, with exit code 2", async (args, message) => {
    const { code, out, err } = await peerkit(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe("peerkit key", () => {
  test("makes a key, shows it, and keeps the private one to itself unless asked", async () => {
    const file = join(dir, "key");
    const made = await peerkit("key", "new", "--key-file", file, "--json");
    const shown = await peerkit("key", "show", "--key-file", file);
    const full = JSON.parse(
      (await peerkit("key", "show", "--key-file", file, "--private", "--json")).out,
    );
    const secret = (await readFile(file, "utf8")).trim();
    expect(JSON.parse(made.out).publicKey).toMatch(KEY);
    expect(shown.out).toContain(`enode        enode://${full.publicKey}\n`);
    expect(made.out + shown.out).not.toContain(secret);
    expect(full.privateKey).toBe(secret);
  });

  test("never overwrites a file", async () => {
    const file = join(dir, "key");
    await writeFile(file, "mine");
    const { code, err } = await peerkit("key", "new", "--key-file", file);
    expect(code).toBe(1);
    expect(err).toContain("never overwritten");
    expect(await readFile(file, "utf8")).toBe("mine");
  });
});

describe("peerkit node", () => {
  test("keeps its id by its key file, and stops on SIGTERM with exit code 0", async () => {
    const file = join(dir, "sub", "key");
    const first = await startNode(...LOOPBACK, "--key-file", file);
    const ended = finish(first.child);
    first.child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
    const second = await startNode(...LOOPBACK, "--key-file", file);
    expect(second.ready.id).toBe(first.ready.id);
  });

  test("keeps its id and its record's number in its data folder", async () => {
    const data = join(dir, "deep", "data");
    const first = await startNode(...LOOPBACK, "--data", data);
    const ended = finish(first.child);
    first.child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
    expect((await readdir(data)).sort()).toEqual(["identity.0", `seq.${first.ready.id}`]);
    const second = await startNode(...LOOPBACK, "--data", data);
    expect(second.ready.id).toBe(first.ready.id);
  });

  test("refuses a corrupt key file, and leaves it as it is", async () => {
    const file = join(dir, "key");
    await writeFile(file, "not a key", { mode: 0o600 });
    const { code, err } = await peerkit("node", ...LOOPBACK, "--key-file", file);
    expect(code).toBe(1);
    expect(err).toContain("P2P_ERR_BAD_KEY");
    expect(await readFile(file, "utf8")).toBe("not a key");
  });

  test.each(["--listen=tcp://127.0.0.1:PORT", "--listen=ws://127.0.0.1:PORT", "--http=PORT"])(
    "says that the port of %s is taken, with exit code 1",
    async (option) => {
      const port = await rawServer((socket) => socket.destroy());
      const given = option.replace("PORT", String(port));
      const { code, err } = await peerkit("node", "--listen=tcp://127.0.0.1:0", given);
      expect(code).toBe(1);
      expect(err).toContain("P2P_ERR_LISTEN_FAILED");
      expect(err).toContain("--http 127.0.0.1:8081");
      expect(err).toContain(String(port));
    },
  );

  test("chats and plays foo/bar with a node that dials it, over TCP and WebSocket", async () => {
    const hub = await startNode(...LOOPBACK, "--name", "hub", "--chat");
    for (const [at, path] of [
      [0, "tcp"],
      [1, "ws"],
    ] as const) {
      const url = hub.urls[at]!;
      const name = `by ${path}`;
      const args = ["--listen", "tcp://127.0.0.1:0", "--peer", url, "--name", name, "--chat"];
      const member = await startNode(...args);
      expect(await member.next("text")).toMatchObject({ peer: hub.ready.id, text: "bar" });
      expect(await hub.next("add")).toMatchObject({ peer: member.ready.id, path });
      member.say(`hello ${path}`);
      expect(await hub.next("said")).toMatchObject({ name, text: `hello ${path}` });
      hub.say(`welcome ${path}`);
      for (;;) {
        const { name: by, text } = await member.next("said");
        if (by === "hub" && text === `welcome ${path}`) break;
      }
      const ended = finish(member.child);
      member.child.kill("SIGINT");
      expect((await ended).code).toBe(0);
      expect(await hub.next("drop")).toMatchObject({ peer: member.ready.id, reason: 0x08 });
    }
  });

  test("says why a peer is gone, and comes back when it does", async () => {
    const file = join(dir, "key");
    const hub = await startNode("--listen", "tcp://127.0.0.1:0", "--key-file", file);
    const url = hub.urls[0]!;
    const member = await startNode("--listen", "tcp://127.0.0.1:0", "--peer", url);
    await member.next("add");
    const ended = finish(hub.child);
    hub.child.kill("SIGTERM");
    await ended;
    for (;;) {
      const event = await member.next("dial");
      if (event.state !== "wait") continue;
      const { id } = hub.ready;
      expect(event).toMatchObject({ peer: id, static: true, pauseMs: expect.any(Number) });
      break;
    }
    const port = new URL(url.replace("enode:", "http:")).port;
    await startNode("--listen", `tcp://127.0.0.1:${port}`, "--key-file", file);
    expect(await member.next("add")).toMatchObject({ peer: hub.ready.id });
  });

  test("serves a page that can dial it on the same port", async () => {
    await writeFile(join(dir, "index.html"), "<p>the page");
    const node = await startNode(
      ...["--listen", "tcp://127.0.0.1:0", "--listen", "ws://127.0.0.1:0"],
      ...["--http", "127.0.0.1:0", "--site", dir, "--name", "relay"],
    );
    const page = String(node.ready.page);
    expect(await (await fetch(page)).text()).toBe("<p>the page");
    const config = JSON.parse(await (await fetch(`${page}/peerkit.json`)).text());
    const { port } = new URL(page);
    expect(config).toMatchObject({ name: "relay", version: "0.1.0" });
    expect(config.address).toMatch(
      new RegExp(`^enode\\+ws://[0-9a-f]{128}@127.0.0.1:${port}/p2p$`),
    );
    expect(node.urls).toHaveLength(3);
    const { code, out } = await peerkit("ping", config.address, "--json");
    expect([code, JSON.parse(out).outcome]).toEqual([0, "hello"]);
  });
});

describe("peerkit ping", () => {
  test("says who a node is, with its timings, over both transports", async () => {
    const node = await startNode(...LOOPBACK, "--name", "someone");
    for (const url of node.urls) {
      const { code, out } = await peerkit("ping", url, "--json");
      const result = JSON.parse(out);
      expect(code).toBe(0);
      expect(result.client).toMatch(/^someone\/v0\.1\.0\//);
      expect(result).toMatchObject({
        outcome: "hello",
        version: 5,
        caps: ["MyProtocol/1", "chat/1"],
      });
      for (const step of ["dial", "ack", "hello", "ping"]) {
        expect(result.timings[step]).toBeGreaterThan(0);
      }
      const { out: text } = await peerkit("ping", url);
      expect(text).toMatch(/^client {8}someone\/v0\.1\.0\//);
      expect(text).toMatch(/\nround trip {4}\d+\.\d ms\n/);
    }
  });

  test("fails with 1 when what answers is not the node", async () => {
    const one = await startNode("--listen", "tcp://127.0.0.1:0");
    const other = await startNode("--listen", "tcp://127.0.0.1:0");
    const at = other.urls[0]!.split("@")[1];
    const { code, out } = await peerkit("ping", `${one.urls[0]!.split("@")[0]}@${at}`, "--json");
    expect([code, JSON.parse(out).outcome]).toEqual([1, "refused"]);
  });

  test("fails with 1 when the node hangs up", async () => {
    const node = await startNode("--listen", "tcp://127.0.0.1:0");
    const port = await rawServer((socket) => socket.once("data", () => socket.destroy()));
    const address = node.urls[0]!.replace(/:\d+$/, `:${port}`);
    const { code, out } = await peerkit("ping", address);
    expect(code).toBe(1);
    expect(out).toContain("P2P_ERR_");
  });

  test("fails with 1 when the node says nothing in time", async () => {
    const node = await startNode("--listen", "tcp://127.0.0.1:0");
    const port = await rawServer((socket) => socket.resume());
    const address = node.urls[0]!.replace(/:\d+$/, `:${port}`);
    const { code, out } = await peerkit("ping", address, "--timeout", "1", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out).error.code).toMatch(/TIMEOUT/);
  });

  test("fails with 2 when nothing listens there", async () => {
    const node = await startNode("--listen", "tcp://127.0.0.1:0");
    const ended = finish(node.child);
    node.child.kill("SIGTERM");
    await ended;
    const { code, out } = await peerkit("ping", node.urls[0]!);
    expect(code).toBe(2);
    expect(out).toMatch(/^unreachable/m);
  });
});
