/**
 * Conversations without a hub, over connections in memory.
 * @module
 */

import type { MsgReadWriter, Peer, RlpInput } from "@peerkit/core";
import { DiscReason, encodeRlp, hexToBytes } from "@peerkit/core";
import { FakeClock, messagePipe } from "@peerkit/core/testing";
import { beforeEach, describe, expect, test } from "vitest";
import type { Talk } from "./talk.ts";
import { talk } from "./talk.ts";
import type { TalkLine } from "./talk-log.ts";

const [ANN, BOB, EVE] = ["aa", "bb", "ee"].map((byte) => byte.repeat(32)) as [
  string,
  string,
  string,
];

let clock: FakeClock;
let time: number;
let settled: () => Promise<void>;
beforeEach(() => {
  clock = new FakeClock();
  time = 1_000_000;
  settled = () => clock.advance(0);
});

/** Somebody, and what they are shown. */
interface Person {
  readonly id: string;
  readonly talk: Talk;
  /** Who said what, and from whom we have it. */
  said(): string[];
  names(): string[];
}

/** `skew`: how far their clock is ahead. */
function person(id: string, name: string, skew = 0): Person {
  let names: ReadonlyMap<string, string> = new Map();
  let lines: readonly TalkLine[] = [];
  const options = { id, name, clock, time: () => time + skew };
  const part = talk({
    ...options,
    onLines: (all) => {
      lines = all;
    },
    onNames: (all) => {
      names = all;
    },
  });
  const words = ({ name, text, source }: TalkLine) => {
    const told = source && source.name !== name ? `, ${source.name} says` : "";
    return `${name}: ${text}${told}`;
  };
  return { id, talk: part, said: () => lines.map(words), names: () => [...names.values()] };
}

/** What a conversation uses of a peer. */
function fakePeer(id: string, disconnect: () => void): Peer {
  return { id, path: "circuit", sealed: true, disconnect } as Partial<Peer> as Peer;
}

/** Connects two; gives what ends the connection. */
function connect(a: Person, b: Person): () => void {
  const [left, right] = messagePipe(3);
  void run(a.talk, fakePeer(b.id, left.close), left);
  void run(b.talk, fakePeer(a.id, right.close), right);
  return left.close;
}

/** Runs it as a server does. Resolves with what it threw. */
async function run({ protocol }: Talk, peer: Peer, rw: MsgReadWriter): Promise<unknown> {
  try {
    await protocol.run(peer, rw, new AbortController().signal);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    peer.disconnect();
  }
}

/** Somebody's connection whose other end is in the test's hand. */
function byHand(someone: Person) {
  const [ours, theirs] = messagePipe(3);
  const ended = run(someone.talk, fakePeer(EVE, ours.close), ours);
  return {
    ended,
    send: (code: number, items: RlpInput[]) => theirs.writeMsg(code, encodeRlp(items)),
  };
}

describe("a conversation", () => {
  test("carries each one's words to all that they are connected to, with their name and the way", async () => {
    const [ann, bob] = [person(ANN, "Ann"), person(BOB, "")];
    connect(ann, bob);
    await settled();
    expect(ann.talk.say("  hello\u0007 you\n ")).toBe(1);
    await settled();
    expect(bob.talk.lines).toEqual([
      {
        ...{ author: ANN, name: "Ann", text: "hello you", at: 1_000_000 },
        source: { id: ANN, name: "Ann", path: "circuit", sealed: true },
      },
    ]);
    expect(ann.talk.lines[0]).not.toHaveProperty("source");
    expect([ann.names(), bob.names()]).toEqual([["bbbbbbbb"], ["Ann"]]);
  });

  test("tells a newcomer what was said, by those who are there and by those who aren't", async () => {
    const [ann, bob, eve] = [person(ANN, "Ann"), person(BOB, "Bob"), person(EVE, "Eve")];
    expect(ann.talk.say("anybody?")).toBe(0);
    const leave = connect(ann, bob);
    await settled();
    time += 1;
    bob.talk.say("me");
    await settled();
    leave();
    connect(bob, eve);
    await settled();
    expect(eve.said()).toEqual(["Ann: anybody?, Bob says", "Bob: me"]);
    connect(eve, ann);
    await settled();
    expect(eve.said()).toEqual(["Ann: anybody?", "Bob: me"]);
    expect(ann.said()).toEqual(["Ann: anybody?", "Bob: me"]);
  });

  test("goes on where it was with one that comes back", async () => {
    const [ann, bob] = [person(ANN, "Ann"), person(BOB, "Bob")];
    const leave = connect(ann, bob);
    await settled();
    ann.talk.say("before");
    await settled();
    leave();
    await settled();
    expect(ann.names()).toEqual([]);
    time += 1;
    ann.talk.say("meanwhile");
    connect(ann, bob);
    await settled();
    expect(bob.said()).toEqual(["Ann: before", "Ann: meanwhile"]);
    expect(ann.said()).toEqual(bob.said());
  });

  test("keeps the new connection of one whose old one ends later", async () => {
    const [ann, bob] = [person(ANN, "Ann"), person(BOB, "Bob")];
    const leave = connect(ann, bob);
    connect(ann, bob);
    await settled();
    leave();
    await settled();
    expect(ann.names()).toEqual(["Bob"]);
    expect(ann.talk.say("still here?")).toBe(1);
    await settled();
    expect(bob.said()).toEqual(["Ann: still here?"]);
  });

  test("puts an answer below what it answers to, whatever the clocks say", async () => {
    const [ann, bob] = [person(ANN, "Ann"), person(BOB, "Bob", -30_000)];
    connect(ann, bob);
    await settled();
    for (const [who, text] of [
      [ann, "one"],
      [bob, "two"],
      [bob, "three"],
      [ann, "four"],
    ] as const) {
      who.talk.say(text);
      await settled();
    }
    const wanted = ["Ann: one", "Bob: two", "Bob: three", "Ann: four"];
    expect([ann.said(), bob.said()]).toEqual([wanted, wanted]);
  });

  test("isn't carried along by a clock that is hours ahead", async () => {
    const [ann, bob] = [person(ANN, "Ann"), person(BOB, "Bob", 3_600_000)];
    connect(ann, bob);
    await settled();
    bob.talk.say("from later");
    await settled();
    ann.talk.say("from now");
    expect(ann.talk.lines.map(({ at }) => at)).toEqual([time, time + 3_600_000]);
  });

  test("shows a new name to all", async () => {
    const [ann, bob] = [person(ANN, "Ann"), person(BOB, "Bob")];
    connect(ann, bob);
    await settled();
    bob.talk.rename("Robert");
    await settled();
    expect(ann.names()).toEqual(["Robert"]);
  });

  test("keeps 200 lines and tells 50", async () => {
    const [ann, bob] = [person(ANN, "Ann"), person(BOB, "Bob")];
    for (let i = 0; i < 210; i++) ann.talk.say(`${i}`);
    expect([ann.said().length, ann.said()[0]]).toEqual([200, "Ann: 10"]);
    connect(ann, bob);
    await settled();
    expect([bob.said().length, bob.said()[0]]).toEqual([50, "Ann: 160"]);
  });

  test("takes the longest text in the widest characters, and nothing that is empty", async () => {
    const [ann, bob] = [person(ANN, "Ann"), person(BOB, "Bob")];
    connect(ann, bob);
    await settled();
    const text = "€".repeat(2_000);
    expect([ann.talk.say(text), ann.talk.say(" \n\u0000 ")]).toEqual([1, 0]);
    await settled();
    expect(bob.said()).toEqual([`Ann: ${text}`]);
  });
});

describe("drops a peer", () => {
  const name = [0, ["Eve"]] as const;
  const id = hexToBytes(BOB);
  const protocolError = DiscReason.ProtocolError;
  test.each([
    ["that speaks before it has a name", [[1, [5, "hi"]]], protocolError],
    ["with a name of 33 characters", [[0, ["x".repeat(33)]]], protocolError],
    ["with a text of 2,001 characters", [name, [1, [5, "x".repeat(2_001)]]], protocolError],
    [
      "that tells a name of 33 characters",
      [name, [2, [id, "x".repeat(33), 5, "hi"]]],
      protocolError,
    ],
    ["with a message of 1 MB", [name, [1, [5, "x".repeat(1_000_000)]]], protocolError],
    ["whose clock is days ahead", [name, [1, [1_000_000 + 2 * 86_400_000, "hi"]]], protocolError],
    ["that sends 81 messages at once", Array(81).fill(name), DiscReason.SubprotocolError],
  ] as [string, [number, RlpInput[]][], DiscReason][])("%s", async (_, messages, reason) => {
    const { ended, send } = byHand(person(ANN, "Ann"));
    for (const [code, items] of messages) await send(code, items);
    expect(await ended).toMatchObject({ reason, message: expect.stringMatching(/^talk\/1: /) });
  });

  test("that sends what is no message, or to whom nothing can be written", async () => {
    const { ended, send } = byHand(person(ANN, "Ann"));
    await send(0, [["nested"]]);
    expect(await ended).toMatchObject({ code: "P2P_ERR_BAD_RLP" });

    const [ours] = messagePipe(3);
    const full: MsgReadWriter = {
      ...ours,
      writeMsg: () => Promise.reject(new Error("16 MiB unsent")),
    };
    let reason: DiscReason | undefined;
    const peer = fakePeer(EVE, () => {});
    const leaving = { ...peer, disconnect: (why?: DiscReason) => (reason ??= why) } as Peer;
    void run(person(ANN, "Ann").talk, leaving, full);
    await settled();
    expect(reason).toBe(DiscReason.SubprotocolError);
  });
});

test("refuses what others would drop it for, and cleans what a careless one tells", async () => {
  const ann = person(ANN, "Ann");
  expect(() => ann.talk.say("x".repeat(2_001))).toThrow(RangeError);
  expect(() => ann.talk.rename("x".repeat(33))).toThrow(RangeError);
  expect(() => talk({ id: ANN, name: "x".repeat(33) })).toThrow(RangeError);
  const { send } = byHand(ann);
  await send(0, ["\u001b[1mEve"]);
  await send(2, [hexToBytes(BOB), "\u202eboB", 7, "a\u001b[2Jb"]);
  await settled();
  expect(ann.said()).toEqual(["boB: a[2Jb, [1mEve says"]);
});
