/**
 * `peerkit relay` in a process of its own.
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Peer } from "@peerkit/core";
import { bytesToHex, defineProtocol, Server } from "@peerkit/core";
import type { RelayTransport } from "@peerkit/relay";
import { join as joinRoom, relay } from "@peerkit/relay";
import { tcp } from "@peerkit/tcp";
import { webSocket } from "@peerkit/ws";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RelayProcess } from "./relay-process.test.helper.ts";
import { BIN, exit, startRelayProcess, until } from "./relay-process.test.helper.ts";

let dir: string;
let cleanUp: (() => unknown)[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "peerkit-relay-"));
  cleanUp = [() => rm(dir, { recursive: true })];
});
afterEach(async () => {
  for (const action of cleanUp.reverse()) await action();
});

/** Starts one with a key that stays for the test. */
async function startRelay(...args: readonly string[]): Promise<RelayProcess> {
  const relay = await startRelayProcess("--key-file", join(dir, "key"), ...args);
  cleanUp.push(() => relay.child.kill("SIGKILL"));
  return relay;
}

/** Sends without end where it dialed, and counts what comes. */
function pour() {
  const counted = { bytes: 0 };
  const protocol = defineProtocol({
    name: "pour",
    version: 1,
    length: 1,
    async run(peer, rw, signal) {
      if (peer.path === "direct" && peer.transport !== "tcp") {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return;
      }
      const chunk = new Uint8Array(64 * 1024);
      const send = async () => {
        while (!peer.inbound && !signal.aborted) await rw.writeMsg(0, chunk);
      };
      const sending = send().catch(() => {});
      for await (const msg of rw) counted.bytes += msg.size;
      await sending;
    },
  });
  return { protocol, counted };
}

async function startTab() {
  const { protocol, counted } = pour();
  const transport: RelayTransport = relay();
  const server = new Server({
    protocols: [protocol],
    transports: [webSocket(), transport],
  });
  await server.start();
  cleanUp.push(() => server.stop());
  return { server, transport, counted };
}

test("serves health, its address and its bounds, and leaves in order on SIGTERM", async () => {
  const { child, ready } = await startRelay("--public-metrics", "--drain", "0", "--max-pipes", "7");
  expect(ready.bounds).toMatchObject({ maxPeers: 10_000, maxPipes: 7 });
  expect(await (await fetch(`${ready.page}/healthz`)).text()).toBe("ok\n");
  const config = await (await fetch(`${ready.page}/peerkit.json`)).json();
  expect(config).toMatchObject({ address: ready.urls[0], relay: true });
  const metrics = await (await fetch(`${ready.page}/metrics`)).text();
  expect(metrics).toMatch(/^peerkit_relay_reservations 0$/m);
  expect(metrics).toMatch(/^process_cpu_user_seconds_total /m);
  expect(await exit(child, "SIGTERM")).toBe(0);
});

test("keeps its metrics to itself unless told otherwise", async () => {
  const { ready } = await startRelay();
  expect((await fetch(`${ready.page}/metrics`)).status).toBe(404);
});

test("lets programs meet in a room", async () => {
  const { via } = await startRelay();
  const [a, b] = [await joinRoom(via, "lobby"), await joinRoom(via, "lobby")];
  cleanUp.push(() => Promise.all([a.leave(), b.leave()]));
  await until(() => a.peers.length === 1 && b.peers.length === 1);
});

test("takes a new policy on SIGHUP, and keeps the old one when the file is wrong", async () => {
  const node = new Server({
    transports: [tcp()],
    listen: ["tcp://127.0.0.1:0"],
    protocols: [pour().protocol],
  });
  await node.start();
  cleanUp.push(() => node.stop());
  const policy = join(dir, "policy.json");
  await writeFile(policy, "{}");
  const { child, via, next } = await startRelay("--policy", policy);
  const tab = await startTab();
  const address = `${node.urls[0]}?via=${encodeURIComponent(via)}`;
  await expect(tab.server.connect(address)).rejects.toMatchObject({
    code: "P2P_ERR_RELAY_NOT_ALLOWED",
  });
  await writeFile(policy, '{"allow": ["nonsense"]}');
  child.kill("SIGHUP");
  expect((await next("not-reloaded")).error).toMatch(/bad address/);
  await writeFile(policy, JSON.stringify({ allow: node.urls }));
  child.kill("SIGHUP");
  await next("reload");
  expect((await tab.server.connect(address)).id).toBe(node.id);
});

test("killed in the middle of a transfer, both ends know within 5 s, and go on after its return", async () => {
  const first = await startRelay();
  const bob = await startTab();
  await bob.transport.reserve(first.via);
  const alice = await startTab();
  const address = `enode://${bytesToHex(bob.server.publicKey)}?via=${encodeURIComponent(first.via)}`;
  const peer = await alice.server.connect(address);
  const back = (): Peer | undefined => bob.server.peers.find(({ path }) => path === "circuit");
  await until(() => bob.counted.bytes > 1_000_000);
  const other = back();
  const killedAt = performance.now();
  await exit(first.child, "SIGKILL");
  const ends = await Promise.all([peer.closed, other?.closed]);
  expect(performance.now() - killedAt).toBeLessThan(5_000);
  for (const end of ends) {
    expect(end?.code).toMatch(/^P2P_ERR_(?:TRUNCATED|STREAM|STREAM_CLOSED)$/);
  }
  // The same port, the same key: Bob comes back by himself, and Alice asks again.
  const { port } = new URL(first.ready.page);
  const second = await startRelay("--http", `127.0.0.1:${port}`);
  expect(second.via).toBe(first.via);
  const before = bob.counted.bytes;
  for (;;) {
    const again = await alice.server.connect(address).catch(() => undefined);
    if (again) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await until(() => bob.counted.bytes > before + 1_000_000);
});

test("doesn't go through all its memory again and again for what goes through its pipes", async () => {
  const policy = join(dir, "policy.json");
  const much = { bytesPerSecond: 1e12, bytesPerDay: 1e15 };
  await writeFile(policy, JSON.stringify({ limits: { perKey: much, perAddress: much } }));
  const { ready, via } = await startRelay("--policy", policy, "--public-metrics");
  const bob = await startTab();
  await bob.transport.reserve(via);
  const alice = await startTab();
  await alice.server.connect(
    `enode://${bytesToHex(bob.server.publicKey)}?via=${encodeURIComponent(via)}`,
  );
  const collections = async (): Promise<number> => {
    const metrics = await (await fetch(`${ready.page}/metrics`)).text();
    const counts = metrics.matchAll(/^nodejs_gc_duration_seconds_count\{kind="major"\} (\d+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  await until(() => bob.counted.bytes > 0);
  const before = await collections();
  await until(() => bob.counted.bytes > 200_000_000);
  // One for every 16 MB or so, where there is no room.
  expect((await collections()) - before).toBeLessThan(4);
});

test("a wrong command line is told in words", async () => {
  const child = spawn(process.execPath, [BIN, "relay", "--allow", "nonsense", "--http", "0"]);
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, "close");
  expect(code).toBe(1);
  expect(said).toMatch(/bad address "nonsense"/);
});
