/**
 * Peers that were let in, or are about to be, and then do what they like. Nothing grows by it, and a
 * friend beside them is served as before.
 * @module
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { BASE_PROTOCOL_VERSION, BaseCode, EMPTY_LIST } from "../devp2p/base-protocol.ts";
import { encodeHello } from "../devp2p/hello.ts";
import type { MsgReadWriter } from "../devp2p/message.ts";
import type { Peer } from "../devp2p/peer.ts";
import type { Protocol } from "../devp2p/protocol.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import { systemRandom } from "../env.ts";
import { openSession } from "../session/open-session.ts";
import type { Session } from "../session/session.ts";
import { HIGH_WATER } from "../session/session.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { memoryNetwork } from "../testing/memory-transport.ts";
import { SeededRandom } from "../testing/simulation/seeded-random.ts";
import type { ByteStream, Transport } from "../transport.ts";
import type { ServerEvent } from "./events.ts";
import { Server } from "./server.ts";

const attackerKey = new Uint8Array(32).fill(9);
const LENGTH = 4;

let clock: FakeClock;
let node: Server;
let friend: Server;
let friendPeer: Peer;
let friendRw: MsgReadWriter;
let transport: Transport;
/** What the node itself holds open. */
let nodeStreams: Set<ByteStream>;
let events: ServerEvent[];
/** How the node's protocol treats those who aren't the friend. */
let treat: Protocol["run"];
/** Timers and streams when only the friend is there. */
let before: { readonly timers: number; readonly streams: number };

beforeEach(async () => {
  clock = new FakeClock();
  const network = memoryNetwork({ clock });
  transport = network.transport();
  nodeStreams = new Set();
  treat = echo;
  node = new Server({
    ...options(),
    transports: [counted(network.transport())],
    listen: ["memory://node:0"],
  });
  await node.start();
  events = [];
  void watch();
  friend = new Server({ ...options(), transports: [transport], protocols: [named(remember)] });
  await friend.start();
  friendPeer = await friend.connect(node.self);
  await expectServed();
  await settle();
  before = { timers: clock.pending, streams: nodeStreams.size };
  events.length = 0;
});

afterEach(async () => {
  const stopped = Promise.all([friend.stop(), node.stop()]);
  await clock.advance(2_000);
  await stopped;
  expect(clock.pending).toBe(0);
});

const options = () => ({
  clock,
  sealed: "off" as const,
  protocols: [
    named((peer, rw, signal) => (peer.id === friend.id ? echo : treat)(peer, rw, signal)),
  ],
});

function named(run: Protocol["run"]): Protocol {
  return defineProtocol({ name: "echo", version: 1, length: LENGTH, run });
}

const echo: Protocol["run"] = async (_peer, rw) => {
  for await (const msg of rw) await rw.writeMsg(msg.code, msg.payload);
};

const remember: Protocol["run"] = (_peer, rw, signal) => {
  friendRw = rw;
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
};

async function watch(): Promise<void> {
  for await (const event of node.events()) events.push(event);
}

/** Counts what a transport's listener has handed over and is still open. */
function counted(inner: Transport): Transport {
  return {
    ...inner,
    listen: (address, handlers) =>
      inner.listen!(address, {
        admit: (info) => handlers.admit(info),
        onStream(stream) {
          nodeStreams.add(stream);
          void stream.closed.then(() => nodeStreams.delete(stream));
          handlers.onStream(stream);
        },
      }),
  };
}

/** The friend is the peer that it was, and gets its answers. */
async function expectServed(): Promise<void> {
  const payload = systemRandom(new Uint8Array(100));
  await friendRw.writeMsg(1, payload);
  expect((await friendRw.readMsg()).payload).toEqual(payload);
  expect(friend.peers).toEqual([friendPeer]);
}

/** After the attack: nothing of it is left, and nobody else felt it. */
async function expectUnharmed(): Promise<void> {
  await expectServed();
  expect(node.peers.map(({ id }) => id)).toEqual([friend.id]);
  expect({ timers: clock.pending, streams: nodeStreams.size }).toEqual(before);
  const others = events.filter((event) => "peer" in event && event.peer === friend.id);
  expect(others).toEqual([]);
}

/** A genuine client's session, before its Hello. Its key may be one of many. */
async function handshake(privateKey = attackerKey): Promise<Session> {
  const keys = { privateKey, remoteKey: node.publicKey };
  return openSession(await transport.dial(node.self), { ...keys, clock, random: systemRandom });
}

const hello = (privateKey = attackerKey): Uint8Array =>
  encodeHello({
    version: BASE_PROTOCOL_VERSION - 1, // Without compression.
    name: "attacker",
    caps: [{ name: "echo", version: 1 }],
    listenPort: 0,
    publicKey: publicKeyOf(privateKey),
  });

/** A session that was let in. What comes is counted and thrown away, if it is read. */
async function admitted({ reads = true } = {}) {
  const session = await handshake();
  session.write(BaseCode.Hello, hello());
  const got: number[] = [];
  let ended = false;
  session.onBatch = (messages) => {
    for (const { code } of messages) got.push(code);
    if (reads) session.resume();
  };
  session.onEnd = () => {
    ended = true;
  };
  session.resume();
  await settle();
  const peer = node.peers.find(({ id }) => id !== friend.id);
  if (!peer) throw new Error("it was not let in");
  got.length = 0;
  return { session, got, peer, ended: () => ended };
}

/** Lets happen what can at this moment; a handshake takes some turns of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await clock.advance(0);
}

/** Lets the attacker go and its traces disappear. */
async function leave(session: Session): Promise<void> {
  void session.close();
  await clock.advance(2_000);
}

describe("a flood", () => {
  test("of pings is answered while it is read", async () => {
    const { session, got } = await admitted();
    for (let round = 0; round < 20; round++) {
      for (let at = 0; at < 1_000; at++) session.write(BaseCode.Ping, EMPTY_LIST);
      await settle();
    }
    expect(got).toHaveLength(20_000);
    expect(new Set(got)).toEqual(new Set([BaseCode.Pong]));
    await leave(session);
    await expectUnharmed();
  });

  test("of pings by someone who reads nothing is answered up to a bound", async () => {
    const { session, peer } = await admitted({ reads: false });
    const sent: number[] = [];
    for (let round = 0; round < 8; round++) {
      for (let at = 0; at < 10_000; at++) session.write(BaseCode.Ping, EMPTY_LIST);
      await settle();
      await expectServed();
      sent.push(peer.traffic.messagesOut);
    }
    // A pong is 64 bytes as a frame: one mebibyte of them waits, besides what the stream takes.
    expect(sent.at(-1)).toBe(sent.at(-2));
    expect(sent.at(-1)! * 64).toBeLessThan(2 * HIGH_WATER);
    await clock.advance(20_000);
    expect(events.at(-1)).toMatchObject({ type: "drop", code: "P2P_ERR_WRITE_TIMEOUT" });
    await expectUnharmed();
  });

  test("of Hellos after the first is ignored", async () => {
    const { session, got, peer } = await admitted();
    for (let at = 0; at < 10_000; at++) session.write(BaseCode.Hello, hello());
    await settle();
    expect([got, peer.fullname, node.peerCount]).toEqual([[], "attacker", 2]);
    await leave(session);
    await expectUnharmed();
  });

  test("of connections with one key lets it in once", async () => {
    const sessions = [(await admitted()).session];
    for (let at = 0; at < 30; at++) {
      const session = await handshake();
      session.write(BaseCode.Hello, hello());
      sessions.push(session);
      await settle();
      expect(node.peerCount).toBe(2);
    }
    await Promise.all(sessions.map(leave));
    await clock.advance(5_000);
    const ends = events.filter(({ type }) => type === "fail" || type === "drop");
    expect(ends).toHaveLength(sessions.length);
    await expectUnharmed();
  });

  test("of messages that the protocol doesn't read stops at the queue's bound", async () => {
    treat = (_peer, _rw, signal) => untilAborted(signal);
    const { session } = await admitted();
    let refused: unknown;
    try {
      for (let at = 0; at < 600; at++) {
        session.write(16, new Uint8Array(60_000));
        if (at % 20 === 0) await settle();
      }
    } catch (error) {
      refused = error;
    }
    // The queue takes 16 MiB; the rest stays with the sender, until that refuses as well.
    expect(refused).toMatchObject({ code: "P2P_ERR_WRITE_QUEUE_FULL" });
    await expectServed();
    await clock.advance(15_000);
    expect(events.at(-1)).toMatchObject({ type: "drop", code: "P2P_ERR_PROTOCOL_STALLED" });
    await clock.advance(2_000);
    await expectUnharmed();
  });
});

describe("handshakes", () => {
  test("50 of them that stall hold up nobody who is there, and are over after 5 s", async () => {
    const streams = await Promise.all(Array.from({ length: 50 }, () => transport.dial(node.self)));
    await clock.advance(4_999);
    expect(nodeStreams.size).toBe(before.streams + 50);
    await expectServed();
    await clock.advance(1);
    for (const stream of streams) expect((await stream.closed).error).toBeDefined();
    expect(events.filter(({ type }) => type === "fail")).toHaveLength(50);
    await expectUnharmed();
  });

  test("50 of them that stall before the Hello are over after 10 s", async () => {
    // One after another: of those that begin at once, some would be turned away.
    for (let at = 0; at < 50; at++) await handshake();
    await clock.advance(9_999);
    await expectServed();
    await clock.advance(1);
    expect(events.filter(({ type }) => type === "fail")).toHaveLength(50);
    await expectUnharmed();
  });
});

describe("a peer that never reads", () => {
  test("slows only its own writer down, and is given up after 20 s", async () => {
    let written = 0;
    treat = async (_peer, rw) => {
      for (;;) {
        await rw.writeMsg(0, new Uint8Array(10_000));
        written++;
      }
    };
    await admitted({ reads: false });
    await clock.advance(10_000);
    const waiting = written;
    expect(waiting * 10_000).toBeLessThan(2 * HIGH_WATER);
    await expectServed();
    await clock.advance(9_000);
    expect(written).toBe(waiting);
    await clock.advance(2_000);
    expect(events.at(-1)).toMatchObject({ type: "drop", code: "P2P_ERR_WRITE_TIMEOUT" });
    await expectUnharmed();
  });

  test("makes a writer that doesn't wait fail at 16 MiB, and lives", async () => {
    let failed = 0;
    let accepted = 0;
    treat = (_peer, rw, signal) => {
      for (let at = 0; at < 4_000; at++) {
        const written = rw.writeMsg(0, new Uint8Array(10_000));
        accepted++;
        written.catch(({ code }) => {
          accepted--;
          if (code === "P2P_ERR_WRITE_QUEUE_FULL") failed++;
        });
      }
      return untilAborted(signal);
    };
    const { session } = await admitted({ reads: false });
    expect(failed).toBeGreaterThan(2_000);
    expect(accepted * 10_000).toBeLessThan(17_500_000);
    expect(node.peerCount).toBe(2);
    await expectServed();
    session.resume();
    await leave(session);
    await clock.advance(20_000);
    await expectUnharmed();
  });
});

describe("codes at random", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "end at the first that is nobody's: seed %i",
    async (seed) => {
      const random = new SeededRandom(seed);
      const { session, got, ended } = await admitted();
      let outside = false;
      const answers: number[] = [];
      while (!outside) {
        const code = random.below(random.pick([4, 16, 24, 24, 2 ** 16, 2 ** 31]));
        if (code === BaseCode.Disconnect) continue;
        session.write(code, random.fill(new Uint8Array(random.below(50))));
        if (code === BaseCode.Ping) answers.push(BaseCode.Pong);
        if (code >= 16 && code < 16 + LENGTH) answers.push(code);
        outside = code >= 16 + LENGTH;
        await settle();
      }
      expect(got).toEqual(answers);
      expect(ended()).toBe(true);
      expect(events.at(-1)).toMatchObject({ type: "drop", code: "P2P_ERR_BAD_MSG_CODE" });
      await expectUnharmed();
    },
  );
});

describe("a protocol", () => {
  test("whose run never returns gives its peer's place back after 5 s", async () => {
    treat = () => new Promise(() => {});
    for (let at = 0; at < 10; at++) {
      const { session } = await admitted();
      await leave(session);
      expect(node.peerCount).toBe(2);
      await clock.advance(5_000);
      expect(node.peerCount).toBe(1);
    }
    await expectUnharmed();
  });

  test.each([
    ["throws at once", () => Promise.reject(new Error("oops")), 0x10],
    ["returns at once", () => Promise.resolve(), 0x08],
    [
      "throws before its first await",
      () => {
        throw new Error("oops");
      },
      0x10,
    ],
  ] satisfies [string, Protocol["run"], number][])(
    "whose run %s loses that peer, a hundred times over",
    async (_, run, reason) => {
      treat = run;
      for (let at = 0; at < 100; at++) {
        const session = await handshake();
        session.write(BaseCode.Hello, hello());
        session.resume();
        await settle();
        void session.close();
        await clock.advance(1_000);
      }
      const drops = events.filter(({ type }) => type === "drop");
      expect(drops).toHaveLength(100);
      expect(drops.every((event) => "reason" in event && event.reason === reason)).toBe(true);
      await expectUnharmed();
    },
  );
});

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
