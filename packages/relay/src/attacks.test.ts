/**
 * What people try with a relay, on real sockets.
 * @module
 */

import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { NodeAddress, Peer, Random, Server, TypedProtocol } from "@peerkit/core";
import {
  bytesToHex,
  encodeRlp,
  generatePrivateKey,
  Server as NewServer,
  parseNodeAddress,
  publicKeyOf,
  systemRandom,
} from "@peerkit/core";
import { webSocket } from "@peerkit/ws";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import {
  circuitTo,
  echo,
  next,
  startRelay,
  startTab,
  stopLater,
  until,
  viaOf,
} from "./network.test.helper.ts";
import type { Relay } from "./server/index.ts";
import { pipeOffer } from "./wire/pipe-offer.ts";
import type { RELAY_PROTOCOL } from "./wire/relay-protocol.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** What a service that isn't ours has received. */
interface Service {
  /** Its address with a key of its own. */
  readonly address: NodeAddress & { readonly host: string; readonly port: number };
  readonly text: string;
  readonly received: () => Buffer;
  readonly connections: () => number;
}

/** What its "close" tells; an error before that, such as a reset, is none of the test's. */
function closeOf(from: Socket | WebSocket): Promise<unknown[]> {
  return new Promise((resolve) => {
    from.once("close", (...told: unknown[]) => resolve(told));
  });
}

/** A TCP service that keeps what it gets; `answer` is what it says to each line. */
async function startService(answer: (line: string, socket: Socket) => void): Promise<Service> {
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    let rest = "";
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      const lines = (rest + chunk.toString("latin1")).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) answer(line, socket);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const publicKey = publicKeyOf(generatePrivateKey());
  return {
    address: { publicKey, scheme: "tcp", host: "127.0.0.1", port },
    text: `enode://${bytesToHex(publicKey)}@127.0.0.1:${port}`,
    received: () => Buffer.concat(chunks),
    connections: () => sockets.size,
  };
}

/** Answers as Redis does: inline commands, and an error for what it doesn't know. */
function startRedis(): Promise<Service & { readonly keys: Map<string, string> }> {
  const keys = new Map<string, string>();
  return startService((line, socket) => {
    const [command = "", name = "", value = ""] = line.split(" ");
    if (command.toUpperCase() === "SET") {
      keys.set(name, value);
      socket.write("+OK\r\n");
    } else socket.write("-ERR unknown command\r\n");
  }).then((service) => ({ ...service, keys }));
}

type Control = TypedProtocol<typeof RELAY_PROTOCOL.messages, typeof RELAY_PROTOCOL.requests>;

/** Asks a relay for a pipe as any program may, without our transport. */
async function askFor(tab: Awaited<ReturnType<typeof startTab>>, made: Relay, to: NodeAddress) {
  const peer = await tab.connect(viaOf(made));
  const remote = (tab.relay.protocols[0] as Control).remote(peer);
  const { publicKey: target, host, port } = to;
  const answer = await remote?.request("connect", {
    target,
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
  });
  if (!answer) throw new Error("no relay");
  return answer;
}

/** Opens a pipe's end as any program may; keeps what comes and how it ended. */
function openRaw(made: Relay, token: Uint8Array, options = {}) {
  const { host, port, path } = parseNodeAddress(viaOf(made));
  const ws = new WebSocket(`ws://${host}:${port}${path}`, [...pipeOffer(token)], options);
  closers.push(() => ws.terminate());
  const came: Buffer[] = [];
  ws.on("error", () => {});
  ws.on("message", (data: Buffer) => came.push(data));
  const closed = closeOf(ws).then(([code, text]) => ({ code, text: String(text) }));
  return { ws, came, closed, opened: once(ws, "open") };
}

describe("through a pipe to a service that an operator has named by mistake", () => {
  let service: Awaited<ReturnType<typeof startRedis>>;
  let made: Relay;
  let tab: Awaited<ReturnType<typeof startTab>>;
  async function open() {
    service = await startRedis();
    made = await startRelay({ allow: [service.text] });
    tab = await startTab();
    const { token, code } = await askFor(tab, made, service.address);
    expect(code).toBe(0);
    const pipe = openRaw(made, token);
    await pipe.opened;
    return pipe;
  }

  test.each([
    ["HTTP", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["SMTP", "EHLO relay\r\nMAIL FROM:<a@b>\r\n"],
    ["Redis", "*3\r\n$3\r\nSET\r\n$5\r\npwned\r\n$1\r\n1\r\n"],
    ["a Redis inline command", "SET pwned 1\r\n"],
    ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ])("%s: not a byte goes out, and not a byte comes back", async (_, text) => {
    const pipe = await open();
    pipe.ws.send(Buffer.from(text, "latin1"));
    expect((await pipe.closed).code).toBe(4000 + 0x4b);
    expect(service.received()).toHaveLength(0);
    expect(pipe.came).toEqual([]);
  });

  test("one packet that looks like auth gets through, with what it hides; the answer doesn't", async () => {
    const pipe = await open();
    const packet = craftedPacket();
    pipe.ws.send(packet);
    // The residue of a guard that holds no key: the list is what protects.
    await until(() => service.keys.get("pwned") === "1");
    expect((await pipe.closed).code).toBe(4000 + 0x4b);
    expect(service.received()).toEqual(packet);
    expect(pipe.came).toEqual([]);
  });

  test("after one such packet nothing more goes out", async () => {
    const pipe = await open();
    pipe.ws.send(Buffer.concat([craftedPacket(), Buffer.from("SET more 1\r\n")]));
    await pipe.closed;
    expect(service.received()).toHaveLength(0);
    expect(service.keys.size).toBe(0);
  });
});

/** 0x0141, 0x04, a point of the curve, and then lines that a Redis executes. */
function craftedPacket(): Buffer {
  const hidden = Buffer.from("\r\nSET pwned 1\r\n");
  const packet = Buffer.alloc(2 + 0x141, 0x20);
  packet.set([0x01, 0x41, 0x04]);
  packet.set(publicKeyOf(generatePrivateKey()), 3);
  packet.set(hidden, 3 + 64);
  return packet;
}

test("the crafted packet doesn't even get a connection where the list doesn't name the service", async () => {
  const redis = await startRedis();
  const made = await startRelay();
  const tab = await startTab();
  expect(await askFor(tab, made, redis.address)).toMatchObject({
    code: 0x40,
    text: expect.stringMatching(/list/),
  });
  const known = await startRelay({ allow: [redis.text] });
  // The right place with another key.
  const publicKey = publicKeyOf(generatePrivateKey());
  expect((await askFor(tab, known, { ...redis.address, publicKey })).code).toBe(0x40);
  expect(redis.connections()).toBe(0);
});

test.each([
  "localhost",
  "2130706433",
  "0177.0.0.1",
  "0x7f.0.0.1",
  "127.1",
  "::1",
  "::ffff:127.0.0.1",
  "64:ff9b::7f00:1",
  "169.254.169.254",
])("%s can't be asked for, though any network may be", async (host) => {
  const made = await startRelay({ dangerouslyAllowNetworks: ["0.0.0.0/0", "::/0"] });
  const tab = await startTab();
  const { publicKey } = tab;
  const answer = await askFor(tab, made, { publicKey, scheme: "tcp", host, port: 80 });
  expect(answer.code).toBe(0x40);
});

describe("a token", () => {
  test("that is guessed opens nothing", async () => {
    const made = await startRelay();
    const pipe = openRaw(made, systemRandom(new Uint8Array(16)));
    expect((await pipe.closed).code).toBe(4000 + 0x49);
  });

  test("that is used twice opens one pipe", async () => {
    const made = await startRelay();
    const bob = await startTab();
    await bob.relay.reserve(viaOf(made));
    const { token } = await askFor(await startTab(), made, bob.self);
    const first = openRaw(made, token);
    await first.opened;
    expect((await openRaw(made, token).closed).code).toBe(4000 + 0x48);
  });

  test("isn't in the answer to the upgrade, nor in a path", async () => {
    const made = await startRelay();
    const pipe = openRaw(made, new Uint8Array(16).fill(7));
    const [response] = await once(pipe.ws, "upgrade");
    expect(JSON.stringify(response.headers)).not.toMatch(/0707/);
    expect(response.headers["sec-websocket-protocol"]).toBe("peerkit-pipe");
  });

  test("that a thief is faster with gives him no peer; its owner is told, and may ask again", async () => {
    const stolen = newTheft();
    const made = await startRelay({ random: stolen.random });
    const bob = await startTab();
    await bob.relay.reserve(viaOf(made));
    const failed = next(bob, "fail");
    const alice = await startTab();
    await alice.connect(viaOf(made));
    const thief = await stolen.takeNext(made, bob);
    await expect(alice.connect(circuitTo(bob, made))).rejects.toMatchObject({
      code: "P2P_ERR_PIPE_TAKEN",
    });
    expect(await failed).toMatchObject({ inbound: true, code: "P2P_ERR_SEALED_HANDSHAKE" });
    // Who dials believes that he has a peer until that one has looked at his key.
    await (await thief()).closed;
    expect(bob.peers.map(({ path }) => path)).toEqual(["direct"]);
    expect((await alice.connect(circuitTo(bob, made))).id).toBe(bob.id);
  });
});

/** Sees the tokens that a relay makes, and opens the next circuit's caller end before its owner. */
function newTheft() {
  let onToken: ((token: Uint8Array) => void) | undefined;
  const random: Random = (bytes) => {
    systemRandom(bytes);
    // The handshake takes 16 bytes too; none is under way when a token is made.
    if (bytes.length === 16) {
      const take = onToken;
      onToken = undefined;
      take?.(bytes.slice());
    }
    return bytes;
  };
  return {
    random,
    /** Gives what resolves when the thief has a peer. */
    async takeNext(made: Relay, victim: Server): Promise<() => Promise<Peer>> {
      const address = parseNodeAddress(viaOf(made));
      let outcome: Promise<Peer> = Promise.reject(new Error("no token came"));
      outcome.catch(() => {});
      let token: Uint8Array | undefined;
      const server = stopLater(
        new NewServer({
          protocols: [echo()],
          transports: [
            {
              name: "thief",
              schemes: ["via"],
              dial: (_, options) =>
                webSocket({ offer: pipeOffer(token ?? new Uint8Array(16)) }).dial(address, options),
            },
          ],
        }),
      );
      await server.start();
      const { publicKey } = victim;
      onToken = (made16) => {
        token = made16;
        outcome = server.connect({ publicKey, scheme: "tcp", via: viaOf(made) });
        outcome.catch(() => {});
      };
      return () => outcome;
    },
  };
}

test("a node that speaks without end is left", async () => {
  const made = await startRelay();
  const tab = await startTab();
  const peer = await tab.connect(viaOf(made));
  const writer = peer.writer({ name: "relay", version: 1 });
  const declined = encodeRlp([new Uint8Array(16)]);
  for (let i = 0; i < 10_000; i++) {
    // Written before it is known that nobody listens any more.
    writer?.writeMsg(0x05, declined).catch(() => {});
  }
  expect(await peer.closed).toMatchObject({ remote: true, reason: 0x10 });
  const other = await startTab();
  await other.relay.reserve(viaOf(made));
});

test.each(["off", "require"] as const)(
  "a node that announces a large message is left: sealed %s",
  async (sealed) => {
    const made = await startRelay();
    const tab = await startTab({ server: { sealed } });
    const peer = await tab.connect(viaOf(made));
    const dropped = next(made.server, "drop");
    const writer = peer.writer({ name: "relay", version: 1 });
    writer?.writeMsg(0x05, systemRandom(new Uint8Array(4_000_000))).catch(() => {});
    expect(await dropped).toMatchObject({ code: "P2P_ERR_OVERSIZED_MESSAGE" });
    expect(await peer.closed).toMatchObject({ remote: true, reason: 0x02 });
    expect(made.bounds.maxMessageBytes).toBe(16_384);
  },
);

describe("a page of a website that isn't on the list", () => {
  test("is told so in words, as a node and at a pipe", async () => {
    const made = await startRelay({ origins: ["https://a.example"] });
    const { host, port, path } = parseNodeAddress(viaOf(made));
    for (const offer of [[], pipeOffer(new Uint8Array(16))]) {
      const origin = "https://evil.example";
      const ws = new WebSocket(`ws://${host}:${port}${path}`, [...offer], { origin });
      closers.push(() => ws.terminate());
      const [code, text] = await closeOf(ws);
      expect([code, String(text)]).toEqual([4064, expect.stringMatching(/website/)]);
    }
  });

  test("is told apart from one that is", async () => {
    const made = await startRelay({ origins: ["https://a.example"] });
    const { host, port, path } = parseNodeAddress(viaOf(made));
    const origin = "https://a.example";
    const ws = new WebSocket(`ws://${host}:${port}${path}`, { origin });
    closers.push(() => ws.terminate());
    await once(ws, "open");
  });
});

describe("at the door", () => {
  let made: Relay;
  let port: number;
  async function open(): Promise<void> {
    made = await startRelay();
    port = parseNodeAddress(viaOf(made)).port ?? 0;
  }

  /** The relay is as it was: a tab finds another. */
  async function stillWorks(): Promise<void> {
    const bob = await startTab();
    await bob.relay.reserve(viaOf(made));
    const alice = await startTab();
    expect((await alice.connect(circuitTo(bob, made))).id).toBe(bob.id);
  }

  test("100 KB of headers are refused", async () => {
    await open();
    const socket = connect(port, "127.0.0.1");
    closers.push(() => socket.destroy());
    socket.on("error", () => {});
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.write(`GET /p2p HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(100_000)}\r\n`);
    await closeOf(socket);
    expect(answer).toMatch(/^(?:HTTP\/1\.1 431 |$)/);
    await stillWorks();
  });

  test("a message in a flood of fragments is refused, and takes no memory to speak of", async () => {
    await open();
    const ws = new WebSocket(`ws://127.0.0.1:${port}/p2p`);
    closers.push(() => ws.terminate());
    ws.on("error", () => {});
    await once(ws, "open");
    const closed = closeOf(ws);
    const one = Buffer.alloc(1);
    for (let i = 0; i < 200_000 && ws.readyState === ws.OPEN; i++) {
      ws.send(one, { fin: false });
      if (i % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await closed)[0]).toBeGreaterThan(1_000);
    await stillWorks();
  });

  test("a message of more than 128 KiB is refused", async () => {
    await open();
    const ws = new WebSocket(`ws://127.0.0.1:${port}/p2p`);
    closers.push(() => ws.terminate());
    ws.on("error", () => {});
    await once(ws, "open");
    ws.send(Buffer.alloc(128 * 1024 + 1));
    expect((await closeOf(ws))[0]).toBe(1009);
    await stillWorks();
  });

  test("one address that connects without end is told to wait", async () => {
    made = await startRelay({ limits: { perAddress: { connectsPerSecond: 1, connectBurst: 5 } } });
    port = parseNodeAddress(viaOf(made)).port ?? 0;
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) {
      const ws = new WebSocket(`ws://127.0.0.1:${port}/p2p`);
      ws.on("error", () => {});
      closers.push(() => ws.terminate());
      const [first] = await Promise.race([
        once(ws, "open").then(() => [101]),
        once(ws, "unexpected-response").then(([, response]) => [response.statusCode]),
      ]);
      statuses.push(first);
    }
    expect(statuses).toEqual([101, 101, 101, 101, 101, 429, 429, 429, 429, 429]);
  });
});
