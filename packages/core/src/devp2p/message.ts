/**
 * Messages, and reading and writing them: go-ethereum's `Msg`, `MsgReadWriter`, `Send`, `SendItems`.
 * @module
 */

import type { AbortOptions } from "../transport.ts";
import type { RlpInput, RlpValue } from "../wire/codec.ts";
import { encodeRlp } from "../wire/codec.ts";
import type { Schema } from "../wire/schema.ts";

/** A message that was received. */
export interface Msg {
  /** Relative to the protocol: 0 to its length − 1. */
  readonly code: number;
  /** Bytes of the payload. */
  readonly size: number;
  /** RLP, by convention. It is the receiver's to keep. */
  readonly payload: Uint8Array;
  /** When it came, in ms of the server's clock. */
  readonly receivedAt: number;
  /**
   * Reads the payload as RLP: by a schema, or as nested `Uint8Array`s.
   * @throws P2PError `P2P_ERR_BAD_RLP`; when it leaves `run`, the peer is dropped with `ProtocolError`.
   */
  decode(): RlpValue;
  decode<T>(schema: Schema<T>): T;
  /** Does nothing here, where no message holds up the next; kept for those who know it from Go. */
  discard(): void;
}

/** Reads a protocol's messages, in the order they were sent. */
export interface MsgReader extends AsyncIterable<Msg> {
  /**
   * Resolves to the next message. Rejects with `P2P_ERR_CLOSED` after the last, and with the
   * signal's reason when it is aborted first (no message is lost then).
   */
  readMsg(options?: AbortOptions): Promise<Msg>;
}

/** Writes a protocol's messages. */
export interface MsgWriter {
  /**
   * Sends a message; `payload` is copied at once. Resolves when there is room for more: await it,
   * and a slow peer slows the sender down. Rejects with a `P2PError`: `P2P_ERR_INVALID_MSG_CODE`
   * for a code that the protocol doesn't have, `P2P_ERR_MESSAGE_TOO_LARGE` and
   * `P2P_ERR_WRITE_QUEUE_FULL` (the connection lives after both), `P2P_ERR_CLOSED`.
   */
  writeMsg(code: number, payload: Uint8Array): Promise<void>;
}

/** Both ways. Leaving a `for await` over it doesn't close it. */
export interface MsgReadWriter extends MsgReader, MsgWriter {}

/**
 * Sends one value as a message's payload, RLP-encoded, by a schema or as it is. Settles as
 * {@link MsgWriter.writeMsg} does; rejects with `TypeError` or `RangeError` for a value that has no
 * RLP form.
 */
export function send(writer: MsgWriter, code: number, value: RlpInput): Promise<void>;
export function send<T>(
  writer: MsgWriter,
  code: number,
  value: NoInfer<T>,
  schema: Schema<T>,
): Promise<void>;
export async function send<T>(
  writer: MsgWriter,
  code: number,
  value: T | RlpInput,
  schema?: Schema<T>,
): Promise<void> {
  const payload = schema ? encodeRlp(value as T, schema) : encodeRlp(value as RlpInput);
  return writer.writeMsg(code, payload);
}

/** Sends the items as *one RLP list*, as go-ethereum's `SendItems` does. Settles as {@link send}. */
export async function sendItems(
  writer: MsgWriter,
  code: number,
  ...items: readonly RlpInput[]
): Promise<void> {
  return writer.writeMsg(code, encodeRlp(items));
}
