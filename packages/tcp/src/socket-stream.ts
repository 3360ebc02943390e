/**
 * A byte stream over a connected `net.Socket`.
 * @module
 */

import type { Socket } from "node:net";
import type { ByteStream, Clock } from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import type { StreamDriver, StreamSink } from "@peerkit/core/transport-kit";
import { drivenStream, endpoints, SharedTurn, TickCork } from "@peerkit/core/transport-kit";

const NOTHING = new Uint8Array(0);

/** Takes over a socket that is connected and was made with `allowHalfOpen`. */
export function socketStream(
  socket: Socket,
  options: { readonly clock?: Clock | undefined },
): ByteStream {
  return drivenStream((sink) => drive(socket, sink), {
    ...endpoints(socket),
    clock: options.clock,
  });
}

function drive(socket: Socket, sink: StreamSink): StreamDriver {
  let unanswered = 0;
  const cork = new TickCork(socket, process.nextTick);
  const turn = new SharedTurn(setImmediate);
  socket.setNoDelay(true);
  report(socket, sink);
  return {
    send(bytes, done) {
      // What follows in the same tick goes in one piece: in Node's own tick, not before the next
      // microtask, so that promise chains that write go out together too.
      if (unanswered > 0) cork.hold();
      unanswered += 1;
      // Called when the system has the bytes, so only then may the caller write over them.
      socket.write(bytes, (error) => {
        unanswered -= 1;
        if (error) done(streamError(error));
        else turn.taken(bytes.length, done);
      });
    },
    end: () => socket.end(),
    drop: () => reset(socket),
    flow: { pause: () => socket.pause(), resume: () => socket.resume() },
  };
}

/** Tells what comes of a socket. */
function report(socket: Socket, sink: StreamSink): void {
  socket.on("data", (bytes: Uint8Array) => {
    // A plain view: a Buffer's methods differ from those of the Uint8Array that readers expect.
    sink.data(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  });
  socket.on("end", () => {
    // A reset that came together with the last bytes looks like an end. Writing tells: it fails.
    if (socket.writable) {
      socket.write(NOTHING, (error) => {
        if (error) sink.fail(streamError(error));
      });
    }
    sink.end();
  });
  socket.on("error", (cause) => sink.fail(streamError(cause)));
  socket.on("close", () => sink.closed());
}

/** Drops a connection so that the other side can't take it for an end in order. */
export function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // By itself `resetAndDestroy` first flushes and ends in order; then it marks, `destroy` resets.
  socket.end = () => socket;
  socket.resetAndDestroy();
  socket.destroy();
}

function streamError(cause: Error): P2PError {
  const code = "code" in cause ? cause.code : undefined;
  const text =
    code === "ECONNRESET" || code === "EPIPE"
      ? "the other side dropped the connection"
      : `the connection failed: ${cause.message}`;
  return new P2PError(text, { code: "P2P_ERR_STREAM", cause });
}
