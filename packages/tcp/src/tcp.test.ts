/**
 * The TCP transport under the contract, and what is TCP's own.
 * @module
 */

import diagnostics from "node:diagnostics_channel";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, Server, Socket } from "node:net";
import type { ByteStream, ListenHandlers } from "@peerkit/core";
import { transportConformance } from "@peerkit/core/testing";
import { describe, expect, test, vi } from "vitest";
import { tcp } from "./index.ts";

const publicKey = new Uint8Array(64);
const anywhere = { scheme: "tcp", host: "127.0.0.1", port: 0 };

for (const host of ["127.0.0.1", "::1"]) {
  describe(`the TCP transport at ${host}`, { timeout: 30_000 }, () => {
    transportConformance(test, async () => ({
      transport: tcp(),
      listenAddress: { scheme: "tcp", host, port: 0 },
      addressFor: ({ address }) => ({ publicKey, ...address }),
    }));
  });
}

function taking(): { handlers: ListenHandlers; stream: Promise<ByteStream> } {
  let onStream: (stream: ByteStream) => void = () => {};
  const stream = new Promise<ByteStream>((resolve) => {
    onStream = resolve;
  });
  return { handlers: { admit: () => true, onStream }, stream };
}

test("turns Nagle's delay off at both ends", async () => {
  const setNoDelay = vi.spyOn(Socket.prototype, "setNoDelay");
  const { handlers, stream } = taking();
  const listener = await tcp().listen!(anywhere, handlers);
  const dialed = await tcp().dial({ publicKey, ...listener.address });
  await stream;
  expect(setNoDelay.mock.calls).toEqual([[true], [true]]);
  setNoDelay.mockRestore();
  dialed.abort();
  await listener.close();
});

test("ends in order with a peer that half-closes", async () => {
  const { handlers, stream } = taking();
  const listener = await tcp().listen!(anywhere, handlers);
  const socket = connect({ ...listener.address, allowHalfOpen: true });
  socket.end("the last words");
  const ended = once(socket, "end");
  const taken = await stream;
  const heard: number[] = [];
  for await (const bytes of taken) heard.push(...bytes);
  expect(String.fromCharCode(...heard)).toBe("the last words");
  expect(await taken.closed).toEqual({});
  socket.resume();
  await ended;
  await listener.close();
});

test("hands over plain byte arrays", async () => {
  const { handlers, stream } = taking();
  const listener = await tcp().listen!(anywhere, handlers);
  const dialed = await tcp().dial({ publicKey, ...listener.address });
  await dialed.write(new Uint8Array([1, 2, 3]));
  for await (const bytes of await stream) {
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    break;
  }
  await dialed.close();
  await listener.close();
});

test("keeps listening after a connection that couldn't be accepted", async () => {
  const { handlers, stream } = taking();
  const servers: Server[] = [];
  const onSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket & { server?: Server } };
    if (socket.server instanceof Server) servers.push(socket.server);
  };
  diagnostics.channel("net.server.socket").subscribe(onSocket);
  const listener = await tcp().listen!(anywhere, handlers);
  const address = { publicKey, ...listener.address };
  (await tcp().dial(address)).abort();
  await stream;
  diagnostics.channel("net.server.socket").unsubscribe(onSocket);
  expect(servers).toHaveLength(1);
  servers[0]!.emit("error", Object.assign(new Error("accept EMFILE"), { code: "EMFILE" }));
  const dialed = await tcp().dial(address);
  expect(dialed.remoteAddress).toBe(`127.0.0.1:${listener.address.port}`);
  dialed.abort();
  await listener.close();
});

test("says in words why a dial failed", async () => {
  const dialing = (host: string, port: number) =>
    tcp().dial({ publicKey, scheme: "tcp", host, port });
  await expect(dialing("127.0.0.1", 1)).rejects.toMatchObject({
    code: "P2P_ERR_DIAL_FAILED",
    message: expect.stringMatching(/tcp:\/\/127\.0\.0\.1:1: refused.*is the node running/),
    cause: expect.objectContaining({ code: "ECONNREFUSED" }),
  });
  await expect(dialing("no-such-host.invalid", 1)).rejects.toMatchObject({
    code: "P2P_ERR_DIAL_FAILED",
    message: expect.stringMatching(/host name/),
  });
  await expect(tcp().dial({ publicKey, scheme: "tcp" })).rejects.toMatchObject({
    code: "P2P_ERR_DIAL_FAILED",
  });
});

test("says in words why it can't listen", async () => {
  const other = createServer();
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await expect(tcp().listen!({ ...anywhere, port }, taking().handlers)).rejects.toMatchObject({
    code: "P2P_ERR_LISTEN_FAILED",
    message: `can't listen at tcp://127.0.0.1:${port}: already in use: another process, or another listener, has that port`,
  });
  other.close();
  await expect(
    tcp().listen!({ ...anywhere, host: "192.0.2.1" }, taking().handlers),
  ).rejects.toMatchObject({ code: "P2P_ERR_LISTEN_FAILED", message: /not an address of this/ });
});
