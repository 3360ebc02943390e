/**
 * A peer at work, on a virtual clock: timers, slow protocols, messages that belong to nobody.
 * @module
 */

import { describe, expect, test } from "vitest";
import { DiscReason } from "../errors.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import type { PeerPipeOptions } from "../testing/message-pipe.ts";
import { peerPipe } from "../testing/message-pipe.ts";
import { TestSession, testSessionPair } from "../testing/test-session.ts";
import { BaseCode, EMPTY_LIST } from "./base-protocol.ts";
import { matchCapabilities } from "./capabilities.ts";
import type { QueueBudget } from "./channel.ts";
import { encodeDisconnect } from "./disconnect.ts";
import type { Msg, MsgReadWriter } from "./message.ts";
import { PeerConnection } from "./peer-connection.ts";
import type { Protocol } from "./protocol.ts";
import { defineProtocol } from "./protocol.ts";

const LIMIT = 1000;
/** A message of 236 bytes counts 300 towards the bound. */
const chunk = new Uint8Array(236);

function protocol(name: string, run: Protocol["run"], length = 4): Protocol {
  return defineProtocol({ name, version: 1, length, run });
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve()));

const idle: Protocol["run"] = (_peer, _rw, signal) => untilAborted(signal);

/** One real peer; the other end is in the test's hands. */
function onePeer(
  protocols: readonly Protocol[],
  options: { pausable?: boolean; queueLimit?: number; budget?: QueueBudget } = {},
) {
  const clock = new FakeClock();
  const key = new Uint8Array(64).fill(1);
  const [session, far] = testSessionPair({
    firstSees: key,
    secondSees: key,
    pausable: options.pausable ?? true,
  });
  session.skipFirst();
  far.skipFirst();
  const got: { code: number; payload: Uint8Array }[] = [];
  let ended: { error: unknown } | undefined;
  far.onBatch = (messages) => void got.push(...messages);
  far.onEnd = (error) => {
    ended = { error };
  };
  far.resume();
  const peer = new PeerConnection({
    session,
    hello: { version: 5, name: "far/v1", caps: protocols, listenPort: 0, publicKey: key },
    running: matchCapabilities(protocols, protocols),
    inbound: true,
    trusted: false,
    transport: "memory",
    address: undefined,
    clock,
    queueLimit: options.queueLimit ?? LIMIT,
    budget: options.budget ?? { used: 0, limit: Number.POSITIVE_INFINITY },
  });
  peer.start();
  return { peer, clock, session, far, got, ended: () => ended };
}

describe("liveness", () => {
  test("pings every 15 s and lets go after 30 s of silence, without a reason on the wire", async () => {
    const { peer, clock, got, ended } = onePeer([protocol("a", idle)]);
    await clock.advance(14_999);
    expect(got).toEqual([]);
    await clock.advance(1);
    expect(got.map(({ code }) => code)).toEqual([BaseCode.Ping]);
    await clock.advance(14_999);
    expect(peer.lifetime).toBe(29_999);
    await clock.advance(1);
    const end = await peer.closed;
    expect(end).toMatchObject({ reason: DiscReason.NetworkError, code: "P2P_ERR_READ_TIMEOUT" });
    expect(got.some(({ code }) => code === BaseCode.Disconnect)).toBe(false);
    expect(ended()).toMatchObject({ error: { code: "P2P_ERR_STREAM" } });
    expect(clock.pending).toBe(0);
  });

  test("any frame counts as a sign of life", async () => {
    const { peer, clock, far } = onePeer([protocol("a", idle)]);
    for (let minute = 0; minute < 5; minute++) {
      await clock.advance(29_000);
      far.write(0x0f, EMPTY_LIST);
    }
    await clock.advance(29_000);
    expect(peer.lifetime).toBe(6 * 29_000);
  });

  test("a ping is answered with a pong, and ours gives the round trip", async () => {
    const { peer, clock, far, got } = onePeer([protocol("a", idle)]);
    far.write(BaseCode.Ping, EMPTY_LIST);
    await clock.advance(0);
    expect(got.map(({ code }) => code)).toEqual([BaseCode.Pong]);
    const round = peer.ping();
    await clock.advance(120);
    far.write(BaseCode.Pong, EMPTY_LIST);
    expect(await round).toBe(120);
    expect(peer.latency).toBe(120);
  });

  test("our own sleep isn't taken for the peer's silence: it is asked first", async () => {
    const { peer, clock, far, got } = onePeer([protocol("a", idle)]);
    // A frozen tab: time passes, and its timers fire late, all at once.
    clock.jump(600_000);
    await clock.advance(0);
    expect(got.map(({ code }) => code)).toContain(BaseCode.Ping);
    await clock.advance(14_999);
    far.write(BaseCode.Pong, EMPTY_LIST);
    await clock.advance(20_000);
    expect(peer.lifetime).toBe(634_999);
  });

  test("a peer that is gone after our sleep is left a ping round later", async () => {
    const { peer, clock } = onePeer([protocol("a", idle)]);
    clock.jump(600_000);
    await clock.advance(15_000);
    expect(await peer.closed).toMatchObject({
      code: "P2P_ERR_READ_TIMEOUT",
      message: "the peer was silent for 615 s",
    });
  });

  test("a tab that sleeps most of the time keeps a peer that answers when it is awake", async () => {
    const { peer, clock, far } = onePeer([protocol("a", idle)]);
    for (let thaw = 0; thaw < 10; thaw++) {
      clock.jump(900_000);
      await clock.advance(1_000);
      far.write(BaseCode.Pong, EMPTY_LIST);
      await clock.advance(1_000);
    }
    expect(peer.lifetime).toBe(9_020_000);
  });

  test("a hidden tab, whose timers come once a minute, leaves a silent peer all the same", async () => {
    const { peer, clock } = onePeer([protocol("a", idle)]);
    for (let minute = 0; minute < 3; minute++) {
      clock.jump(60_000);
      await clock.advance(0);
    }
    expect(await peer.closed).toMatchObject({ code: "P2P_ERR_READ_TIMEOUT" });
  });

  test("when it is checked it has 5 s to answer", async () => {
    const there = onePeer([protocol("a", idle)]);
    there.peer.check(0);
    await there.clock.advance(4_999);
    there.far.write(BaseCode.Pong, EMPTY_LIST);
    await there.clock.advance(25_000);
    expect(there.peer.lifetime).toBe(29_999);
    const gone = onePeer([protocol("a", idle)]);
    await gone.clock.advance(1_000);
    gone.peer.check(1_001);
    gone.peer.check(1_000);
    await gone.clock.advance(5_000);
    expect(await gone.peer.closed).toMatchObject({ code: "P2P_ERR_READ_TIMEOUT" });
    expect(gone.clock.now()).toBe(6_000);
  });

  test("pings are not answered while the peer reads nothing", async () => {
    const { clock, session, far, got } = onePeer([protocol("a", idle)]);
    session.congested = true;
    for (let i = 0; i < 10_000; i++) far.write(BaseCode.Ping, EMPTY_LIST);
    await clock.advance(0);
    expect(got).toEqual([]);
  });

  test("a ping that the peer left out doesn't put those after it one behind", async () => {
    const { peer, clock, far } = onePeer([protocol("a", idle)]);
    const leftOut = peer.ping();
    // The next keep-alive ping goes out, and is answered.
    await clock.advance(15_000);
    far.write(BaseCode.Pong, EMPTY_LIST);
    expect(await leftOut).toBe(15_000);
    const next = peer.ping();
    await clock.advance(40);
    far.write(BaseCode.Pong, EMPTY_LIST);
    expect(await next).toBe(40);
  });

  test("a ping on its way rejects when the peer leaves, and on its signal", async () => {
    const { peer, far } = onePeer([protocol("a", idle)]);
    const round = peer.ping();
    const cancelled = peer.ping({ signal: AbortSignal.abort(new Error("enough")) });
    await expect(cancelled).rejects.toThrow("enough");
    far.write(BaseCode.Disconnect, encodeDisconnect(DiscReason.Requested));
    await expect(round).rejects.toMatchObject({ remote: true, reason: DiscReason.Requested });
    await expect(peer.ping()).rejects.toMatchObject({ name: "DisconnectError" });
  });
});

describe("a protocol that doesn't read", () => {
  const stalling = () => {
    let rw: MsgReadWriter | undefined;
    const slow = protocol("slow", (_peer, channel, signal) => {
      rw = channel;
      return untilAborted(signal);
    });
    return {
      slow,
      read: (): Promise<Msg> => rw?.readMsg() ?? Promise.reject(new Error("not run")),
    };
  };

  test("holds nothing up under its bound", async () => {
    const { slow } = stalling();
    const heard: number[] = [];
    const quick = protocol("quick", async (_peer, rw) => {
      for await (const msg of rw) heard.push(msg.code);
    });
    const { clock, session, far } = onePeer([slow, quick]);
    for (let i = 0; i < 3; i++) far.write(20, chunk);
    far.write(16, chunk);
    await clock.advance(0);
    expect(session.paused).toBe(false);
    expect(heard).toEqual([0]);
  });

  test("pauses the connection at its bound; our pings go on; reading lets it go on", async () => {
    const { slow, read } = stalling();
    const { peer, clock, session, far, got } = onePeer([slow]);
    for (let i = 0; i < 4; i++) far.write(16 + i, chunk);
    await clock.advance(0);
    expect(session.paused).toBe(true);
    far.write(16, new Uint8Array(1));
    await clock.advance(14_000);
    for (let i = 0; i < 3; i++) expect((await read()).code).toBe(i);
    expect(session.paused).toBe(false);
    await clock.advance(1_000);
    expect(got.map(({ code }) => code)).toEqual([BaseCode.Ping]);
    expect((await read()).code).toBe(3);
    expect((await read()).size).toBe(1);
    // Silence counts from when we read again, not from before the pause.
    await clock.advance(28_000);
    expect(peer.lifetime).toBe(43_000);
  });

  test("is dropped with its reason when it goes on for 15 s", async () => {
    const { slow } = stalling();
    const { peer, clock, far, got } = onePeer([slow]);
    for (let i = 0; i < 4; i++) far.write(16, chunk);
    await clock.advance(14_999);
    expect(got.map(({ code }) => code)).not.toContain(BaseCode.Disconnect);
    await clock.advance(1);
    expect(await peer.closed).toMatchObject({
      code: "P2P_ERR_PROTOCOL_STALLED",
      reason: DiscReason.SubprotocolError,
      message: expect.stringContaining("slow/1"),
    });
    await clock.advance(0);
    expect(got.at(-1)).toMatchObject({
      code: BaseCode.Disconnect,
      payload: Uint8Array.of(0xc1, 16),
    });
  });

  test("isn't dropped for the time that the whole machine slept", async () => {
    const { slow, read } = stalling();
    const { peer, clock, session, far } = onePeer([slow]);
    for (let i = 0; i < 4; i++) far.write(16 + i, chunk);
    await clock.advance(0);
    clock.jump(3_600_000);
    await clock.advance(0);
    for (let i = 0; i < 4; i++) await read();
    await clock.advance(15_000);
    expect([session.paused, peer.lifetime]).toEqual([false, 3_615_000]);
  });

  test("is dropped at once where reading can't pause", async () => {
    const { slow } = stalling();
    const { peer, clock, far } = onePeer([slow], { pausable: false });
    for (let i = 0; i < 3; i++) far.write(16, chunk);
    await clock.advance(0);
    expect(peer.lifetime).toBe(0);
    far.write(16, chunk);
    expect(await peer.closed).toMatchObject({ code: "P2P_ERR_PROTOCOL_STALLED" });
  });

  test("is stalled by empty messages too", async () => {
    const { slow } = stalling();
    const { clock, session, far } = onePeer([slow]);
    for (let i = 0; i < 16; i++) far.write(16, new Uint8Array(0));
    await clock.advance(0);
    expect(session.paused).toBe(true);
  });

  test("is held up by the bound of the whole server, and gives its share back", async () => {
    const budget = { used: 0, limit: 700 };
    const first = stalling();
    const second = stalling();
    const a = onePeer([first.slow], { budget });
    const b = onePeer([second.slow], { budget });
    for (let i = 0; i < 2; i++) a.far.write(16, chunk);
    await a.clock.advance(0);
    expect([a.session.paused, budget.used]).toEqual([false, 600]);
    b.far.write(16, chunk);
    await b.clock.advance(0);
    expect([a.session.paused, b.session.paused]).toEqual([false, true]);
    await second.read();
    expect([b.session.paused, budget.used]).toEqual([false, 600]);
    a.peer.disconnect();
    await a.peer.closed;
    expect(budget.used).toBe(0);
  });

  test("always gets at least one message, however large", async () => {
    const { slow, read } = stalling();
    const { clock, session, far } = onePeer([slow], { queueLimit: 10 });
    far.write(16, chunk);
    await clock.advance(0);
    expect(session.paused).toBe(true);
    expect((await read()).size).toBe(chunk.length);
    expect(session.paused).toBe(false);
  });
});

describe("routing", () => {
  test("gives each protocol its own codes", async () => {
    const heard: string[] = [];
    const listen = (name: string, length: number) =>
      protocol(
        name,
        async (_peer, rw) => {
          for await (const msg of rw) heard.push(`${name}:${msg.code}`);
        },
        length,
      );
    const { clock, far } = onePeer([listen("b", 2), listen("a", 3)]);
    for (const code of [16, 18, 19, 20]) far.write(code, EMPTY_LIST);
    await clock.advance(0);
    expect(heard.sort()).toEqual(["a:0", "a:2", "b:0", "b:1"]);
  });

  test.each([16 + 4, 0x100, 0xffff_ffff])(
    "ends the peer for code %i, without a reason",
    async (code) => {
      const { peer, far, got } = onePeer([protocol("a", idle)]);
      far.write(code, EMPTY_LIST);
      expect(await peer.closed).toMatchObject({
        code: "P2P_ERR_BAD_MSG_CODE",
        reason: DiscReason.NetworkError,
      });
      expect(got).toEqual([]);
    },
  );

  test.each([0x00, 0x04, 0x0f])("ignores base code %i", async (code) => {
    const { peer, clock, far } = onePeer([protocol("a", idle)]);
    far.write(code, EMPTY_LIST);
    await clock.advance(10);
    expect(peer.lifetime).toBe(10);
  });

  test.each([
    ["c104", DiscReason.TooManyPeers],
    ["04", DiscReason.TooManyPeers],
    ["", DiscReason.Invalid],
  ])("takes a Disconnect of %s", async (payload, reason) => {
    const { peer, far } = onePeer([protocol("a", idle)]);
    far.write(BaseCode.Disconnect, Uint8Array.from(Buffer.from(payload, "hex")));
    expect(await peer.closed).toMatchObject({ remote: true, reason });
  });
});

describe("the ends of a pipe", () => {
  const pipe = (run: Protocol["run"], options?: PeerPipeOptions) =>
    peerPipe([protocol("a", run)], options);

  test("the signal carries why the peer left", async () => {
    const reasons: unknown[] = [];
    const [first, second] = pipe(async (_peer, _rw, signal) => {
      await untilAborted(signal);
      reasons.push(signal.reason);
    });
    first.disconnect(DiscReason.TooManyPeers);
    expect(await second.closed).toMatchObject({ remote: true, reason: DiscReason.TooManyPeers });
    expect(reasons).toContain(await first.closed);
    expect(reasons).toContain(await second.closed);
  });

  test("reading after the end rejects, iterating ends", async () => {
    const results: unknown[] = [];
    const [first, second] = pipe(async (_peer, rw) => {
      for await (const _ of rw);
      results.push(await rw.readMsg().catch(({ code }) => code));
      results.push(await rw.writeMsg(0, EMPTY_LIST).catch(({ code }) => code));
    });
    first.disconnect();
    await Promise.all([first.closed, second.closed]);
    await Promise.resolve();
    expect(results).toEqual([
      "P2P_ERR_CLOSED",
      "P2P_ERR_CLOSED",
      "P2P_ERR_CLOSED",
      "P2P_ERR_CLOSED",
    ]);
  });

  test("leaving a loop leaves the rest to be read; a cancelled read loses no message", async () => {
    const texts: number[] = [];
    const [, second] = pipe(async (peer, rw, signal) => {
      if (!peer.inbound) {
        for (let i = 0; i < 4; i++) await rw.writeMsg(i, EMPTY_LIST);
        return untilAborted(signal);
      }
      for await (const msg of rw) {
        texts.push(msg.code);
        break;
      }
      const control = new AbortController();
      control.abort();
      await rw.readMsg({ signal: control.signal }).catch(() => texts.push(-1));
      texts.push((await rw.readMsg()).code);
      for await (const msg of rw) {
        texts.push(msg.code);
        if (msg.code === 3) break;
      }
    });
    await second.closed;
    expect(texts).toEqual([0, -1, 1, 2, 3]);
  });
});

test("a session that breaks ends its peer once", async () => {
  const { peer, session } = onePeer([protocol("a", idle)]);
  expect(session).toBeInstanceOf(TestSession);
  session.end(undefined);
  session.end(undefined);
  expect(await peer.closed).toMatchObject({ code: "P2P_ERR_STREAM_CLOSED", reason: 1 });
  peer.disconnect();
  expect((await peer.closed).reason).toBe(DiscReason.NetworkError);
});
