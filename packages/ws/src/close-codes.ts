/**
 * What a stream's end looks like on a WebSocket: 1000, or 4000 + a disconnect reason.
 * @module
 */

import { formatReason, P2PError } from "@peerkit/core";
import type { StreamSink } from "@peerkit/core/transport-kit";

/** The end in order. */
const CLOSE_IN_ORDER = 1000;
/** Pages may send 1000 and 3000 to 4999 only; the reason is added to this. */
const CLOSE_WITH_REASON = 4000;
const MAX_REASON = 0xff;
/** The limit of RFC 6455, section 5.5, less the two bytes of the code. */
const MAX_TEXT_BYTES = 123;

const MEANINGS: Readonly<Record<number, string>> = {
  1001: "the other side is going away",
  1002: "the other side met a breach of the WebSocket protocol",
  1003: "the other side doesn't take such messages",
  1005: "the other side dropped the stream",
  1006: "the connection broke off",
  1009: "a message was too large for the other side",
  1011: "the other side failed",
  1015: "TLS failed",
};

/** The code and the text that end a stream: in order, or with a disconnect reason. */
export function closeFrame(reason?: number, message = ""): [code: number, text: string] {
  if (reason === undefined) return [CLOSE_IN_ORDER, ""];
  return [CLOSE_WITH_REASON + Math.min(reason, MAX_REASON), closeText(message)];
}

/** Cuts a text to what a close frame carries, between characters. */
function closeText(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MAX_TEXT_BYTES));
  return text.slice(0, read);
}

/** Tells the stream what the `close` event of its WebSocket says. */
export function reportClose(sink: StreamSink, code: number, text: string): void {
  if (code === CLOSE_IN_ORDER) {
    sink.end();
    sink.closed();
    return;
  }
  const said = text === "" ? "" : `: ${text}`;
  const reason = code - CLOSE_WITH_REASON;
  if (reason >= 0 && reason <= MAX_REASON) {
    const words = `the other side left: ${formatReason(reason)}${said}`;
    sink.fail(new P2PError(words, { code: "P2P_ERR_STREAM", reason }), reason);
    return;
  }
  const words = `${MEANINGS[code] ?? "the other side closed the WebSocket"} (${code})${said}`;
  sink.fail(new P2PError(words, { code: "P2P_ERR_STREAM" }));
}

/** The breach of who sends text: a byte stream has none. */
export function textError(): P2PError {
  return new P2PError("the other side sent a text message, expected binary ones only", {
    code: "P2P_ERR_STREAM",
  });
}
