/**
 * Transports that bring protocols, take streams of their own, and stand in between.
 * @module
 */

import { afterEach, expect, test } from "vitest";
import type { Protocol } from "../devp2p/protocol.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import { P2PError } from "../errors.ts";
import { memoryNetwork } from "../testing/memory-transport.ts";
import type { ByteStream, StreamPath } from "../transport.ts";
import type { ServerOptions } from "./options.ts";
import { Server } from "./server.ts";
import type { ServerTransport, TransportHost } from "./transport-host.ts";

const network = memoryNetwork();
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const idle: Protocol = defineProtocol({
  name: "idle",
  version: 1,
  length: 1,
  run: (_peer, _rw, signal) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
});

async function start(options: ServerOptions): Promise<Server> {
  const server = new Server({ protocols: [idle], ...options });
  servers.push(server);
  await server.start();
  return server;
}

/** Reaches `target` for whatever address has a `via`. */
function detour(target: () => Server, more: Partial<ByteStream> = {}): ServerTransport {
  const inner = network.transport();
  return {
    name: "detour",
    schemes: ["via"],
    async dial(_address, options) {
      return Object.assign(await inner.dial(target().self, options), more);
    },
  };
}

test("a transport's protocols are in the Hello and run beside the application's", async () => {
  const own = defineProtocol({ ...idle, name: "own" });
  const bringing: ServerTransport = { ...network.transport(), protocols: [own] };
  const node = await start({ transports: [bringing], listen: ["memory://node:0"] });
  const dialer = await start({ transports: [bringing] });
  const peer = await dialer.connect(node.urls[0] ?? "");
  expect(peer.protocols.map(({ name }) => name)).toEqual(["idle", "own"]);
});

test("a protocol that a transport and the application both bring is refused", () => {
  const bringing: ServerTransport = { ...network.transport(), protocols: [idle] };
  expect(() => new Server({ protocols: [idle], transports: [bringing] })).toThrow(/idle\/1/);
});

test("a transport connects and hands over streams once its server has started", async () => {
  const node = await start({ transports: [network.transport()], listen: ["memory://node:0"] });
  let host: TransportHost | undefined;
  const server = await start({
    transports: [
      {
        ...network.transport(),
        attach: (given) => {
          host = given;
        },
      },
    ],
  });
  expect(host?.publicKey).toEqual(server.publicKey);
  expect(await host?.connect(node.self)).toBe(server.peers[0]);
  await server.stop();
  expect(host?.signal.aborted).toBe(true);
});

test("a stream that a transport hands over becomes an inbound peer", async () => {
  let host: TransportHost | undefined;
  const hosted: ServerTransport = {
    name: "handing",
    schemes: ["handed"],
    dial: () => Promise.reject(new Error("dials nothing")),
    attach: (given) => {
      host = given;
    },
  };
  const node = await start({ transports: [hosted] });
  // A listener of nobody's server stands for whatever brings the stream.
  const inner = network.transport();
  const listener = await inner.listen?.(
    { scheme: "memory", host: "elsewhere", port: 0 },
    {
      admit: () => true,
      onStream: (stream) => host?.accept(Object.assign(stream, { path: "circuit" }), "handed"),
    },
  );
  const added = node.events().next();
  const dialer = await start({ transports: [network.transport()] });
  await dialer.connect({ ...listener?.address, publicKey: node.publicKey, scheme: "memory" });
  expect((await added).value).toMatchObject({ type: "add", inbound: true });
  expect(node.peers[0]).toMatchObject({ transport: "handed", path: "circuit" });
  await listener?.close();
});

test.each<[StreamPath | undefined, StreamPath]>([
  [undefined, "direct"],
  ["bridge", "bridge"],
  ["circuit", "circuit"],
])("an address with a via goes to the transport for those; path %s is %s", async (path, shown) => {
  const node = await start({ transports: [network.transport()], listen: ["memory://node:0"] });
  const dialer = await start({ transports: [detour(() => node, path ? { path } : {})] });
  const { publicKey } = node;
  const peer = await dialer.connect({ publicKey, scheme: "tcp", via: "enode+ws://relay" });
  expect(peer).toMatchObject({ path: shown, transport: "via", sealed: true });
});

test("a stream's own psk stands in place of the server's", async () => {
  const psk = new Uint8Array(32).fill(1);
  const listen = ["memory://node:0"];
  const node = await start({ transports: [network.transport()], listen, psk });
  const { publicKey } = node;
  const address = { publicKey, scheme: "tcp", via: "enode+ws://relay" };
  const knowing = await start({ transports: [detour(() => node, { requireSealed: { psk } })] });
  expect((await knowing.connect(address)).sealed).toBe(true);
  const guessing = await start({ transports: [detour(() => node, { requireSealed: {} })], psk });
  expect((await guessing.connect(address)).sealed).toBe(true);
  const other = await start({ transports: [detour(() => node)] });
  await expect(other.connect(address)).rejects.toMatchObject({ code: "P2P_ERR_SEALED_HANDSHAKE" });
});

test("an error that the transport gives the end of a stream is what a dial fails with", async () => {
  const why = new P2PError("the token was taken", { code: "P2P_ERR_PIPE_TAKEN" });
  const transport: ServerTransport = {
    name: "taken",
    schemes: ["via"],
    async dial() {
      const closed = Promise.resolve({ error: why });
      const fail = () => Promise.reject(new P2PError("ended", { code: "P2P_ERR_STREAM_CLOSED" }));
      return {
        pausable: true,
        closed,
        write: fail,
        close: async () => {},
        abort() {},
        [Symbol.asyncIterator]: () => ({ next: fail }),
      };
    },
  };
  const dialer = await start({ transports: [transport] });
  const { publicKey } = new Server();
  await expect(dialer.connect({ publicKey, scheme: "tcp", via: "enode+ws://relay" })).rejects.toBe(
    why,
  );
});
