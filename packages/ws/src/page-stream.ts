/**
 * A byte stream over a browser's WebSocket, which can't be paused and tells nothing when it drains.
 * @module
 */

import type { ByteStream, NodeAddress } from "@peerkit/core";
import type { StreamDriver, StreamSink } from "@peerkit/core/transport-kit";
import { drivenStream, formatHostPort } from "@peerkit/core/transport-kit";
import { closeFrame, reportClose, textError } from "./close-codes.ts";
import type { WebSocketOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { Ticker } from "./ticker.ts";

/** Up to so many bytes that the browser hasn't sent, writes don't wait. */
const HIGH_WATER_BYTES = 1024 * 1024;

/** The `readyState` in which a WebSocket sends. */
const OPEN = 1;

/** Takes over a WebSocket that is open and has the binary type "arraybuffer". */
export function pageStream(
  socket: WebSocket,
  { host, port, scheme }: NodeAddress,
  options: WebSocketOptions,
): ByteStream {
  return drivenStream((sink) => drive(socket, sink), {
    remoteAddress: formatHostPort(host ?? "", port ?? (scheme === "wss" ? 443 : 80)),
    maxInboundBytes: options.maxInboundBytes,
    clock: options.clock,
  });
}

function drive(socket: WebSocket, sink: StreamSink): StreamDriver {
  const { outbox, look, stop } = openOutbox(socket);
  const forget = () => {
    stop();
    socket.onmessage = null;
    socket.onclose = null;
  };
  socket.onmessage = ({ data }) => {
    look();
    if (data instanceof ArrayBuffer) sink.data(new Uint8Array(data));
    else sink.fail(textError());
  };
  socket.onclose = ({ code, reason }) => {
    forget();
    reportClose(sink, code, reason);
  };
  return {
    send: (bytes, done) => outbox.write(bytes, done),
    end: (reason, message) => outbox.end(() => socket.close(...closeFrame(reason, message))),
    drop() {
      forget();
      // Without a code, which the other side takes for an abort. What the browser holds still goes.
      socket.close();
    },
  };
}

interface PageOutbox {
  readonly outbox: Outbox;
  /** Looks whether the browser has sent enough to go on. */
  look(): void;
  stop(): void;
}

function openOutbox(socket: WebSocket): PageOutbox {
  let waiting: (() => void)[] = [];
  const ready = () => socket.bufferedAmount <= HIGH_WATER_BYTES;
  const look = () => {
    if (waiting.length === 0 || !ready()) return;
    ticker.stop();
    const sent = waiting;
    waiting = [];
    for (const each of sent) each();
    outbox.flush();
  };
  const ticker = new Ticker(look);
  const outbox = new Outbox({
    ready,
    // The browser copies the message, so the write may resolve before it has gone out.
    send(message, sent) {
      // One that is closing would drop the message and complain on the console; `onclose` tells its end.
      if (socket.readyState === OPEN) socket.send(message as Uint8Array<ArrayBuffer>);
      if (ready()) {
        sent();
        return;
      }
      waiting.push(sent);
      ticker.start();
    },
  });
  return {
    outbox,
    look,
    stop() {
      ticker.stop();
      waiting = [];
      outbox.clear();
    },
  };
}
