import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { listenFar } from "./far.ts";

test("a far way carries all pieces there and back, in order, and the end as well", async () => {
  const echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  echo.listen(0, "127.0.0.1");
  onTestFinished(() => void echo.close());
  await once(echo, "listening");
  const { port } = echo.address() as AddressInfo;
  const address = await listenFar(`enode+ws://key@127.0.0.1:${port}/p2p`, 1);
  expect(address).toMatch(/^enode\+ws:\/\/key@127\.0\.0\.1:\d+\/p2p$/);
  const socket = connect({ port: Number(new URL(address.slice(6)).port), host: "127.0.0.1" });
  const came: Buffer[] = [];
  socket.on("data", (bytes) => came.push(bytes));
  for (let piece = 0; piece < 50; piece++) socket.write(`${piece} `);
  socket.end();
  await once(socket, "close");
  expect(`${Buffer.concat(came)}`).toBe(`${[...Array(50).keys()].join(" ")} `);
});
