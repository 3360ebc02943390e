/**
 * The frame kernel: WebAssembly that holds the keys and MACs of many connections in one memory.
 * `packages/core/kernel` is its source and says what the functions do.
 * @module
 */

import { hexToBytes } from "../wire/bytes.ts";
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
  snappyDecompress(at: number, length: number, size: number): number;
}

const PAGE = 65_536;
/** So many bytes are placed at once: many small frames. */
const PLACED = 4096;
const NOTHING = new Uint8Array(0);

/** The code, to be compiled. */
export function kernelCode(): Uint8Array {
  return hexToBytes(KERNEL.replaceAll("\n", ""));
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
  /** What is placed: from `#placedAt` to `#placedEnd` it is still as it was. */
  #placed: Uint8Array = NOTHING;
  #placedAt = 0;
  #placedEnd = 0;
  #placedShift = 0;

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

  /** Puts bytes into the exchange area. */
  put(bytes: Uint8Array): void {
    this.#placed = NOTHING;
    this.#bytes.set(bytes, this.exchange);
  }

  /**
   * Puts `length` bytes of `from`, from `at` on, into the exchange area, and says where they are.
   * What follows them in `from` may have come along: it is placed already when its turn comes, and
   * must not change before.
   */
  place(from: Uint8Array, at: number, length: number): number {
    const end = at + length;
    if (from !== this.#placed || at < this.#placedAt || end > this.#placedEnd) {
      this.#placed = from;
      this.#placedEnd = Math.min(from.length, Math.max(end, at + PLACED));
      this.#placedShift = this.exchange - at;
      this.#bytes.set(from.subarray(at, this.#placedEnd), this.exchange);
    }
    // Once only: they are decrypted where they are.
    this.#placedAt = end;
    return at + this.#placedShift;
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
