/**
 * What a server tells of itself and its peers: JSON in go-ethereum's shape, metrics, counters.
 * @module
 */

import { afterEach, describe, expect, test } from "vitest";
import type { Protocol } from "../devp2p/protocol.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import { DiscReason, P2PError } from "../errors.ts";
import { formatNodeAddress } from "../node/address-text.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { memoryNetwork } from "../testing/memory-transport.ts";
import type { Metrics } from "./metrics.ts";
import { ServerMetrics } from "./metrics.ts";
import type { ServerOptions } from "./options.ts";
import { Server } from "./server.ts";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

function newNetwork() {
  const network = memoryNetwork();
  return async (options: ServerOptions, listens = true): Promise<Server> => {
    const listen = listens ? ["memory://node:0"] : [];
    // RLPx v5, which compresses, and where both sides are peers at the same moment.
    const server = new Server({
      transports: [network.transport()],
      listen,
      sealed: "off",
      ...options,
    });
    servers.push(server);
    await server.start();
    return server;
  };
}

/** Echoes until the peer leaves. */
function echo(name: string, extra: Partial<Protocol> = {}): Protocol {
  return defineProtocol({
    name,
    version: 1,
    length: 0x200,
    async run(_peer, rw) {
      for await (const msg of rw) await rw.writeMsg(msg.code, msg.payload);
    },
    ...extra,
  });
}

/** Adds up, as a collector would. */
function newCollector() {
  const counts: Record<string, number> = {};
  const gauges: Record<string, number> = {};
  const metrics: Metrics = {
    count(name, by) {
      counts[name] = (counts[name] ?? 0) + by;
    },
    gauge(name, value) {
      gauges[name] = value;
    },
  };
  return { counts, gauges, metrics };
}

describe("information in go-ethereum's shape", () => {
  test("tells what the server is", async () => {
    const start = newNetwork();
    const protocols = [
      echo("a", { nodeInfo: () => ({ network: 1 }) }),
      echo("a", { version: 2, nodeInfo: () => "another version" }),
      echo("b"),
    ];
    const server = await start({ name: "test/v1", protocols });
    const { port = 0 } = server.self;
    server.localNode.setIp("192.0.2.1");
    const info = server.nodeInfo();
    expect(info).toEqual({
      id: server.id,
      name: "test/v1",
      enode: server.urls[0],
      enr: server.localNode.enr,
      ip: "192.0.2.1",
      ports: { discovery: 0, listener: port },
      listenAddr: `memory://node:${port}`,
      protocols: { a: { network: 1 }, b: "unknown" },
    });
    expect(JSON.parse(JSON.stringify(info))).toEqual(info);
    const idle = new Server({});
    expect(idle.nodeInfo()).toMatchObject({ ip: "", listenAddr: "", ports: { listener: 0 } });
  });

  test("tells what the peers are, on both sides, in order of their ids", async () => {
    const start = newNetwork();
    let ready = false;
    const protocols = [echo("a"), echo("b", { peerInfo: (id) => (ready ? { id } : undefined) })];
    const server = await start({ name: "server/v1", protocols });
    const clients = [
      await start({ name: "client/v1", protocols }, false),
      await start({ name: "client/v1", protocols }, false),
    ];
    const [client] = clients as [Server, Server];
    for (const each of clients) await each.connect(server.urls[0]!);
    const infos = server.peersInfo();
    expect(infos.map(({ id }) => id)).toEqual(clients.map(({ id }) => id).sort());
    const [peer] = server.peers.filter(({ id }) => id === client.id);
    expect(infos.find(({ id }) => id === client.id)).toEqual({
      enode: formatNodeAddress({ publicKey: client.publicKey, scheme: "tcp" }),
      id: client.id,
      name: "client/v1",
      caps: ["a/1", "b/1"],
      network: {
        localAddress: peer!.localAddress ?? "",
        remoteAddress: peer!.remoteAddress ?? "",
        inbound: true,
        trusted: false,
        static: false,
      },
      protocols: { a: "unknown", b: "handshake" },
    });
    ready = true;
    expect(client.peersInfo()).toMatchObject([
      {
        enode: server.urls[0],
        network: { inbound: false },
        protocols: { b: { id: server.id } },
      },
    ]);
    expect(client.peersInfo()[0]).not.toHaveProperty("enr");
  });
});

describe("counters of a peer", () => {
  test("count messages, bytes and round trips, both ways alike", async () => {
    const start = newNetwork();
    const server = await start({ protocols: [echo("a")] });
    const client = await start({ protocols: [echo("a", { run: (_p, _rw, s) => gone(s) })] }, false);
    const peer = await client.connect(server.urls[0]!);
    expect(peer.traffic).toEqual({
      ...{ bytesIn: 0, bytesOut: 0, messagesIn: 0, messagesOut: 0 },
      ...{ roundTrips: 0, fastest: undefined, slowest: undefined },
    });
    await peer.writer({ name: "a", version: 1 })?.writeMsg(0, new Uint8Array(1000));
    const first = await peer.ping();
    const second = await peer.ping();
    const { traffic } = peer;
    // The message and two pings went, their echo and two pongs came.
    expect(traffic).toMatchObject({ messagesIn: 3, messagesOut: 3, roundTrips: 2 });
    expect([traffic.fastest, traffic.slowest]).toEqual(
      [first, second].sort((left, right) => left - right),
    );
    expect(traffic.bytesIn).toBe(traffic.bytesOut);
    // Zeros are compressed.
    expect(traffic.bytesOut).toBeGreaterThan(10);
    expect(traffic.bytesOut).toBeLessThan(200);
    const [theirs] = server.peers;
    expect(theirs?.traffic).toMatchObject({ messagesIn: 3, messagesOut: 3, roundTrips: 0 });
  });
});

describe("metrics under go-ethereum's names", () => {
  test("show dials, peers, bytes and each message", async () => {
    const start = newNetwork();
    const ours = newCollector();
    const theirs = newCollector();
    const server = await start({ protocols: [echo("a")], metrics: theirs.metrics });
    const protocols = [echo("a", { run: (_peer, _rw, signal) => gone(signal) })];
    const client = await start({ protocols, metrics: ours.metrics }, false);
    expect(ours.gauges).toEqual({
      "p2p/peers": 0,
      "p2p/peers/inbound": 0,
      "p2p/peers/outbound": 0,
    });
    const peer = await client.connect(server.urls[0]!);
    const writer = peer.writer({ name: "a", version: 1 });
    await writer?.writeMsg(3, new Uint8Array(0));
    await writer?.writeMsg(0x1ff, new Uint8Array(0));
    await peer.ping();

    expect(ours.gauges).toEqual({
      "p2p/peers": 1,
      "p2p/peers/inbound": 0,
      "p2p/peers/outbound": 1,
    });
    expect(theirs.gauges["p2p/peers/inbound"]).toBe(1);
    expect(ours.counts).toMatchObject({
      "p2p/dials": 1,
      "p2p/dials/success": 1,
      "p2p/egress/a/1/0x03": 1,
      "p2p/egress/a/1/0x03/packets": 1,
      "p2p/ingress/a/1/0x03/packets": 1,
      "p2p/egress/a/1/other/packets": 1,
    });
    expect(theirs.counts).toMatchObject({ "p2p/serves": 1, "p2p/serves/success": 1 });
    // What one side sends, the other gets: handshake, frames and all.
    expect(ours.counts["p2p/egress"]).toBeGreaterThan(300);
    expect(theirs.counts["p2p/ingress"]).toBe(ours.counts["p2p/egress"]);
    expect(ours.counts["p2p/ingress"]).toBe(theirs.counts["p2p/egress"]);
  });

  test("show refusals by their reason, on both sides", async () => {
    const start = newNetwork();
    const theirs = newCollector();
    const ours = newCollector();
    const server = await start({ protocols: [echo("a")], metrics: theirs.metrics });
    const client = await start({ protocols: [echo("b")], metrics: ours.metrics }, false);
    await expect(client.connect(server.urls[0]!)).rejects.toThrow("useless peer");
    const { publicKey } = server;
    const nowhere = { publicKey, scheme: "memory", host: "nowhere", port: 1 };
    await expect(client.connect(nowhere)).rejects.toThrow(P2PError);
    expect(ours.counts).toMatchObject({
      "p2p/dials": 2,
      "p2p/dials/error/useless": 1,
      "p2p/dials/error/connection": 1,
    });
    expect(theirs.counts).toMatchObject({ "p2p/serves/error/useless": 1 });
  });

  test.each([
    ["P2P_ERR_DISCONNECTED", DiscReason.TooManyPeers, "saturated"],
    ["P2P_ERR_DISCONNECTED", DiscReason.AlreadyConnected, "known"],
    ["P2P_ERR_DISCONNECTED", DiscReason.Self, "self"],
    ["P2P_ERR_UNEXPECTED_IDENTITY", DiscReason.UnexpectedIdentity, "id/unexpected"],
    ["P2P_ERR_HANDSHAKE_DECRYPT", undefined, "rlpx/enc"],
    ["P2P_ERR_STREAM_CLOSED", undefined, "rlpx/enc"],
    ["P2P_ERR_SEALED_HANDSHAKE", undefined, "rlpx/enc"],
    ["P2P_ERR_DIAL_FAILED", DiscReason.TooManyPeers, "saturated"],
    ["P2P_ERR_BAD_HELLO", undefined, "rlpx/proto"],
    ["P2P_ERR_DIAL_TIMEOUT", undefined, "connection"],
    ["P2P_ERR_NOT_RUNNING", undefined, "other"],
    ["P2P_ERR_DISCONNECTED", DiscReason.ProtocolError, "other"],
  ] as const)("name %s with reason %s as %s", (code, reason, name) => {
    const { counts, metrics } = newCollector();
    const watched = new ServerMetrics(metrics, new FakeClock());
    watched.onEvent({ type: "fail", inbound: false, code, reason, error: "", remote: false });
    expect(counts).toEqual({ [`p2p/dials/error/${name}`]: 1 });
  });

  test("count a peer that stayed for a minute", () => {
    const { counts, gauges, metrics } = newCollector();
    const clock = new FakeClock();
    const watched = new ServerMetrics(metrics, clock);
    const add = (peer: string, inbound: boolean) =>
      watched.onEvent({ type: "add", peer, inbound, name: "" });
    const drop = (peer: string) =>
      watched.onEvent({
        ...{ type: "drop", peer, inbound: true, error: "", remote: false },
        ...{ code: "P2P_ERR_DISCONNECTED", reason: 0 },
      });
    add("a", true);
    clock.jump(1);
    add("b", true);
    clock.jump(59_999);
    drop("a");
    drop("b");
    drop("b");
    expect(counts).toEqual({ "p2p/serves/success": 2, "p2p/serves/success/1min": 1 });
    expect(gauges["p2p/peers"]).toBe(0);
  });
});

function gone(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
