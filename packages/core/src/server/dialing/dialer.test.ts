/**
 * Servers that dial by themselves: real handshakes over a network in memory, on a virtual clock.
 * @module
 */

import { afterEach, describe, expect, test } from "vitest";
import type { Protocol } from "../../devp2p/protocol.ts";
import { defineProtocol } from "../../devp2p/protocol.ts";
import type { Random } from "../../env.ts";
import { systemRandom } from "../../env.ts";
import { DiscReason } from "../../errors.ts";
import type { NodeAddress } from "../../node/address.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { memoryNetwork } from "../../testing/memory-transport.ts";
import type { Transport } from "../../transport.ts";
import type { ServerEvent } from "../events.ts";
import type { ServerOptions } from "../options.ts";
import { Server } from "../server.ts";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** Runs until the peer leaves. */
function idle(name = "idle", extra: Partial<Protocol> = {}): Protocol {
  return defineProtocol({
    name,
    version: 1,
    length: 1,
    run: (_peer, _rw, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    ...extra,
  });
}

/** Chance is 1/2, where four bytes are asked for: that is the scheduler. */
const random: Random = (bytes) =>
  bytes.length === 4 ? bytes.fill(0).fill(0x80, 0, 1) : systemRandom(bytes);

function newNetwork() {
  const clock = new FakeClock();
  const network = memoryNetwork({ clock });
  /** Every dial, as the transport sees it. */
  const dials: NodeAddress[] = [];
  const transport = (): Transport => {
    const inner = network.transport();
    const dial: Transport["dial"] = (address, options) => {
      dials.push(address);
      return inner.dial(address, options);
    };
    return { ...inner, dial };
  };
  const start = async (options: ServerOptions = {}): Promise<Server> => {
    const server = new Server({ transports: [transport()], clock, random, ...options });
    servers.push(server);
    await server.start();
    return server;
  };
  /** Time stands still until it is so. */
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await clock.advance(0);
  };
  /** A node that can be dialed at this port. */
  const node = (port: number, options: ServerOptions = {}): Promise<Server> =>
    start({ listen: [`memory://node:${port}`], protocols: [idle()], ...options });
  return { clock, dials, start, node, until };
}

/** All dial events from now on, in short. */
function dialEvents(server: Server): string[] {
  const lines: string[] = [];
  void (async () => {
    for await (const event of server.events()) if (event.type === "dial") lines.push(line(event));
  })();
  return lines;
}

function line(event: Extract<ServerEvent, { type: "dial" }>): string {
  if (event.state === "start")
    return `start ${event.static ? "static" : "dynamic"} ${event.attempt}`;
  if (event.state === "refuse") return `refuse ${event.refusal}`;
  return `wait ${event.pauseMs} ${event.code ?? ""}`.trim();
}

const url = (server: Server): string => server.urls[0] ?? "";

describe("static nodes", () => {
  test("are connected to from the start, and say so", async () => {
    const { start, node, until } = newNetwork();
    const relay = await node(1);
    const tab = await start({ protocols: [idle()], staticNodes: [url(relay)] });
    await until(() => tab.peerCount === 1 && relay.peerCount === 1);
    const [peer] = tab.peers;
    expect([peer?.staticDialed, peer?.dynDialed, peer?.inbound]).toEqual([true, false, false]);
    expect(tab.peersInfo()[0]?.network).toMatchObject({ inbound: false, static: true });
    expect(relay.peersInfo()[0]?.network).toMatchObject({ inbound: true, static: false });
  });

  test("are dialed until they are there, and again when they were lost", async () => {
    const { clock, start, node, until } = newNetwork();
    const first = await node(1);
    const address = first.self;
    const privateKey = new Uint8Array(32).fill(7);
    await first.stop();
    const relay = await node(1, { privateKey });
    const kept = { ...address, publicKey: relay.publicKey };
    await relay.stop();

    const tab = await start({ protocols: [idle()] });
    const lines = dialEvents(tab);
    tab.addPeer(kept);
    await until(() => lines.length === 2);
    await clock.advance(500);
    await until(() => lines.length === 4);
    const again = await node(1, { privateKey });
    await clock.advance(1_000);
    await until(() => tab.peerCount === 1 && again.peerCount === 1);
    await again.stop();
    await until(() => lines.length === 6);
    expect(lines).toEqual([
      "start static 1",
      "wait 500 P2P_ERR_DIAL_FAILED",
      "start static 2",
      "wait 1000 P2P_ERR_DIAL_FAILED",
      "start static 3",
      "wait 2000 P2P_ERR_DISCONNECTED",
    ]);
    const last = await node(1, { privateKey });
    await clock.advance(2_000);
    await until(() => tab.peerCount === 1 && last.peerCount === 1);
  });

  test("that are full have their 35 s, and the reason is told", async () => {
    const { clock, dials, start, node, until } = newNetwork();
    const relay = await node(1, { maxPeers: 0 });
    const tab = await start({ protocols: [idle()], sealed: "off" });
    const waits: ServerEvent[] = [];
    void (async () => {
      for await (const event of tab.events()) {
        if (event.type === "dial" && event.state === "wait") waits.push(event);
      }
    })();
    tab.addPeer(relay.self);
    await until(() => waits.length === 1);
    expect(waits).toEqual([
      {
        type: "dial",
        state: "wait",
        peer: relay.id,
        static: true,
        pauseMs: 35_000,
        code: "P2P_ERR_DISCONNECTED",
        error: expect.stringContaining("too many peers"),
        reason: DiscReason.TooManyPeers,
        remote: true,
      },
    ]);
    await clock.advance(34_999);
    expect(dials).toHaveLength(1);
    await clock.advance(1);
    await until(() => waits.length === 2);
    expect(dials).toHaveLength(2);
  });

  test("come back after pauses of the length that the options say", async () => {
    const { clock, start, until } = newNetwork();
    const tab = await start({ redialDelay: 10, maxRedialDelay: 40 });
    const lines = dialEvents(tab);
    tab.addPeer({ publicKey: new Uint8Array(64).fill(1), scheme: "memory", host: "gone", port: 9 });
    await until(() => lines.length === 2);
    for (const pause of [5, 10, 20, 20]) {
      expect(lines.at(-1)).toBe(`wait ${pause} P2P_ERR_DIAL_FAILED`);
      const { length } = lines;
      await clock.advance(pause);
      await until(() => lines.length === length + 2);
    }
  });

  test("by name are looked up by the transport at each dial", async () => {
    const { clock, dials, start, until } = newNetwork();
    const tab = await start();
    const lines = dialEvents(tab);
    const publicKey = new Uint8Array(64).fill(1);
    tab.addPeer({ publicKey, scheme: "memory", host: "moves.example", port: 9 });
    for (const pause of [500, 1_000, 2_000]) {
      await until(() => lines.at(-1)?.startsWith(`wait ${pause}`) === true);
      await clock.advance(pause);
    }
    await until(() => dials.length === 4);
    expect(dials.map(({ host }) => host)).toEqual(Array(4).fill("moves.example"));
  });

  test("that the application looks up are dialed where they are", async () => {
    const { start, node, until } = newNetwork();
    const relay = await node(1);
    const asked: NodeAddress[] = [];
    const { publicKey } = relay;
    const tab = await start({
      protocols: [idle()],
      async resolve(address) {
        asked.push(address);
        return url(relay);
      },
    });
    tab.addPeer({ publicKey, scheme: "tcp" });
    await until(() => tab.peerCount === 1);
    expect(asked).toEqual([{ publicKey, scheme: "tcp" }]);
  });

  test.each([
    ["finds another node", async (other: Server) => url(other)],
    ["fails", () => Promise.reject(new Error("no directory"))],
    ["finds nothing", async () => undefined],
  ])("stay where they are when a look-up %s", async (_what, resolve) => {
    const { start, node, until } = newNetwork();
    const other = await node(1);
    const tab = await start({ resolve: () => resolve(other) });
    const lines = dialEvents(tab);
    tab.addPeer({ publicKey: new Uint8Array(64).fill(1), scheme: "tcp" });
    await until(() => lines.length === 1);
    expect(lines).toEqual(["wait 60000"]);
  });

  test("get their slot back from a look-up that never ends", async () => {
    const { clock, start, until } = newNetwork();
    const tab = await start({ resolve: () => new Promise(() => {}), dialTimeout: 3_000 });
    const lines = dialEvents(tab);
    tab.addPeer({ publicKey: new Uint8Array(64).fill(1), scheme: "tcp" });
    await clock.advance(3_000);
    await until(() => lines.length === 1);
    expect(lines).toEqual(["wait 60000"]);
  });
});

describe("addPeer and removePeer", () => {
  test("removePeer leaves with Requested, resolves when the peer is gone, and it stays gone", async () => {
    const { clock, dials, start, node, until } = newNetwork();
    const relay = await node(1);
    const tab = await start({ protocols: [idle()] });
    tab.addPeer(url(relay));
    await until(() => tab.peerCount === 1 && relay.peerCount === 1);
    const [theirs] = relay.peers;
    await tab.removePeer(url(relay));
    expect(tab.peerCount).toBe(0);
    expect(await theirs!.closed).toMatchObject({ reason: DiscReason.Requested, remote: true });
    await clock.advance(3_600_000);
    expect([dials.length, tab.peerCount]).toEqual([1, 0]);
    await tab.removePeer(url(relay));
  });

  test("removePeer drops a dial that is under way", async () => {
    const { start, until } = newNetwork();
    let aborted = false;
    const transport: Transport = {
      name: "slow",
      schemes: ["memory"],
      dial: (_address, { signal } = {}) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => {
            aborted = true;
            reject(signal.reason);
          });
        }),
    };
    const tab = await start({ transports: [transport] });
    const lines = dialEvents(tab);
    const address = { publicKey: new Uint8Array(64).fill(1), scheme: "memory", host: "x", port: 1 };
    tab.addPeer(address);
    await until(() => lines.length === 1);
    await tab.removePeer(address);
    await until(() => aborted);
    expect(lines).toEqual(["start static 1"]);
  });

  test("need a server that runs", async () => {
    const server = new Server();
    const address = { publicKey: new Uint8Array(64).fill(1), scheme: "tcp" };
    expect(() => server.addPeer(address)).toThrow(/not started/);
    await server.start();
    expect(() => server.addPeer("enode://nonsense")).toThrow(/public key/);
    await server.stop();
    expect(() => server.addPeer(address)).toThrow(/stopped/);
  });
});

describe("candidates of protocols", () => {
  async function* nodes(...list: (string | NodeAddress)[]) {
    yield* list;
  }

  test("are dialed without any discovery, those of all protocols in turn", async () => {
    const { dials, start, node, until } = newNetwork();
    const relays = await Promise.all([1, 2, 3, 4].map((port) => node(port)));
    const [a, b, c, d] = relays.map(url) as [string, string, string, string];
    const tab = await start({
      protocols: [
        idle("idle", { dialCandidates: nodes(a, b) }),
        idle("other", { dialCandidates: nodes(c, d) }),
      ],
    });
    await until(() => tab.peerCount === 4);
    expect(dials.map(({ port }) => port)).toEqual([1, 3, 2, 4]);
    expect(tab.peers.every((peer) => peer.dynDialed && !peer.staticDialed)).toBe(true);
  });

  test("are asked for only while a slot is free", async () => {
    const { clock, start, node, until } = newNetwork();
    const relays = await Promise.all([1, 2, 3, 4, 5, 6].map((port) => node(port)));
    let given = 0;
    const dialCandidates = (async function* () {
      for (const relay of relays) {
        given++;
        yield url(relay);
      }
    })();
    const tab = await start({ maxPeers: 1, protocols: [idle("idle", { dialCandidates })] });
    await until(() => tab.peerCount === 1);
    await clock.advance(3_600_000);
    // One was enough; another is under way at most, and one is asked for ahead.
    expect(given).toBeLessThanOrEqual(3);
  });

  test("that are no addresses are passed over", async () => {
    const { start, node, until } = newNetwork();
    const relay = await node(1);
    const dialCandidates = nodes("nonsense", {} as NodeAddress, url(relay));
    const tab = await start({ protocols: [idle("idle", { dialCandidates })] });
    await until(() => tab.peerCount === 1);
  });

  test("end with the server", async () => {
    const { start } = newNetwork();
    let closed = false;
    const dialCandidates = (async function* () {
      try {
        for (;;) yield { publicKey: new Uint8Array(64).fill(1), scheme: "tcp" };
      } finally {
        closed = true;
      }
    })();
    const tab = await start({ protocols: [idle("idle", { dialCandidates })] });
    const lines = dialEvents(tab);
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines.slice(0, 2)).toEqual(["refuse no-address", "refuse no-address"]);
    await tab.stop();
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(true);
  });
});

describe("noDial", () => {
  test("dials neither static nodes nor candidates; connect dials all the same", async () => {
    const { clock, dials, start, node } = newNetwork();
    const relay = await node(1);
    const dialCandidates = (async function* () {
      yield url(relay);
    })();
    const tab = await start({
      noDial: true,
      staticNodes: [url(relay)],
      protocols: [idle("idle", { dialCandidates })],
    });
    tab.addPeer(url(relay));
    tab.redial();
    await clock.advance(3_600_000);
    expect(dials).toEqual([]);
    const peer = await tab.connect(url(relay));
    expect([peer.staticDialed, peer.dynDialed]).toEqual([false, false]);
  });
});

describe("the rules of admission", () => {
  test("networks outside netRestrict aren't dialed", async () => {
    const { dials, start, until } = newNetwork();
    const tab = await start({ netRestrict: ["192.168.0.0/16"] });
    const lines = dialEvents(tab);
    const publicKey = new Uint8Array(64).fill(1);
    tab.addPeer({ publicKey, scheme: "memory", host: "10.0.0.1", port: 9 });
    await until(() => lines.length === 1);
    expect([lines, dials]).toEqual([["refuse restricted"], []]);
  });

  test("dialRatio shares the places; twice as many dials as places", async () => {
    const { clock, dials, start, node, until } = newNetwork();
    const relays = await Promise.all([1, 2, 3, 4].map((port) => node(port)));
    const staticNodes = relays.map(url);
    const relay = await start({
      listen: ["memory://node:9"],
      protocols: [idle()],
      maxPeers: 4,
      dialRatio: 4,
      staticNodes,
    });
    await until(() => relay.peerCount >= 1);
    await clock.advance(3_600_000);
    expect(relay.maxDialedConns).toBe(1);
    expect(dials.length).toBeLessThanOrEqual(2);
    expect(new Server({ noDial: true }).maxDialedConns).toBe(0);
  });
});

describe("a server that stops", () => {
  test("leaves no timer and no dial behind", async () => {
    const { clock, dials, start, until } = newNetwork();
    const gone = { publicKey: new Uint8Array(64).fill(1), scheme: "memory", host: "gone", port: 9 };
    const tab = await start({ staticNodes: [gone] });
    await until(() => dials.length === 1 && clock.pending === 1);
    await tab.stop();
    tab.redial();
    await clock.advance(3_600_000);
    expect([clock.pending, dials.length]).toEqual([0, 1]);
  });
});

describe("bad options", () => {
  test.each([
    [{ staticNodes: ["nonsense"] }, /bad address/],
    [
      { staticNodes: [{ publicKey: new Uint8Array(3), scheme: "tcp" }] },
      /staticNodes\[0\].publicKey/,
    ],
    [{ maxPendingDials: -1 }, /maxPendingDials/],
    [{ redialDelay: Number.NaN }, /redialDelay/],
    [{ maxRedialDelay: 1.5 }, /maxRedialDelay/],
    [{ protocols: [{ ...idle(), dialCandidates: [] as never }] }, /dialCandidates/],
  ] as [ServerOptions, RegExp][])("%j", (options, message) => {
    expect(() => new Server(options)).toThrow(message);
  });
});
