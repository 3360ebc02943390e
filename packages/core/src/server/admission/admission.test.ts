/**
 * Who is let in, as both sides see it.
 * @module
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DisconnectError, DiscReason } from "../../errors.ts";
import { formatNodeAddress } from "../../node/address-text.ts";
import type { AbortOptions } from "../../transport.ts";
import type { ServerOptions } from "../options.ts";
import { Server } from "../server.ts";
import { idle, newKit, next, url } from "./server-kit.test.helper.ts";

let kit: ReturnType<typeof newKit>;
beforeEach(() => {
  kit = newKit();
});
afterEach(() => kit.stop());

const modes: readonly (readonly [string, ServerOptions])[] = [
  ["a sealed session", {}],
  ["RLPx v5", { sealed: "off" }],
];

/** Dials, and gives why it was refused: at once, or right after. */
async function refusal(from: Server, to: Server): Promise<DisconnectError> {
  const refused = await from.connect(url(to)).then(
    (peer) => peer.closed,
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(DisconnectError);
  return refused as DisconnectError;
}

describe.each(modes)("over %s", (_, options) => {
  const start = (more: ServerOptions = {}) => kit.start({ ...options, ...more });
  const dialer = (more: ServerOptions = {}) => start({ listen: [], ...more });

  test("places for those who dial us run out before all places do, and both sides are told", async () => {
    const node = await start({ maxPeers: 3 });
    expect([node.maxInboundConns, node.maxDialedConns]).toEqual([2, 1]);
    const tabs = [await dialer(), await dialer(), await dialer()];
    for (const tab of tabs.slice(0, 2)) {
      const added = next(node, "add");
      await tab.connect(url(node));
      await added;
    }
    const failed = next(node, "fail");
    expect(await refusal(tabs[2]!, node)).toMatchObject({
      reason: DiscReason.TooManyPeers,
      remote: true,
    });
    expect(await failed).toMatchObject({
      reason: DiscReason.TooManyPeers,
      error: expect.stringMatching(/of 3 places all 2 for those who dial us.*maxPeers, dialRatio/),
    });
    // The third place is for those whom we dial.
    await node.connect(url(await start()));
    expect(node.peerCount).toBe(3);
    await expect(node.connect(url(await start()))).rejects.toMatchObject({
      code: "P2P_ERR_TOO_MANY_PEERS",
      message: expect.stringMatching(/all 3 places.*maxPeers/),
    });
  });

  test("a trusted node comes in above all limits, and doesn't make room for others", async () => {
    const friend = await dialer();
    const node = await start({ maxPeers: 0, trustedNodes: [formatNodeAddress(friend.self)] });
    const added = next(node, "add");
    const peer = await friend.connect(url(node));
    await added;
    expect(node.peers.map(({ trusted }) => trusted)).toEqual([true]);
    expect(node.peersInfo()[0]?.network.trusted).toBe(true);
    expect(peer.trusted).toBe(false);
    expect(await refusal(await dialer(), node)).toMatchObject({ reason: DiscReason.TooManyPeers });
  });

  test("a stranger learns nothing else from a full node whose trusted node is missing", async () => {
    const node = await start({ maxPeers: 0, trustedNodes: [(await start()).self] });
    expect(await refusal(await dialer(), node)).toMatchObject({ reason: DiscReason.TooManyPeers });
    expect(node.peerCount).toBe(0);
  });

  test("a node that shares no protocol is useless, connected or not", async () => {
    const node = await start({ protocols: [idle("b")] });
    expect(await refusal(await dialer(), node)).toMatchObject({ reason: DiscReason.UselessPeer });
  });

  test("another process with our own key is ourselves", async () => {
    const privateKey = new Uint8Array(32).fill(5);
    const node = await start({ privateKey });
    const twin = await dialer({ privateKey });
    await expect(twin.connect(url(node))).rejects.toMatchObject({ code: "P2P_ERR_SELF" });
  });

  test("a peer that has left makes room at once for its node's next dial", async () => {
    const node = await start();
    const tab = await dialer();
    const first = await tab.connect(url(node));
    first.disconnect();
    await first.closed;
    const second = await tab.connect(url(node));
    expect(second).not.toBe(first);
    expect(tab.peers).toEqual([second]);
  });
});

test("a second connect waits for the first, and gives up by itself on its own signal", async () => {
  const hanging = {
    ...kit.transport,
    dial: (_: unknown, { signal }: AbortOptions = {}) =>
      new Promise<never>((_resolve, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason)),
      ),
  };
  const tab = await kit.start({ transports: [hanging], listen: [] });
  const node = await kit.start();
  const first = tab.connect(url(node));
  const control = new AbortController();
  const second = tab.connect(url(node), { signal: control.signal });
  control.abort(new Error("changed my mind"));
  await expect(second).rejects.toThrow("changed my mind");
  const stopped = expect(first).rejects.toMatchObject({ code: "P2P_ERR_DIAL_TIMEOUT" });
  const third = expect(tab.connect(url(node))).rejects.toMatchObject({
    code: "P2P_ERR_DIAL_TIMEOUT",
  });
  await kit.clock.advance(15_000);
  await stopped;
  await kit.clock.advance(15_000);
  await third;
});

describe("trusting", () => {
  test("is given and taken while a node is connected, and changes nothing else for it", async () => {
    const node = await kit.start({ maxPeers: 1, dialRatio: 1 });
    const friend = await kit.start();
    const peer = await node.connect(url(friend));
    expect(peer.trusted).toBe(false);
    node.addTrustedPeer(url(friend));
    expect(peer.trusted).toBe(true);
    node.removeTrustedPeer(friend.self);
    expect(peer.trusted).toBe(false);
    expect(node.peerCount).toBe(1);
  });

  test("lets our own dials go above the limit; nothing is dialed for it", async () => {
    const node = await kit.start({ maxPeers: 0 });
    const friend = await kit.start();
    node.addTrustedPeer(friend.localNode.enr);
    await kit.clock.advance(60_000);
    expect(node.peerCount).toBe(0);
    expect((await node.connect(url(friend))).trusted).toBe(true);
  });
});

describe("the networks of netRestrict", () => {
  test("are the only ones that are let in, and what is outside is told nothing", async () => {
    const node = await kit.start({ netRestrict: ["10.0.0.0/8"] });
    const refused = next(node, "refuse");
    await expect((await kit.start({ listen: [] })).connect(url(node))).rejects.toMatchObject({
      code: "P2P_ERR_DIAL_FAILED",
    });
    expect(await refused).toEqual({
      type: "refuse",
      cause: "restricted",
      error: expect.stringContaining("some networks only"),
      remoteAddress: "127.0.0.1",
      retryAfterMs: undefined,
    });
  });

  test("are the only ones that are dialed", async () => {
    const node = await kit.start({ netRestrict: ["127.0.0.0/8"] });
    const { publicKey } = await kit.start();
    const address = { publicKey, scheme: "memory", host: "192.0.2.1", port: 1 };
    const failed = next(node, "fail");
    await expect(node.connect(address)).rejects.toMatchObject({
      code: "P2P_ERR_NET_RESTRICTED",
      message: expect.stringContaining("192.0.2.1"),
    });
    expect(await failed).toMatchObject({ inbound: false, code: "P2P_ERR_NET_RESTRICTED" });
  });

  test("hold where a name leads outside", async () => {
    const inner = kit.transport;
    const resolving = {
      ...inner,
      dial: async (...args: Parameters<typeof inner.dial>) =>
        Object.assign(await inner.dial(...args), { remoteAddress: "192.0.2.1:7" }),
    };
    const node = await kit.start({
      transports: [resolving],
      listen: [],
      netRestrict: ["10.0.0.0/8"],
    });
    const other = await kit.start();
    await expect(node.connect(url(other))).rejects.toMatchObject({
      code: "P2P_ERR_NET_RESTRICTED",
    });
    expect(other.peerCount).toBe(0);
  });
});

describe("the limit for each address", () => {
  test("lets one attempt in and says when the next may come", async () => {
    const node = await kit.start({ inboundLimit: { exempt: [] } });
    const tab = await kit.start({ listen: [] });
    await tab.connect(url(node));
    const refused = next(node, "refuse");
    await kit.clock.advance(10_000);
    await expect((await kit.start({ listen: [] })).connect(url(node))).rejects.toMatchObject({
      message: expect.stringContaining("try again in 20 s"),
    });
    expect(await refused).toMatchObject({ cause: "throttled", retryAfterMs: 20_000 });
    await kit.clock.advance(20_000);
    await (await kit.start({ listen: [] })).connect(url(node));
  });

  test("doesn't concern the local network, and nobody where it is off", async () => {
    for (const options of [{}, { inboundLimit: false }] as const) {
      const node = await kit.start(options);
      for (let i = 0; i < 3; i++) await (await kit.start({ listen: [] })).connect(url(node));
    }
  });
});

describe("options that are wrong are named", () => {
  const key = "ab".repeat(64);
  test.each([
    ["maxPeers", { maxPeers: Number.NaN }, RangeError],
    ["maxPendingPeers", { maxPendingPeers: -1 }, RangeError],
    ["dialRatio", { dialRatio: 0 }, RangeError],
    ["dialRatio", { dialRatio: 2.5 }, RangeError],
    ["trustedNodes", { trustedNodes: ["enode://x@127.0.0.1:1"] }, RangeError],
    ["trustedNodes", { trustedNodes: [`enode://${key}@127.0.0.1:1`] }, RangeError],
    [
      "trustedNodes",
      { trustedNodes: [{ publicKey: new Uint8Array(64), scheme: "tcp" }] },
      TypeError,
    ],
    ["trustedNodes", { trustedNodes: [undefined] }, TypeError],
    ["trustedNodes", { trustedNodes: "enode://" }, TypeError],
    ["netRestrict", { netRestrict: ["10.0.0.0/40"] }, RangeError],
    ["netRestrict", { netRestrict: "10.0.0.0/8" }, TypeError],
    ["trustedProxies", { trustedProxies: ["proxy.example"] }, RangeError],
    ["inboundLimit", { inboundLimit: true }, TypeError],
    ["inboundLimit.attempts", { inboundLimit: { attempts: 0 } }, RangeError],
    ["inboundLimit.interval", { inboundLimit: { interval: 0.5 } }, RangeError],
    ["inboundLimit.exempt", { inboundLimit: { exempt: ["lan"] } }, RangeError],
    ["inboundLimit.ipv6Prefix", { inboundLimit: { ipv6Prefix: 129 } }, RangeError],
    ["inboundLimit.ipv6Prefix", { inboundLimit: { ipv6Prefix: 0 } }, RangeError],
  ] as const)("%s", (name, options, type) => {
    const make = () => new Server(options as unknown as ServerOptions);
    expect(make).toThrow(type);
    expect(make).toThrow(new RegExp(`^${name}:`));
  });

  test("and so is a node that can't be trusted since it is none", async () => {
    const node = await kit.start();
    expect(() => node.addTrustedPeer("nonsense")).toThrow(/^node:/);
    expect(() => node.removeTrustedPeer("nonsense")).toThrow(/^node:/);
  });
});

test.each([
  [{}, 34, 16],
  [{ maxPeers: 2 }, 1, 1],
  [{ maxPeers: 1 }, 0, 1],
  [{ maxPeers: 0 }, 0, 0],
  [{ dialRatio: 2 }, 25, 25],
  [{ listen: [] }, 50, 50],
  [{ listen: [], dialRatio: 5 }, 40, 10],
] as const)(
  "with %j there are %d places for those who dial us and %d for those whom we dial",
  (options, inbound, dialed) => {
    const server = new Server({ listen: [":0"], ...options });
    expect([server.maxInboundConns, server.maxDialedConns]).toEqual([inbound, dialed]);
  },
);
