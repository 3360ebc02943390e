/**
 * What an attacker may send, one row each: one typed error on that connection, the right reason or
 * silence, and a server that goes on serving others.
 * @module
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { BASE_PROTOCOL_VERSION, BaseCode } from "../devp2p/base-protocol.ts";
import { decodeDisconnect } from "../devp2p/disconnect.ts";
import { encodeHello } from "../devp2p/hello.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import { systemRandom } from "../env.ts";
import { DiscReason } from "../errors.ts";
import { replaceWrite } from "../replace-write.test.helper.ts";
import { openSession } from "../session/open-session.ts";
import type { Session, SessionMessage } from "../session/session.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { memoryNetwork } from "../testing/memory-transport.ts";
import type { ByteStream, Transport } from "../transport.ts";
import { concatBytes } from "../wire/bytes.ts";
import { portableSnappy } from "../wire/portable-snappy.ts";
import { str } from "../wire/schema.ts";
import { tuple } from "../wire/schema-list.ts";
import { decompress } from "../wire/snappy.ts";
import type { ServerEvent } from "./events.ts";
import { Server } from "./server.ts";

const attackerKey = new Uint8Array(32).fill(9);

let clock: FakeClock;
let transport: Transport;
let node: Server;
let events: AsyncIterableIterator<ServerEvent>;
const sessions: Session[] = [];

beforeEach(async () => {
  clock = new FakeClock();
  const network = memoryNetwork({ clock });
  transport = network.transport();
  node = newNode(["memory://node:0"]);
  await node.start();
  events = node.events();
});

afterEach(async () => {
  await node.stop();
  // The attacker's own timers are none of the node's.
  for (const session of sessions.splice(0)) await session.close();
  expect(clock.pending).toBe(0);
});

function newNode(listen: readonly string[]): Server {
  const reader = defineProtocol({
    name: "read",
    version: 1,
    length: 2,
    async run(_peer, rw) {
      for await (const msg of rw) msg.decode(tuple(str));
    },
  });
  return new Server({ transports: [transport], protocols: [reader], listen, clock });
}

const dial = (): Promise<ByteStream> => transport.dial(node.self);

/** Does the handshake as a genuine client would. */
async function handshake(stream?: ByteStream): Promise<Session> {
  const options = {
    privateKey: attackerKey,
    remoteKey: node.publicKey,
    clock,
    random: systemRandom,
  };
  const session = await openSession(stream ?? (await dial()), options);
  sessions.push(session);
  return session;
}

const hello = (overrides = {}): Uint8Array =>
  encodeHello({
    version: BASE_PROTOCOL_VERSION,
    name: "attacker",
    caps: [{ name: "read", version: 1 }],
    listenPort: 0,
    publicKey: publicKeyOf(attackerKey),
    ...overrides,
  });

/** A peer that has been let in; `snappy` off lets the attacker choose the bytes themselves. */
async function admitted(): Promise<Session> {
  const session = await handshake();
  session.write(BaseCode.Hello, hello());
  expect((await nextEvent()).type).toBe("add");
  return session;
}

async function nextEvent(): Promise<ServerEvent> {
  const { value, done } = await events.next();
  if (done) throw new Error("no more events");
  return value;
}

/** What the attacker is told: the reason of a Disconnect, or "silence". */
function told(session: Session): Promise<number | "silence"> {
  return new Promise((resolve) => {
    session.onBatch = (messages: readonly SessionMessage[]) => {
      for (const { code, payload } of messages) {
        if (code !== BaseCode.Disconnect) continue;
        // Compressed, since both said that they know how.
        resolve(decodeDisconnect(decompress(payload, 100, portableSnappy)));
      }
      session.resume();
    };
    session.onEnd = () => resolve("silence");
    session.resume();
  });
}

async function expectServing(): Promise<void> {
  const friend = newNode([]);
  await friend.start();
  const peer = await friend.connect(node.urls[0] ?? "");
  expect(peer.protocols.length).toBe(1);
  await friend.stop();
}

/** The `auth` of a genuine client, as bytes. */
async function genuineAuth(to: Uint8Array): Promise<Uint8Array> {
  let auth: Uint8Array = new Uint8Array(0);
  const stream = {
    pausable: true,
    closed: new Promise<never>(() => {}),
    write: async (bytes: Uint8Array) => {
      auth = bytes;
    },
    close: async () => {},
    abort: () => {},
    async *[Symbol.asyncIterator]() {},
  };
  const options = { privateKey: attackerKey, remoteKey: to, clock, random: systemRandom };
  await openSession(stream, options).catch(() => {});
  return auth;
}

const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe("before the handshake is done", () => {
  const anotherNode = publicKeyOf(new Uint8Array(32).fill(77));
  const rows: [string, () => Promise<Uint8Array>, string][] = [
    ["2 KB of zeros", async () => new Uint8Array(2048), "P2P_ERR_HANDSHAKE_DECRYPT"],
    ["2 KB of ones", async () => new Uint8Array(2048).fill(255), "P2P_ERR_HANDSHAKE_SIZE"],
    ["a size of 2,049", async () => Uint8Array.of(0x08, 0x01), "P2P_ERR_HANDSHAKE_SIZE"],
    ["an HTTP request", async () => ascii("GET / HTTP/1.1\r\n\r\n"), "P2P_ERR_HANDSHAKE_SIZE"],
    [
      "a packet shorter than its encryption",
      async () => concatBytes(Uint8Array.of(0, 100), new Uint8Array(100).fill(4)),
      "P2P_ERR_HANDSHAKE_DECRYPT",
    ],
    [
      "a compressed point",
      async () => flip(await genuineAuth(node.publicKey), 2),
      "P2P_ERR_HANDSHAKE_DECRYPT",
    ],
    [
      "a point off the curve",
      async () => flip(await genuineAuth(node.publicKey), 20),
      "P2P_ERR_BAD_POINT",
    ],
    [
      "a changed ciphertext",
      async () => flip(await genuineAuth(node.publicKey), 200),
      "P2P_ERR_HANDSHAKE_DECRYPT",
    ],
    ["an auth for another node", () => genuineAuth(anotherNode), "P2P_ERR_HANDSHAKE_DECRYPT"],
  ];

  test.each(rows)("%s is refused without an answer", async (_, attack, code) => {
    const stream = await dial();
    await stream.write(await attack());
    expect(await nextEvent()).toMatchObject({ type: "fail", inbound: true, code });
    expect(await firstBytes(stream)).toBe(0);
    await expectServing();
  });

  test("an auth that is cut off and closed is refused", async () => {
    const stream = await dial();
    await stream.write((await genuineAuth(node.publicKey)).subarray(0, 150));
    await stream.close();
    expect(await nextEvent()).toMatchObject({ type: "fail", code: "P2P_ERR_STREAM_CLOSED" });
    await expectServing();
  });

  test("a byte a second gets 5 s in all", async () => {
    const stream = await dial();
    const auth = await genuineAuth(node.publicKey);
    for (let second = 0; second < 5; second++) {
      await stream.write(auth.subarray(second, second + 1));
      await clock.advance(1_000);
    }
    expect(await nextEvent()).toMatchObject({ type: "fail", code: "P2P_ERR_HANDSHAKE_TIMEOUT" });
    await expectServing();
  });

  test("a byte gets 5 s of ours: while we slept nobody could have gone on", async () => {
    const stream = await dial();
    const auth = await genuineAuth(node.publicKey);
    await stream.write(auth.subarray(0, 1));
    clock.jump(3_600_000);
    await clock.advance(4_999);
    await stream.write(auth.subarray(1));
    const { done } = await stream[Symbol.asyncIterator]().next();
    expect(done).toBe(false);
    await clock.advance(10_000);
    expect(await nextEvent()).toMatchObject({ type: "fail", code: "P2P_ERR_HANDSHAKE_TIMEOUT" });
  });

  test("more than maxPendingPeers at once are refused at the door", async () => {
    const streams = await Promise.all(Array.from({ length: 50 }, dial));
    await expect(dial()).rejects.toMatchObject({ code: "P2P_ERR_DIAL_FAILED" });
    expect(await nextEvent()).toMatchObject({ type: "refuse", cause: "saturated" });
    await clock.advance(5_000);
    for (let i = 0; i < streams.length; i++) {
      expect(await nextEvent()).toMatchObject({ code: "P2P_ERR_HANDSHAKE_TIMEOUT" });
    }
    await expectServing();
  });
});

describe("instead of a Hello", () => {
  const rows: [string, number, () => Uint8Array, string][] = [
    ["2,049 bytes", BaseCode.Hello, () => new Uint8Array(2049), "P2P_ERR_BAD_HELLO"],
    ["no RLP", BaseCode.Hello, () => Uint8Array.of(0xf8), "P2P_ERR_BAD_HELLO"],
    ["a ping", BaseCode.Ping, () => Uint8Array.of(0xc0), "P2P_ERR_BAD_HELLO"],
    ["a protocol's message", 16, () => Uint8Array.of(0xc0), "P2P_ERR_BAD_HELLO"],
  ];

  test.each(rows)("%s is refused without an answer", async (_, code, payload, error) => {
    const session = await handshake();
    session.write(code, payload());
    const heard = told(session);
    expect(await nextEvent()).toMatchObject({ type: "fail", code: error });
    expect(await heard).toBe("silence");
    await expectServing();
  });

  test("another node's Hello is refused with UnexpectedIdentity", async () => {
    const session = await handshake();
    session.write(BaseCode.Hello, hello({ publicKey: node.publicKey }));
    const heard = told(session);
    expect(await nextEvent()).toMatchObject({
      type: "fail",
      code: "P2P_ERR_UNEXPECTED_IDENTITY",
      reason: DiscReason.UnexpectedIdentity,
    });
    expect(await heard).toBe(DiscReason.UnexpectedIdentity);
    await expectServing();
  });

  test("nothing gets 10 s", async () => {
    await handshake();
    await clock.advance(10_000);
    expect(await nextEvent()).toMatchObject({ type: "fail", code: "P2P_ERR_HANDSHAKE_TIMEOUT" });
    await expectServing();
  });

  test("a changed frame is refused", async () => {
    let writes = 0;
    const stream = replaceWrite(
      await dial(),
      (write) => (bytes, options) => write(writes++ === 1 ? flip(bytes, 5) : bytes, options),
    );
    const session = await handshake(stream);
    session.write(BaseCode.Hello, hello());
    expect(await nextEvent()).toMatchObject({ type: "fail", code: "P2P_ERR_BAD_HEADER_MAC" });
    await expectServing();
  });
});

describe("from a peer", () => {
  const BOMB = Uint8Array.of(0xff, 0xff, 0xff, 0x0f, 0, 0);
  const SHORT = Uint8Array.of(5, 0, 1);
  const LIST = Uint8Array.of(3, 0x08, 0xc2, 0x61, 0x62);
  const rows: [string, number, Uint8Array, string, number | "silence"][] = [
    ["a snappy bomb", 16, BOMB, "P2P_ERR_BAD_SNAPPY", "silence"],
    ["snappy that is cut off", 16, SHORT, "P2P_ERR_BAD_SNAPPY", "silence"],
    ["a code outside every protocol", 18, LIST, "P2P_ERR_BAD_MSG_CODE", "silence"],
    ["RLP that isn't", 16, Uint8Array.of(1, 0, 0xff), "P2P_ERR_BAD_RLP", DiscReason.ProtocolError],
    ["RLP of another shape", 17, LIST, "P2P_ERR_BAD_RLP", DiscReason.ProtocolError],
  ];

  test.each(rows)("%s ends that peer only", async (_, code, bytes, error, answer) => {
    const session = await admitted();
    const heard = told(session);
    session.write(code, bytes);
    expect(await nextEvent()).toMatchObject({ type: "drop", code: error, remote: false });
    expect(await heard).toBe(answer);
    await expectServing();
  });

  test("half a frame and the end of the stream end that peer only", async () => {
    const stream = await dial();
    const session = await handshake(stream);
    session.write(BaseCode.Hello, hello());
    expect((await nextEvent()).type).toBe("add");
    await stream.write(new Uint8Array(31));
    await stream.close();
    expect(await nextEvent()).toMatchObject({ type: "drop", code: "P2P_ERR_STREAM_CLOSED" });
    await expectServing();
  });
});

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** How many bytes come before the end, in order or not. */
async function firstBytes(stream: ByteStream): Promise<number> {
  let count = 0;
  try {
    for await (const bytes of stream) count += bytes.length;
  } catch {
    // A reset is an end as well.
  }
  return count;
}
