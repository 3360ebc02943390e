/**
 * Keeps over restarts which nodes were sealed. Loaded by servers that have a store for it.
 * @module
 */

import type { Clock, Logger } from "../env.ts";
import { P2PError } from "../errors.ts";
import { bytesToHex, hexToBytes } from "../wire/bytes.ts";
import { decodeRlp, encodeRlp } from "../wire/codec.ts";
import { bytes, uint } from "../wire/schema.ts";
import { struct } from "../wire/schema-list.ts";
import type { PinStore } from "./options.ts";
import type { SealedPins } from "./sealed-pins.ts";
import { WriteBehind } from "./write-behind.ts";

/** Between two writings: it bounds what a stranger can make us write. */
const WRITE_PAUSE_MS = 10_000;
const ID_BYTES = 32;
const FORMAT = 1;

/** The ids of both kinds one after another, the oldest first. */
const schema = struct({ format: uint, dialed: bytes(), inbound: bytes() });

/** What keeping needs. */
export interface KeptPinsOptions {
  readonly pins: SealedPins;
  readonly store: PinStore;
  /** Our node id: several nodes may share a store. */
  readonly id: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The pins of one server, in its store. */
export class KeptPins {
  readonly #options: KeptPinsOptions;
  readonly #key: string;
  readonly #writer: WriteBehind;

  constructor(options: KeptPinsOptions) {
    const { pins, store, id, clock, logger } = options;
    this.#options = options;
    this.#key = `sealed.${id}`;
    this.#writer = new WriteBehind({
      save: () => store.set(this.#key, encode(pins)),
      onError: (error) => logger.warn("nodes that were sealed not kept", error),
      clock,
      pauseMs: WRITE_PAUSE_MS,
    });
  }

  /**
   * Reads what the store has, and writes every change from now on.
   * @throws P2PError `P2P_ERR_STORE_CORRUPT` where it isn't what was kept: to go on without would
   * allow what the pins forbid. What the store rejects with.
   */
  async load(): Promise<void> {
    const { pins, store } = this.#options;
    const kept = await store.get(this.#key);
    if (kept) this.#decode(kept);
    pins.onChange = () => this.#writer.changed();
  }

  /** Resolves when all is kept, or couldn't be. Never rejects. */
  end(): Promise<void> {
    return this.#writer.end();
  }

  #decode(kept: Uint8Array): void {
    try {
      const { format, dialed, inbound } = decodeRlp(kept, schema);
      if (format !== FORMAT) throw new RangeError(`format ${format}, expected ${FORMAT}`);
      for (const id of unpack(dialed)) this.#options.pins.add(id, true);
      for (const id of unpack(inbound)) this.#options.pins.add(id, false);
    } catch (cause) {
      const why = (cause as Error).message;
      const message = `"${this.#key}" in the store doesn't hold nodes that were sealed (${why}); it was left as it is, delete it to start anew`;
      throw new P2PError(message, { code: "P2P_ERR_STORE_CORRUPT", cause });
    }
  }
}

function encode(pins: SealedPins): Uint8Array {
  const [dialed, inbound] = [pack(pins.ids(true)), pack(pins.ids(false))];
  return encodeRlp({ format: FORMAT, dialed, inbound }, schema);
}

function pack(ids: ReadonlySet<string>): Uint8Array {
  const packed = new Uint8Array(ids.size * ID_BYTES);
  let at = 0;
  for (const id of ids) {
    packed.set(hexToBytes(id), at);
    at += ID_BYTES;
  }
  return packed;
}

function* unpack(packed: Uint8Array): Generator<string> {
  if (packed.length % ID_BYTES > 0) throw new RangeError(`${packed.length} bytes of ids`);
  for (let at = 0; at < packed.length; at += ID_BYTES) {
    yield bytesToHex(packed.subarray(at, at + ID_BYTES));
  }
}
