/**
 * What a stream over a WebSocket does that no real pair of sockets shows for certain.
 * @module
 */

import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { nodeStream } from "./node-stream.ts";

/** A WebSocket whose other side is always faster: the system takes each message at once. */
function eagerWebSocket(): WebSocket {
  const send = (_message: Uint8Array, _options: object, taken: () => void) =>
    process.nextTick(taken);
  return Object.assign(new EventEmitter(), { send }) as unknown as WebSocket;
}

test("others have their turns while a reader takes all that is written at once", async () => {
  const socket = new Duplex({ read() {} }) as unknown as Socket;
  const stream = nodeStream(eagerWebSocket(), socket, {});
  let turns = 0;
  let counting = setImmediate(function count() {
    turns++;
    counting = setImmediate(count);
  });
  for (let n = 0; n < 25; n++) await stream.write(new Uint8Array(1024 * 1024));
  clearImmediate(counting);
  expect(turns).toBeGreaterThanOrEqual(25);
});
