/**
 * A byte stream over a WebSocket of the `ws` package.
 * @module
 */

import type { Socket } from "node:net";
import type { ByteStream } from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import type { StreamDriver, StreamSink } from "@peerkit/core/transport-kit";
import { drivenStream, endpoints, SharedTurn, TickCork } from "@peerkit/core/transport-kit";
import type { RawData, WebSocket } from "ws";
import { closeFrame, reportClose, textError } from "./close-codes.ts";
import type { WebSocketOptions } from "./options.ts";
import { MAX_TAKEN_BYTES, Outbox } from "./outbox.ts";

/** The limits of every WebSocket here. */
export const WEB_SOCKET_LIMITS = {
  // Costs some 250 KB a connection, and frames are compressed and encrypted already.
  perMessageDeflate: false,
  maxPayload: MAX_TAKEN_BYTES,
  /** Ms for the other side's half of the closing handshake. */
  closeTimeout: 1_000,
};

/** From how many bytes that the system hasn't taken on a large write waits with its rest. */
const IN_FLIGHT_BYTES = 1024 * 1024;

/** Takes over a WebSocket that is open, and the socket under it. */
export function nodeStream(ws: WebSocket, socket: Socket, options: WebSocketOptions): ByteStream {
  return drivenStream((sink) => drive(ws, socket, sink), {
    ...endpoints(socket),
    clock: options.clock,
  });
}

function drive(ws: WebSocket, socket: Socket, sink: StreamSink): StreamDriver {
  // After an error `ws` says why by its own close code, within the limit; dropping would cut it off.
  let endsItself = false;
  ws.on("message", (data, isBinary) => {
    if (isBinary) sink.data(plainBytes(data));
    else sink.fail(textError());
  });
  ws.on("error", (cause) => {
    endsItself = true;
    sink.fail(
      new P2PError(`breach of the WebSocket protocol: ${cause.message}`, {
        code: "P2P_ERR_STREAM",
        cause,
      }),
    );
  });
  ws.on("close", (code, text) => reportClose(sink, code, text.toString()));
  const outbox = openOutbox(ws, socket);
  return {
    send: (bytes, done) => outbox.write(bytes, done),
    end: (reason, message) => outbox.end(() => ws.close(...closeFrame(reason, message))),
    drop() {
      outbox.clear();
      if (!endsItself) ws.terminate();
    },
    flow: { pause: () => ws.pause(), resume: () => ws.resume() },
  };
}

function openOutbox(ws: WebSocket, socket: Socket): Outbox {
  let inFlight = 0;
  const cork = new TickCork(socket, process.nextTick);
  const turn = new SharedTurn(setImmediate);
  const outbox = new Outbox({
    ready: () => inFlight < IN_FLIGHT_BYTES,
    send(message, sent) {
      // What follows in the same tick, each a header and a body, reaches the system as one write.
      if (inFlight > 0) cork.hold();
      inFlight += message.length;
      const goOn = (cause?: P2PError) => {
        inFlight -= message.length;
        sent(cause);
        outbox.flush();
      };
      ws.send(message, { binary: true, compress: false }, (cause) => {
        if (cause) goOn(sendError(cause));
        else turn.taken(message.length, goOn);
      });
    },
  });
  return outbox;
}

function sendError(cause: Error): P2PError {
  return new P2PError("the other side is closing the stream", {
    code: "P2P_ERR_STREAM_CLOSED",
    cause,
  });
}

function plainBytes(data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  // `ws` makes a list of buffers only for another `binaryType` than ours.
  const bytes: Uint8Array = Array.isArray(data) ? Buffer.concat(data) : data;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
