/**
 * Messages as they come from a session: the payload may still be compressed.
 * @module
 */

import type { PackedPayload } from "../session/session.ts";
import { MAX_MESSAGE_SIZE, MESSAGE_OVERHEAD } from "../session/session.ts";
import type { RlpValue } from "../wire/codec.ts";
import { decodeRlp } from "../wire/codec.ts";
import type { Schema } from "../wire/schema.ts";
import type { Snappy } from "../wire/snappy.ts";
import { decompress } from "../wire/snappy.ts";
import type { Msg } from "./message.ts";

/** A message with what it costs while it waits. */
export interface QueuedMsg extends Msg {
  /** Bytes as they came, with the message's overhead. */
  readonly cost: number;
}

/**
 * Makes a message of its parts. With `packed`, the payload is a snappy block: it is decompressed
 * when it is first looked at, which throws `P2P_ERR_BAD_SNAPPY` where it is none.
 */
export function newMsg(
  code: number,
  payload: Uint8Array,
  receivedAt: number,
  packed?: PackedPayload,
): QueuedMsg {
  return packed === undefined
    ? new ReceivedMsg(code, payload, receivedAt)
    : new PackedMsg(code, payload, receivedAt, packed);
}

class ReceivedMsg implements QueuedMsg {
  readonly code: number;
  readonly payload: Uint8Array;
  readonly receivedAt: number;

  constructor(code: number, payload: Uint8Array, receivedAt: number) {
    this.code = code;
    this.payload = payload;
    this.receivedAt = receivedAt;
  }

  get size(): number {
    return this.payload.length;
  }

  get cost(): number {
    return this.payload.length + MESSAGE_OVERHEAD;
  }

  decode(): RlpValue;
  decode<T>(schema: Schema<T>): T;
  decode<T>(schema?: Schema<T>): T | RlpValue {
    return schema ? decodeRlp(this.payload, schema) : decodeRlp(this.payload);
  }

  discard(): void {}
}

class PackedMsg implements QueuedMsg {
  readonly code: number;
  readonly receivedAt: number;
  readonly size: number;
  readonly cost: number;
  readonly #codec: Snappy;
  #block: Uint8Array | undefined;
  #payload: Uint8Array | undefined;

  constructor(code: number, block: Uint8Array, receivedAt: number, packed: PackedPayload) {
    this.code = code;
    this.receivedAt = receivedAt;
    this.size = packed.size;
    this.#codec = packed.codec;
    this.cost = block.length + MESSAGE_OVERHEAD;
    this.#block = block;
  }

  get payload(): Uint8Array {
    if (this.#block) this.#payload = decompress(this.#block, MAX_MESSAGE_SIZE, this.#codec);
    this.#block = undefined;
    return this.#payload ?? EMPTY;
  }

  decode(): RlpValue;
  decode<T>(schema: Schema<T>): T;
  decode<T>(schema?: Schema<T>): T | RlpValue {
    return schema ? decodeRlp(this.payload, schema) : decodeRlp(this.payload);
  }

  discard(): void {}
}

const EMPTY = new Uint8Array(0);
