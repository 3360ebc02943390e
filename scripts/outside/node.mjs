/**
 * A user's Node program against the installed packages: it keeps its identity, two nodes meet
 * over each transport, and handshakes have a thread.
 * @module
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { defineProtocol, Server, sendItems, simpleClientIdentity } from "@peerkit/core";
import { loadIdentity, openStore } from "@peerkit/core/store";
import { memoryTransport } from "@peerkit/core/testing";
import { join } from "@peerkit/relay";
import { createRelay } from "@peerkit/relay/server";
import { natsDirectory } from "@peerkit/relay-nats";
import { tcp } from "@peerkit/tcp";
import { webSocket } from "@peerkit/ws";
import * as protocols from "peerkit/protocols";

assert.ok(Object.keys(protocols).length > 0);
const store = await openStore("kept");
const { privateKey } = await loadIdentity(store);
assert.deepEqual((await loadIdentity(store)).privateKey, privateKey);

await meet(memoryTransport(), "memory://outside:1");
await meet(tcp(), "tcp://127.0.0.1:0");
await meet(webSocket(), "ws://127.0.0.1:0/");
await haveThread();

const made = createRelay();
await made.start();
const first = await join(made.urls[0] ?? "", "outside");
const second = await join(made.urls[0] ?? "", "outside");
for await (const peer of first) {
  assert.equal(peer.id, second.server.id);
  break;
}
await Promise.all([first.leave(), second.leave()]);
await made.stop();
console.log("met in a room");

const directory = natsDirectory({ servers: "nats://127.0.0.1:1" });
await assert.rejects(directory.open({ name: "outside", answer: (bytes) => bytes, onLoss() {} }), {
  code: "P2P_ERR_RELAY_DIRECTORY",
});

/**
 * @param {import("@peerkit/core").Transport} transport
 * @param {string} listen
 */
async function meet(transport, listen) {
  const { promise: answered, resolve } = withResolvers();
  const echo = defineProtocol({
    name: "echo",
    version: 1,
    length: 1,
    async run(peer, rw) {
      if (!peer.inbound) await sendItems(rw, 0, "hello");
      const message = await rw.readMsg();
      if (peer.inbound) await sendItems(rw, 0, "hello");
      else resolve(message.decode());
      await peer.closed;
    },
  });
  const name = simpleClientIdentity("outside", "1.0.0");
  const options = { name, protocols: [echo], transports: [transport] };
  const listener = new Server({ ...options, listen: [listen] });
  const dialer = new Server(options);
  await listener.start();
  await dialer.start();
  const [address] = listener.urls;
  assert.ok(address, `no address for ${listen}`);
  await dialer.connect(address);
  assert.deepEqual(await answered, [new TextEncoder().encode("hello")]);
  await dialer.stop();
  await listener.stop();
  console.log(`met over ${transport.name}`);
}

/** The file of the thread is where the package looks for it. */
async function haveThread() {
  const started = once(process, "worker");
  const listen = ["tcp://127.0.0.1:0"];
  const server = new Server({ transports: [tcp()], listen, handshakeWorkers: 1 });
  await server.start();
  const [thread] = await started;
  // It rejects when the thread ends with an error instead.
  assert.deepEqual(await once(thread, "message"), ["ready"]);
  await server.stop();
  console.log("had a thread");
}

/** `Promise.withResolvers` isn't in Node 20. */
function withResolvers() {
  /** @type {(value: unknown) => void} */
  let resolve = () => {};
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
