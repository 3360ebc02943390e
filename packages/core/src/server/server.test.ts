/**
 * The server as its users see it: real handshakes over a network in memory.
 * @module
 */

import { afterEach, describe, expect, test } from "vitest";
import { simpleClientIdentity } from "../client-identity.ts";
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { encodeHello } from "../devp2p/hello.ts";
import { sendItems } from "../devp2p/message.ts";
import type { Protocol } from "../devp2p/protocol.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import { systemClock, systemRandom } from "../env.ts";
import { DisconnectError, DiscReason } from "../errors.ts";
import { openSession } from "../session/open-session.ts";
import { memoryNetwork } from "../testing/memory-transport.ts";
import type { TraceEvent } from "../trace.ts";
import { VERSION } from "../version.ts";
import { bytesToHex } from "../wire/bytes.ts";
import { encodeRlp } from "../wire/codec.ts";
import { str } from "../wire/schema.ts";
import { tuple } from "../wire/schema-list.ts";
import type { ServerEvent } from "./events.ts";
import { EventHub } from "./events.ts";
import type { ServerOptions } from "./options.ts";
import { Server } from "./server.ts";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

function newNetwork() {
  const network = memoryNetwork();
  const start = async (options: ServerOptions = {}, listens = true): Promise<Server> => {
    const listen = listens ? ["memory://node:0"] : [];
    const server = new Server({ transports: [network.transport()], listen, ...options });
    servers.push(server);
    await server.start();
    return server;
  };
  return { start, transport: network.transport() };
}

/** Answers "foo" with "bar"; `heard` gets everything. */
function fooBar(heard: (text: string) => void = () => {}): Protocol {
  return defineProtocol({
    name: "MyProtocol",
    version: 1,
    length: 1,
    async run(peer, rw) {
      if (!peer.inbound) await sendItems(rw, 0, "foo");
      for await (const msg of rw) {
        const [text] = msg.decode(tuple(str));
        heard(text);
        if (text === "foo") await sendItems(rw, 0, "bar");
      }
    },
  });
}

/** Runs until the peer leaves. */
const idle = (name: string, length = 1, version = 1): Protocol =>
  defineProtocol({
    name,
    version,
    length,
    run: (_peer, _rw, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
  });

const url = (server: Server): string => server.urls[0] ?? "";

/** Connects; resolves when both sides have the peer: the dialed one has it a moment later. */
async function connected(tab: Server, relay: Server) {
  const added = next(relay.events(), "add");
  const peer = await tab.connect(url(relay));
  await added;
  return peer;
}

async function next<T extends ServerEvent["type"]>(
  events: AsyncIterable<ServerEvent>,
  type: T,
): Promise<Extract<ServerEvent, { type: T }>> {
  for await (const event of { [Symbol.asyncIterator]: () => keepOpen(events) }) {
    if (event.type === type) return event as Extract<ServerEvent, { type: T }>;
  }
  throw new Error(`no ${type} came`);
}

function keepOpen(events: AsyncIterable<ServerEvent>): AsyncIterator<ServerEvent> {
  const iterator = events[Symbol.asyncIterator]();
  return { next: () => iterator.next() };
}

describe("two servers", () => {
  test("play the wiki's example", async () => {
    const { start } = newNetwork();
    const heard: string[] = [];
    let answered = (_text: string): void => {};
    const answer = new Promise<string>((resolve) => {
      answered = resolve;
    });
    const relay = await start({ protocols: [fooBar((text) => heard.push(text))] });
    const tab = await start({ protocols: [fooBar(answered)] }, false);
    const peer = await tab.connect(url(relay));
    expect(await answer).toBe("bar");
    expect(heard).toEqual(["foo"]);
    expect(peer.inbound).toBe(false);
    expect(peer.id).toBe(relay.id);
    expect(relay.peers.map(({ id, inbound }) => ({ id, inbound }))).toEqual([
      { id: tab.id, inbound: true },
    ]);
    expect(await peer.ping()).toBeGreaterThanOrEqual(0);
    expect(peer.latency).toBeGreaterThanOrEqual(0);
  });

  test("agree on several protocols, in the order of their names", async () => {
    const { start } = newNetwork();
    const relay = await start({
      protocols: [idle("zz", 3), idle("aa", 17), idle("only-here"), idle("aa", 5, 2)],
    });
    const tab = await start(
      { protocols: [idle("aa", 5, 2), idle("zz", 3), idle("aa", 17)] },
      false,
    );
    const peer = await tab.connect(url(relay));
    expect(peer.protocols).toEqual([
      { name: "aa", version: 2, offset: 16, length: 5 },
      { name: "zz", version: 1, offset: 21, length: 3 },
    ]);
    expect(peer.runningCap("aa", [1, 2])).toBe(true);
    expect(peer.runningCap("aa", [1])).toBe(false);
    expect(peer.writer({ name: "zz", version: 1 })).toBeDefined();
    expect(peer.writer({ name: "aa", version: 1 })).toBeUndefined();
  });

  test("give the peer that is there to a second connect", async () => {
    const { start } = newNetwork();
    const relay = await start({ protocols: [idle("a")] });
    const tab = await start({ protocols: [idle("a")] }, false);
    const first = await connected(tab, relay);
    expect(await tab.connect(url(relay))).toBe(first);
    expect(relay.peerCount).toBe(1);
  });

  test("end up with one connection when both connects run at once", async () => {
    const { start } = newNetwork();
    const relay = await start({ protocols: [idle("a")] });
    const tab = await start({ protocols: [idle("a")] }, false);
    const both = [connected(tab, relay), tab.connect(url(relay))];
    const [first, second] = await Promise.all(both);
    expect(first).toBe(second);
    expect(tab.peerCount).toBe(1);
    expect(relay.peerCount).toBe(1);
  });
});

describe("a refusal", () => {
  test("for too many peers reaches the dialer with its reason", async () => {
    const { start } = newNetwork();
    const relay = await start({ maxPeers: 0, protocols: [idle("a")] });
    const tab = await start({ protocols: [idle("a")] }, false);
    const failed = next(relay.events(), "fail");
    await expect(tab.connect(url(relay))).rejects.toMatchObject({
      name: "DisconnectError",
      remote: true,
      reason: DiscReason.TooManyPeers,
    });
    expect(await failed).toMatchObject({ inbound: true, reason: DiscReason.TooManyPeers });
    expect(tab.peerCount).toBe(0);
  });

  test("for nothing in common is seen by both", async () => {
    const { start } = newNetwork();
    const relay = await start({ protocols: [idle("b")] });
    const tab = await start({ protocols: [idle("a")] }, false);
    const failed = next(relay.events(), "fail");
    await expect(tab.connect(url(relay))).rejects.toMatchObject({ reason: DiscReason.UselessPeer });
    expect(await failed).toMatchObject({ reason: DiscReason.UselessPeer });
  });

  test("for oneself needs no dial; a server without protocols takes anyone", async () => {
    const { start } = newNetwork();
    const relay = await start({ protocols: [idle("b")] });
    await expect(relay.connect(url(relay))).rejects.toMatchObject({ code: "P2P_ERR_SELF" });
    const watcher = await start({}, false);
    const peer = await watcher.connect(url(relay));
    expect(peer.protocols).toEqual([]);
    expect(await peer.closed).toMatchObject({ remote: true, reason: DiscReason.UselessPeer });
  });

  test("for being full is told before dialing", async () => {
    const { start } = newNetwork();
    const relay = await start({ protocols: [idle("a")] });
    const tab = await start({ maxPeers: 0, protocols: [idle("a")] }, false);
    await expect(tab.connect(url(relay))).rejects.toMatchObject({ code: "P2P_ERR_TOO_MANY_PEERS" });
  });

  test("for another key than the address says leaves the dialer with a hint", async () => {
    const { start } = newNetwork();
    const relay = await start({ protocols: [idle("a")] });
    const other = await start({ protocols: [idle("a")] });
    const tab = await start({ protocols: [idle("a")] }, false);
    const wrong = { ...relay.self, publicKey: other.publicKey };
    await expect(tab.connect(wrong)).rejects.toThrow(/another key/);
    expect(relay.peerCount).toBe(0);
  });
});

describe("the end of a peer", () => {
  const ends: [string, () => unknown, Partial<DisconnectError>, DiscReason][] = [
    ["returns", () => undefined, { reason: DiscReason.ClientQuitting }, DiscReason.ClientQuitting],
    [
      "throws a DisconnectError",
      () => {
        throw new DisconnectError(DiscReason.IncompatibleVersion);
      },
      { reason: DiscReason.IncompatibleVersion },
      DiscReason.IncompatibleVersion,
    ],
    [
      "throws anything else",
      () => {
        throw new Error("oops");
      },
      { reason: DiscReason.SubprotocolError },
      DiscReason.SubprotocolError,
    ],
  ];

  test.each(ends)("has the right reason when a run %s", async (_, act, here, there) => {
    const { start } = newNetwork();
    const relay = await start({ protocols: [idle("a"), idle("b")] });
    const events = relay.events();
    const ending = defineProtocol({
      name: "a",
      version: 1,
      length: 1,
      run: async () => void act(),
    });
    const tab = await start({ protocols: [ending, idle("b")] }, false);
    const peer = await tab.connect(url(relay));
    expect(await peer.closed).toMatchObject({ remote: false, ...here });
    expect(await next(events, "drop")).toMatchObject({ remote: true, reason: there });
    expect(relay.peerCount).toBe(0);
  });

  test("is a breach of protocol when a message can't be decoded or has a wrong code", async () => {
    const { start } = newNetwork();
    const { promise, resolve } = withResolvers<unknown>();
    const strict = defineProtocol({
      name: "a",
      version: 1,
      length: 1,
      async run(_peer, rw) {
        for await (const msg of rw) msg.decode(tuple(str));
      },
    });
    const relay = await start({ protocols: [strict] });
    const sloppy = defineProtocol({
      name: "a",
      version: 1,
      length: 1,
      async run(_peer, rw, signal) {
        await rw.writeMsg(1, new Uint8Array(0)).catch(resolve);
        await rw.writeMsg(0, Uint8Array.of(0xc2, 0x01));
        await new Promise((end) => signal.addEventListener("abort", end));
      },
    });
    const tab = await start({ protocols: [sloppy] }, false);
    const peer = await tab.connect(url(relay));
    expect(await promise).toMatchObject({ code: "P2P_ERR_INVALID_MSG_CODE", reason: 2 });
    expect(await peer.closed).toMatchObject({ remote: true, reason: DiscReason.ProtocolError });
  });

  test("leaves what was sent before it to be read", async () => {
    const { start } = newNetwork();
    const count = 500;
    const { promise, resolve } = withResolvers<number>();
    const reader = defineProtocol({
      name: "a",
      version: 1,
      length: 1,
      async run(_peer, rw, signal) {
        // Reads only after the other side has left.
        await new Promise((end) => signal.addEventListener("abort", end));
        let got = 0;
        for await (const _ of rw) got++;
        resolve(got);
      },
    });
    const writer = defineProtocol({
      name: "a",
      version: 1,
      length: 1,
      async run(_peer, rw) {
        for (let i = 0; i < count; i++) await sendItems(rw, 0, i);
      },
    });
    const relay = await start({ protocols: [reader] });
    const tab = await start({ protocols: [writer] }, false);
    await tab.connect(url(relay));
    expect(await promise).toBe(count);
  });
});

describe("stop", () => {
  test("leaves every peer with ClientQuitting and ends the events", async () => {
    const { start } = newNetwork();
    const relay = await start({ protocols: [idle("a")] });
    const tab = await start({ protocols: [idle("a")] }, false);
    const peer = await connected(tab, relay);
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { type } of relay.events()) seen.push(type);
    })();
    await relay.stop();
    await watching;
    expect(seen).toEqual(["drop"]);
    expect(await peer.closed).toMatchObject({ remote: true, reason: DiscReason.ClientQuitting });
    await relay.stop();
    await expect(relay.start()).rejects.toMatchObject({ code: "P2P_ERR_NOT_RUNNING" });
    await expect(relay.connect(url(tab))).rejects.toThrow();
  });

  test("names the protocols that go on after their time", async () => {
    const { start } = newNetwork();
    const stubborn = defineProtocol({
      name: "stubborn",
      version: 3,
      length: 1,
      run: () => new Promise(() => {}),
    });
    const relay = await start({ protocols: [stubborn], stopTimeout: 1 });
    const tab = await start({ protocols: [idle("stubborn", 1, 3)] }, false);
    await connected(tab, relay);
    await expect(relay.stop()).rejects.toMatchObject({
      code: "P2P_ERR_STOP_TIMEOUT",
      message: expect.stringContaining("stubborn/3"),
    });
    servers.splice(servers.indexOf(relay), 1);
  });
});

describe("tracing", () => {
  test("shows the handshake, the Hellos, the code space, every frame and the end", async () => {
    const { start } = newNetwork();
    const events: TraceEvent[] = [];
    const { promise, resolve } = withResolvers<string>();
    const relay = await start({ protocols: [fooBar()] });
    const tab = await start(
      { protocols: [fooBar(resolve)], trace: (event) => events.push(event) },
      false,
    );
    await tab.connect(url(relay));
    await promise;
    await tab.stop();
    expect(events.map(summary)).toEqual([
      "dial",
      "open",
      "handshake out auth",
      "handshake in ack",
      "frame in p2p 0",
      "hello in",
      "frame out p2p 0",
      "hello out",
      "capabilities",
      "frame out MyProtocol 0",
      "frame in MyProtocol 0",
      "close",
      "frame out p2p 1",
    ]);
    expect(events.every(({ connection }) => connection === 1)).toBe(true);
    expect(events.filter(({ type }) => type === "handshake")).toMatchObject([
      { step: "auth", sealed: [1] },
      { step: "ack", sealed: [1] },
    ]);
    const times = events.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(events.find(({ type }) => type === "capabilities")).toMatchObject({
      shared: [{ name: "MyProtocol", version: 1, offset: 16, length: 1 }],
    });
  });
});

function summary(event: TraceEvent): string {
  const { type } = event;
  if (type === "handshake") return `${type} ${event.direction} ${event.step}`;
  if (type === "hello") return `${type} ${event.direction}`;
  if (type === "frame") return `${type} ${event.direction} ${event.protocol} ${event.code}`;
  return type;
}

function withResolvers<T>() {
  let resolve = (_value: T): void => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe("a peer of base protocol 4", () => {
  test("gets its messages uncompressed", async () => {
    const { start, transport } = newNetwork();
    const relay = await start({ protocols: [fooBar()] });
    const privateKey = new Uint8Array(32).fill(8);
    const session = await openSession(await transport.dial(relay.self), {
      privateKey,
      remoteKey: relay.publicKey,
      clock: systemClock,
      random: systemRandom,
    });
    const payloads: string[] = [];
    const answered = new Promise<void>((resolve) => {
      session.onBatch = (messages) => {
        payloads.push(...messages.map(({ payload }) => bytesToHex(payload)));
        session.resume();
        if (payloads.length === 2) resolve();
      };
    });
    session.resume();
    session.write(
      0,
      encodeHello({
        version: 4,
        name: "old",
        caps: [{ name: "MyProtocol", version: 1 }],
        listenPort: 0,
        publicKey: publicKeyOf(privateKey),
      }),
    );
    session.write(16, encodeRlp(["foo"]));
    await answered;
    expect(payloads[1]).toBe(bytesToHex(encodeRlp(["bar"])));
    expect(relay.peers[0]?.version).toBe(4);
    await session.close();
  });
});

describe("events", () => {
  test("tell of messages when asked, and count what a slow reader lost", async () => {
    const { start } = newNetwork();
    const { promise, resolve } = withResolvers<string>();
    const relay = await start({ protocols: [fooBar()], enableMsgEvents: true });
    const events = relay.events();
    const tab = await start({ protocols: [fooBar(resolve)] }, false);
    await tab.connect(url(relay));
    await promise;
    const types: unknown[] = [];
    for (let i = 0; i < 3; i++) types.push((await events.next()).value);
    expect(types).toMatchObject([
      { type: "add", peer: tab.id, inbound: true },
      { type: "msgrecv", peer: tab.id, protocol: "MyProtocol", version: 1, code: 0, size: 5 },
      { type: "msgsend", peer: tab.id, protocol: "MyProtocol", version: 1, code: 0, size: 5 },
    ]);
    const control = new AbortController();
    const watched = relay.events({ signal: control.signal });
    control.abort();
    expect(await watched.next()).toEqual({ value: undefined, done: true });
  });

  test("that nobody reads are counted, not kept", () => {
    const hub = new EventHub();
    const events = hub.subscribe();
    for (let i = 0; i < 2000; i++) hub.emit({ type: "lost", count: i });
    hub.end();
    return expect(all(events)).resolves.toMatchObject({ length: 1025, 1024: { count: 976 } });
  });
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("options", () => {
  const wrong: [string, ServerOptions, ErrorConstructor][] = [
    ["privateKey", { privateKey: new Uint8Array(32) }, RangeError],
    ["privateKey", { privateKey: "ab" as unknown as Uint8Array }, TypeError],
    ["maxPeers", { maxPeers: -1 }, RangeError],
    ["maxPeers", { maxPeers: 1.5 }, RangeError],
    ["protocols", { protocols: [idle("a"), idle("a")] }, RangeError],
  ];
  test.each(wrong)("that are wrong are named: %s", (name, options, type) => {
    expect(() => new Server(options)).toThrow(type);
    expect(() => new Server(options)).toThrow(name);
  });

  test.each([
    ["protocol.name", { name: "" }],
    ["protocol.name", { name: "p2p" }],
    ["protocol.version", { version: -1 }],
    ["protocol.length", { length: 2 ** 40 }],
    ["protocol.run", { run: undefined }],
  ])("of a protocol that are wrong are named: %s", (name, change) => {
    expect(() => defineProtocol({ ...idle("a"), ...change } as Protocol)).toThrow(name);
  });
});

test("the version is the package's", async () => {
  const { default: manifest } = await import("../../package.json", { with: { type: "json" } });
  expect(VERSION).toBe(manifest.version);
});

test("a client name says what runs it", () => {
  expect(simpleClientIdentity("my-p2p", "1.0")).toMatch(/^my-p2p\/v1\.0\/\w+-\w+\/node\d+/);
  expect(simpleClientIdentity("my-p2p", "1.0", "test")).toMatch(/^my-p2p\/v1\.0\/test\//);
});
