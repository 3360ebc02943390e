/**
 * Tests of what a WebSocket listener answers to whom.
 * @module
 */

import { once } from "node:events";
import type { Server } from "node:http";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import type { ByteStream, InboundInfo, ListenHandlers, Refusal } from "@peerkit/core";
import { afterEach, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { webSocket } from "./index.ts";
import type { SubprotocolTaker, WebSocketOptions } from "./options.ts";

const publicKey = new Uint8Array(64);
const anywhere = { scheme: "ws", host: "127.0.0.1", port: 0, path: "/p2p" };
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Listens, and keeps what comes. */
async function open(options: WebSocketOptions = {}, admit: ListenHandlers["admit"] = () => true) {
  const streams: ByteStream[] = [];
  const infos: InboundInfo[] = [];
  let onFirst: (stream: ByteStream) => void = () => {};
  const first = new Promise<ByteStream>((resolve) => {
    onFirst = resolve;
  });
  const listener = await webSocket(options).listen!(anywhere, {
    admit(info) {
      infos.push(info);
      return admit(info);
    },
    onStream(stream) {
      streams.push(stream);
      onFirst(stream);
    },
  });
  closers.push(() => listener.close());
  const { host, port, path } = listener.address;
  return { listener, streams, infos, first, url: `ws://${host}:${port}${path}` };
}

async function httpServer(): Promise<Server> {
  const server = createServer((_, response) => response.end("a page"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

/** A client that isn't ours. */
function client(url: string, options = {}): WebSocket {
  const ws = new WebSocket(url, { perMessageDeflate: false, ...options });
  closers.push(() => ws.terminate());
  ws.on("error", () => {});
  return ws;
}

async function statusOf(ws: WebSocket): Promise<{ status: number; wait: string | undefined }> {
  const [request, response] = await once(ws, "unexpected-response");
  request.destroy();
  return { status: response.statusCode, wait: response.headers["retry-after"] };
}

const full = (): Refusal => ({ reason: 0x04, message: "all seats taken", retryAfterMs: 1_500 });

test("refuses a program with 429 and Retry-After, and the dialer says so", async () => {
  const { listener, url, streams } = await open({}, full);
  expect(await statusOf(client(url))).toEqual({ status: 429, wait: "2" });
  await expect(webSocket().dial({ publicKey, ...listener.address })).rejects.toMatchObject({
    code: "P2P_ERR_DIAL_FAILED",
    reason: 0x04,
    message: expect.stringMatching(/429 Too Many Requests: all seats taken; try again in 2 s/),
  });
  expect(streams).toEqual([]);
});

test("refuses a program with 403 where trying again doesn't help", async () => {
  const { listener, url } = await open({}, () => ({ reason: 0x00, message: "not from there" }));
  expect(await statusOf(client(url))).toEqual({ status: 403, wait: undefined });
  await expect(webSocket().dial({ publicKey, ...listener.address })).rejects.toMatchObject({
    code: "P2P_ERR_DIAL_FAILED",
    message: expect.stringMatching(/403 Forbidden: not from there$/),
  });
});

test("refuses a page after the upgrade, by a close code and a text", async () => {
  const { url, streams } = await open({}, full);
  const ws = client(url, { origin: "https://app.example" });
  const [code, text] = await once(ws, "close");
  expect(code).toBe(4004);
  expect(String(text)).toBe("all seats taken");
  expect(streams).toEqual([]);
});

test("takes pages of listed origins only, and programs without asking", async () => {
  const { url, infos } = await open({ origins: ["https://app.example"] });
  expect(await statusOf(client(url, { origin: "https://evil.example" }))).toMatchObject({
    status: 403,
  });
  expect(infos).toHaveLength(0);
  await once(client(url, { origin: "https://app.example" }), "open");
  await once(client(url), "open");
  expect(infos.map(({ headers }) => headers?.origin)).toEqual(["https://app.example", undefined]);
});

test("asks nobody to admit a request that isn't a WebSocket's", async () => {
  const { url, infos } = await open();
  const [response] = await once(
    get(url.replace("ws:", "http:"), {
      headers: { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" },
    }),
    "response",
  );
  response.resume();
  expect(response.statusCode).toBe(400);
  const [plain] = await once(get(url.replace("ws:", "http:")), "response");
  plain.resume();
  expect(plain.statusCode).toBe(426);
  expect(infos).toEqual([]);
});

test("answers 404 at another path, and the dialer asks for the path", async () => {
  const { listener } = await open();
  await expect(
    webSocket().dial({ publicKey, ...listener.address, path: "/other" }),
  ).rejects.toMatchObject({
    code: "P2P_ERR_DIAL_FAILED",
    message: expect.stringMatching(/404 Not Found.*is the path right/),
  });
});

test("hangs up on a client that sends nothing", async () => {
  const { listener } = await open({ handshakeTimeout: 60 });
  const { host, port } = listener.address;
  const socket = connect({ host, port });
  socket.resume();
  await once(socket, "close");
});

test("refuses a request with an endless head", async () => {
  const { url, infos } = await open();
  expect(await statusOf(client(url, { headers: { "x-long": "x".repeat(9_000) } }))).toMatchObject({
    status: 431,
  });
  expect(infos).toEqual([]);
});

test("aborts a stream that gets a text message", async () => {
  const { url, first } = await open();
  const ws = client(url);
  await once(ws, "open");
  ws.send("text");
  expect((await (await first).closed).error?.message).toMatch(/text message/);
});

test("takes a message of 1 MiB, and refuses a larger one with 1009", async () => {
  const { url, first } = await open();
  const ws = client(url);
  await once(ws, "open");
  ws.send(new Uint8Array(1024 * 1024));
  ws.send(new Uint8Array(1024 * 1024 + 1));
  const stream = await first;
  const [code] = await once(ws, "close");
  expect(code).toBe(1009);
  expect((await stream.closed).error?.code).toBe("P2P_ERR_STREAM");
  let read = 0;
  const reading = async () => {
    for await (const bytes of stream) read += bytes.length;
  };
  await expect(reading()).rejects.toMatchObject({ code: "P2P_ERR_STREAM" });
  expect(read).toBe(1024 * 1024);
});

test("takes messages of another size where it is told so, but never smaller ones than it sends", async () => {
  const { url } = await open({ maxMessageBytes: 70_000 });
  const ws = client(url);
  await once(ws, "open");
  ws.send(new Uint8Array(70_001));
  expect((await once(ws, "close"))[0]).toBe(1009);
  await expect(open({ maxMessageBytes: 66_559 })).rejects.toThrow(/^maxMessageBytes: /);
});

test("ignores empty messages", async () => {
  const { url, first } = await open();
  const ws = client(url);
  await once(ws, "open");
  for (let i = 0; i < 1_000; i++) ws.send(new Uint8Array(0));
  ws.send(new Uint8Array([1]));
  for await (const bytes of await first) {
    expect(bytes).toEqual(new Uint8Array([1]));
    break;
  }
});

test("tells the reason of a close code of 4000 and more", async () => {
  const { url, first } = await open();
  const ws = client(url);
  await once(ws, "open");
  ws.close(4008, "bye");
  const { error, reason } = await (await first).closed;
  expect(reason).toBe(0x08);
  expect(error?.message).toMatch(/client quitting.*bye/);
});

test("sends the writes of one tick as one message", async () => {
  const { url, first } = await open();
  const ws = client(url);
  const [message] = await Promise.all([
    once(ws, "message"),
    first.then((stream) =>
      Promise.all([1, 2, 3].map((byte) => stream.write(new Uint8Array([byte])))),
    ),
  ]);
  expect([...message[0]]).toEqual([1, 2, 3]);
});

test("shares a server with its pages, with other paths and with other upgrades", async () => {
  const server = await httpServer();
  const { port } = server.address() as AddressInfo;
  const other = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    if (request.url === "/theirs") other.handleUpgrade(request, socket, head, (ws) => ws.close());
  });
  const a = await open({ server });
  const handlers = { admit: () => true as const, onStream: () => {} };
  const b = await webSocket({ server }).listen!({ ...anywhere, path: "/b" }, handlers);
  expect([a.listener.address.port, b.address.port]).toEqual([port, port]);
  await once(client(`ws://127.0.0.1:${port}/p2p?query`), "open");
  await once(client(`ws://127.0.0.1:${port}/b`), "open");
  await once(client(`ws://127.0.0.1:${port}/theirs`), "open");
  await b.close();
  await a.listener.close();
  expect(server.listening).toBe(true);
  expect(server.listenerCount("upgrade")).toBe(1);
  const [page] = await once(get(`http://127.0.0.1:${port}/`), "response");
  page.resume();
  expect(page.statusCode).toBe(200);
});

test("advertises the address it was given when attached behind a proxy", async () => {
  const server = await httpServer();
  const address = { scheme: "wss", host: "relay.example", port: 443, path: "/p2p" };
  const handlers = { admit: () => true as const, onStream: () => {} };
  const listener = await webSocket({ server }).listen!(address, handlers);
  expect(listener.address).toEqual(address);
  await listener.close();
});

test("waits for a server that isn't listening yet", async () => {
  const server = createServer();
  closers.push(() => server.close());
  const opened = open({ server });
  server.listen(0, "127.0.0.1");
  const { listener } = await opened;
  expect(listener.address.port).toBe((server.address() as AddressInfo).port);
});

test("refuses to listen for wss without a server that has a certificate", async () => {
  const handlers = { admit: () => true as const, onStream: () => {} };
  await expect(webSocket().listen!({ ...anywhere, scheme: "wss" }, handlers)).rejects.toMatchObject(
    {
      code: "P2P_ERR_LISTEN_FAILED",
      message: expect.stringMatching(/https\.Server/),
    },
  );
});

/** Takes what offers "pipe", and keeps it. */
function pipeTaker(admit: SubprotocolTaker["admit"] = () => true) {
  const taken: { stream: ByteStream; offered: readonly string[] }[] = [];
  const taker: SubprotocolTaker = {
    subprotocol: "pipe",
    admit,
    onStream: (stream, offered) => taken.push({ stream, offered }),
  };
  return { taker, taken };
}

test("hands the WebSockets of a sub-protocol to its taker, with all that was offered", async () => {
  const { taker, taken } = pipeTaker();
  const { listener, streams } = await open({ takers: [taker] });
  const address = { publicKey, ...listener.address };
  const dialed = await webSocket({ offer: ["pipe", "0123"] }).dial(address);
  const plain = await webSocket().dial(address);
  expect(taken.map(({ offered }) => offered)).toEqual([["pipe", "0123"]]);
  expect(streams).toHaveLength(1);
  await Promise.all([dialed.close(), plain.close()]);
});

test("answers with the sub-protocol that is taken, never with the others", async () => {
  const { url } = await open({ takers: [pipeTaker().taker] });
  const ws = new WebSocket(url, ["0123", "pipe"]);
  closers.push(() => ws.terminate());
  await once(ws, "open");
  expect(ws.protocol).toBe("pipe");
});

test("a dial whose sub-protocol nobody takes fails", async () => {
  const { listener } = await open();
  await expect(
    webSocket({ offer: ["pipe"] }).dial({ publicKey, ...listener.address }),
  ).rejects.toMatchObject({ code: "P2P_ERR_DIAL_FAILED" });
});

test("asks the taker, not the server, whom to admit", async () => {
  const { taker, taken } = pipeTaker(full);
  const { listener, infos } = await open({ takers: [taker] });
  await expect(
    webSocket({ offer: ["pipe"] }).dial({ publicKey, ...listener.address }),
  ).rejects.toThrow(/all seats taken/);
  expect([taken, infos]).toEqual([[], []]);
});

test("a stream closed with a reason tells it to the other side, after what was written", async () => {
  const { listener, first } = await open();
  const dialed = await webSocket().dial({ publicKey, ...listener.address });
  const taken = await first;
  void taken.write(new Uint8Array([1, 2, 3]));
  void taken.close({ reason: 0x41, message: "enough" });
  const read: number[] = [];
  await expect(
    (async () => {
      for await (const chunk of dialed) read.push(...chunk);
    })(),
  ).rejects.toThrow(/enough/);
  expect(read).toEqual([1, 2, 3]);
  expect(await dialed.closed).toMatchObject({ reason: 0x41 });
});
