import type { MsgReadWriter, Peer, Protocol } from "@peerkit/core";
import { DiscReason, hexToBytes, send, sendItems } from "@peerkit/core";
import { FakeClock, messagePipe } from "@peerkit/core/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { chat } from "./chat.ts";
import type { ChatClient } from "./chat-client.ts";
import { chatClient } from "./chat-client.ts";
import type { ChatHub } from "./chat-hub.ts";
import { chatHub } from "./chat-hub.ts";
import type { ChatPerson, ChatSaid } from "./chat-messages.ts";
import { JOIN, PEOPLE, peopleSchema, SAID, SAY, saidSchema } from "./chat-messages.ts";

const HUB = "cc".repeat(32);
const ANN = "aa".repeat(32);
const BOB = "bb".repeat(32);

interface End {
  readonly peer: Peer;
  readonly rw: MsgReadWriter;
}

/** A connection in memory, as each side sees the other. */
function connect(dialerId: string, listenerId: string): { dialer: End; listener: End } {
  const [dialer, listener] = messagePipe(4);
  return {
    dialer: { rw: dialer, peer: fakePeer(listenerId, false, dialer.close) },
    listener: { rw: listener, peer: fakePeer(dialerId, true, listener.close) },
  };
}

/** What a chat uses of a peer. */
function fakePeer(id: string, inbound: boolean, disconnect: () => void): Peer {
  let latency: number | undefined;
  const peer: Partial<Peer> = {
    id,
    inbound,
    transport: "memory",
    get latency() {
      return latency;
    },
    async ping() {
      latency = 1.6;
      return latency;
    },
    disconnect,
  };
  return peer as Peer;
}

/** Runs a protocol as a server does: the peer is left when it ends. Resolves with what it threw. */
async function run(protocol: Protocol, { peer, rw }: End): Promise<unknown> {
  try {
    await protocol.run(peer, rw, new AbortController().signal);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    peer.disconnect();
  }
}

/** A client that keeps what it is told. */
function member(id: string, name: string) {
  const said: ChatSaid[] = [];
  const people: (readonly ChatPerson[])[] = [];
  const client: ChatClient = chatClient({
    name,
    onSaid: (one) => said.push(one),
    onPeople: (list) => people.push(list),
  });
  const join = (hub: ChatHub) => {
    const connection = connect(id, HUB);
    const hubEnded = run(hub.protocol, connection.listener);
    void run(client.protocol, connection.dialer);
    return { ...connection, hubEnded };
  };
  return { said, people, client, join, texts: () => said.map(({ text }) => text) };
}

let clock: FakeClock;
let time: number;
let hub: ChatHub;
let settled: () => Promise<void>;
beforeEach(() => {
  clock = new FakeClock();
  time = 1_000;
  hub = chatHub({ id: HUB, name: "relay", clock, time: () => time });
  settled = () => clock.advance(0);
});

describe("a room", () => {
  test("carries what anyone says to everyone, with name, id and the hub's time", async () => {
    const ann = member(ANN, "Ann");
    const bob = member(BOB, "Bob");
    ann.join(hub);
    bob.join(hub);
    await settled();
    expect(await ann.client.say("  hello\u0007 you\n ")).toBe(1);
    await settled();
    hub.say("welcome");
    await settled();
    expect(ann.said).toEqual(bob.said);
    expect(bob.said).toEqual([
      { hub: HUB, id: ANN, name: "Ann", text: "hello you", at: 1_000 },
      { hub: HUB, id: HUB, name: "relay", text: "welcome", at: 1_001 },
    ]);
  });

  test("tells everyone who is there, on each change", async () => {
    const ann = member(ANN, "Ann");
    const bob = member(BOB, "");
    ann.join(hub);
    const { dialer } = bob.join(hub);
    await settled();
    const everyone = [
      { id: HUB, name: "relay", path: "hub" },
      { id: ANN, name: "Ann", path: "memory", latency: 2 },
      { id: BOB, name: "bbbbbbbb", path: "memory", latency: 2 },
    ];
    expect(hub.people()).toEqual(everyone);
    expect(ann.people.at(-1)).toEqual(everyone);
    await bob.client.rename("Robert");
    hub.rename("the relay");
    await settled();
    const names = ann.people.at(-1)?.map(({ name }) => name);
    expect(names).toEqual(["the relay", "Ann", "Robert"]);
    dialer.peer.disconnect();
    await settled();
    expect(ann.people.at(-1)).toHaveLength(2);
    expect(bob.people.at(-1)).toEqual([]);
  });

  test("shows a newcomer the last 50 messages, and who comes back only the new ones", async () => {
    const ann = member(ANN, "Ann");
    for (let i = 0; i < 60; i++) hub.say(`${i}`);
    const { dialer } = ann.join(hub);
    await settled();
    expect(ann.texts()).toEqual(Array.from({ length: 50 }, (_, i) => `${i + 10}`));
    dialer.peer.disconnect();
    await settled();
    hub.say("while away");
    ann.join(hub);
    await settled();
    expect(ann.texts().slice(50)).toEqual(["while away"]);
  });

  test("says an empty text to nobody", async () => {
    const ann = member(ANN, "Ann");
    ann.join(hub);
    await settled();
    expect(await ann.client.say(" \n\u0000 ")).toBe(0);
    hub.say("");
    await settled();
    expect(ann.said).toEqual([]);
  });

  test("leaves no timer when the last one has left", async () => {
    const { dialer } = member(ANN, "Ann").join(hub);
    await settled();
    expect(clock.pending).toBe(1);
    await clock.advance(20_000);
    expect(clock.pending).toBe(1);
    dialer.peer.disconnect();
    await settled();
    expect(clock.pending).toBe(0);
  });

  test("drops a member whose queue is full, and serves the others", async () => {
    const stuck = connect(BOB, HUB);
    const writeMsg = () => Promise.reject(new Error("more than 16 MiB unsent"));
    const rw: MsgReadWriter = { ...stuck.listener.rw, writeMsg };
    const ended = run(hub.protocol, { ...stuck.listener, rw });
    await sendItems(stuck.dialer.rw, JOIN, "Bob");
    const ann = member(ANN, "Ann");
    ann.join(hub);
    await ended;
    hub.say("still here");
    await settled();
    expect(ann.texts()).toEqual(["still here"]);
    expect(hub.people().map(({ id }) => id)).toEqual([HUB, ANN]);
  });
});

describe("a hub drops a client", () => {
  const long = "x".repeat(2_001);
  test.each([
    ["that says something before Join", [[SAY, "hi"]], DiscReason.ProtocolError],
    ["with a name of 33 characters", [[JOIN, "x".repeat(33)]], DiscReason.ProtocolError],
    [
      "with a text of 2,001 characters",
      [
        [JOIN, ""],
        [SAY, long],
      ],
      DiscReason.ProtocolError,
    ],
    ["with a message of 1 MB", [[SAY, "x".repeat(1_000_000)]], DiscReason.ProtocolError],
    ["that sends a hub's message", [[PEOPLE, ""]], DiscReason.ProtocolError],
    ["that sends 21 messages at once", Array(21).fill([JOIN, ""]), DiscReason.SubprotocolError],
  ] as [string, [number, string][], number][])("%s", async (_what, messages, reason) => {
    const { dialer, listener } = connect(ANN, HUB);
    const ended = run(hub.protocol, listener);
    for (const [code, text] of messages) await sendItems(dialer.rw, code, text);
    expect(await ended).toMatchObject({
      name: "DisconnectError",
      reason,
      message: expect.stringMatching(/^chat\/1: /),
    });
  });

  test("that sends what is no Join", async () => {
    const { dialer, listener } = connect(ANN, HUB);
    const ended = run(hub.protocol, listener);
    await sendItems(dialer.rw, JOIN, ["nested"]);
    expect(await ended).toMatchObject({ code: "P2P_ERR_BAD_RLP" });
  });
});

test("a hub keeps a client that sends the longest text in the widest characters", async () => {
  const ann = member(ANN, "Ann");
  ann.join(hub);
  await settled();
  const text = "€".repeat(2_000);
  await ann.client.say(text);
  await settled();
  expect(ann.texts()).toEqual([text]);
});

test("a member may say 5 more a second after its 20", async () => {
  const ann = member(ANN, "Ann");
  const { hubEnded } = ann.join(hub);
  for (let i = 0; i < 19; i++) await ann.client.say(`${i}`);
  await clock.advance(1_000);
  for (let i = 0; i < 5; i++) await ann.client.say(`more ${i}`);
  await settled();
  expect(ann.said).toHaveLength(24);
  await ann.client.say("one too many");
  expect(await hubEnded).toMatchObject({ reason: DiscReason.SubprotocolError });
});

describe("a client", () => {
  test("cleans what a careless hub passes on", async () => {
    const ann = member(ANN, "Ann");
    const { dialer, listener } = connect(ANN, HUB);
    void run(ann.client.protocol, dialer);
    const id = hexToBytes(BOB);
    await send(listener.rw, SAID, [id, "\u001b[1mBob", "a\u001b[2Jb", 5], saidSchema);
    await send(listener.rw, PEOPLE, [[id, "x".repeat(40), "\u0007", 0]], peopleSchema);
    await settled();
    expect(ann.said).toEqual([{ hub: HUB, id: BOB, name: "[1mBob", text: "a[2Jb", at: 5 }]);
    expect(ann.people).toEqual([[{ id: BOB, name: "x".repeat(32), path: "direct" }]]);
  });

  test("leaves a hub that sends a client's message", async () => {
    const { dialer, listener } = connect(ANN, HUB);
    const ended = run(chatClient().protocol, dialer);
    await sendItems(listener.rw, SAY, "hi");
    expect(await ended).toMatchObject({ reason: DiscReason.ProtocolError });
  });

  test("says that nobody heard when no hub is connected", async () => {
    expect(await chatClient().say("hello?")).toBe(0);
  });

  test("refuses what a hub would drop it for", async () => {
    const client = chatClient();
    await expect(client.say("x".repeat(2_001))).rejects.toThrow(RangeError);
    await expect(client.rename("x".repeat(33))).rejects.toThrow(RangeError);
    expect(() => chatClient({ name: "x".repeat(33) })).toThrow(RangeError);
  });
});

test("chat() is a hub for who dials it and a client towards whom it dials", async () => {
  const heard: string[] = [];
  const both = chat({ id: ANN, name: "Ann", clock, onSaid: (said) => heard.push(said.text) });
  const up = connect(ANN, HUB);
  void run(hub.protocol, up.listener);
  void run(both.protocol, up.dialer);
  const bob = member(BOB, "Bob");
  const down = connect(BOB, ANN);
  void run(both.protocol, down.listener);
  void run(bob.client.protocol, down.dialer);
  await settled();
  expect(await both.say("to all")).toBe(1);
  await settled();
  expect(bob.texts()).toEqual(["to all"]);
  expect(hub.people().map(({ name }) => name)).toEqual(["relay", "Ann"]);
  expect(both.people().map(({ name }) => name)).toEqual(["Ann", "Bob"]);
  expect(heard).toEqual(["to all", "to all"]);
});
