/**
 * The frame kernel: WebAssembly that holds the keys and MACs of many connections in one memory.
 * `packages/core/kernel` is its source and says what the functions do.
 * @module
 */

import { KERNEL } from "./kernel-code.ts";

/** What the code exports: addresses are in bytes, `stream` is 0 or the address of key stream. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly exchange: WebAssembly.Global<"i32">;
  readonly exchangeLength: WebAssembly.Global<"i32">;
  readonly keyStream: WebAssembly.Global<"i32">;
  readonly packed: WebAssembly.Global<"i32">;
  readonly slots: WebAssembly.Global<"i32">;
  readonly slotLength: WebAssembly.Global<"i32">;
  open(slot: number, seedLength: number): void;
  close(slot: number): void;
  seal(slot: number, at: number, end: number, block: number, stream: number): void;
  sealHeader(slot: number, at: number, block: number, stream: number): void;
  openHeader(slot: number, at: number, block: number, stream: number): number;
  openBody(slot: number, at: number, length: number, block: number, stream: number): number;
  absorb(slot: number, at: number, length: number): void;
  crypt(slot: number, at: number, length: number, block: number, stream: number): void;
  finish(slot: number, at: number): void;
  check(slot: number, at: number): number;
  snappyCompress(length: number): number;
  snappyDecompress(length: number, size: number): number;
}

const PAGE = 65_536;
/** Up to so many bytes are copied sooner than the view is made that `set` needs. */
const SHORT = 128;

/** The code, to be compiled. */
export function kernelCode(): Uint8Array {
  return Uint8Array.from(atob(KERNEL), (character) => character.charCodeAt(0));
}

/** One compiled kernel: its functions, its memory, and which slots are taken. */
export class Kernel {
  readonly code: KernelExports;
  /** Where bytes are put for the kernel, and found afterwards. */
  readonly exchange: number;
  readonly exchangeLength: number;
  readonly keyStream: number;
  /** Where compressed bytes are found; in front of it is room for a block's length. */
  readonly packed: number;
  #bytes: Uint8Array;
  readonly #slotLength: number;
  readonly #free: number[] = [];
  #nextSlot: number;

  constructor(exports: object) {
    this.code = exports as unknown as KernelExports;
    const { memory, exchange, exchangeLength, keyStream, packed, slots, slotLength } = this.code;
    this.exchange = exchange.value;
    this.exchangeLength = exchangeLength.value;
    this.keyStream = keyStream.value;
    this.packed = packed.value;
    this.#slotLength = slotLength.value;
    this.#nextSlot = slots.value;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** The memory; not to be kept, since it moves when it grows. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Puts so many bytes, from `at` on, into the exchange area. */
  put(from: Uint8Array, at: number, length: number): void {
    const { exchange } = this;
    if (length > SHORT) {
      this.#bytes.set(from.subarray(at, at + length), exchange);
      return;
    }
    for (let i = 0; i < length; i++) this.#bytes[exchange + i] = from[at + i] as number;
  }

  /** A slot that nobody has. */
  takeSlot(): number {
    const freed = this.#free.pop();
    if (freed !== undefined) return freed;
    const slot = this.#nextSlot;
    const end = slot + this.#slotLength;
    if (end > this.#bytes.length) {
      this.code.memory.grow(Math.ceil((end - this.#bytes.length) / PAGE));
      this.#bytes = new Uint8Array(this.code.memory.buffer);
    }
    this.#nextSlot = end;
    return slot;
  }

  /** Wipes a slot, which may be taken again then. */
  freeSlot(slot: number): void {
    this.code.close(slot);
    this.#free.push(slot);
  }
}
