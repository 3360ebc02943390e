/**
 * Writes RLP from the back to the front: a list's header comes after its items, when its length
 * is known, so that one pass is enough.
 * @module
 */

import { utf8ToBytes } from "./bytes.ts";
import { MAX_DEPTH } from "./rlp.ts";

const FIRST_CAPACITY = 256;

/** Up to this many characters, writing ASCII by hand beats a call into the encoder. */
const SHORT_TEXT = 32;

/** Holds what was written so far. Every write goes in front of it. */
export class RlpWriter {
  #buffer = new Uint8Array(FIRST_CAPACITY);
  /** Where the first byte that was written is. */
  #at = FIRST_CAPACITY;
  #depth = 0;
  /** From the outermost. */
  readonly #path: (string | number)[];

  /** `title` is what error messages call the value. */
  constructor(title: string) {
    this.#path = [title];
  }

  /** How many bytes were written. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  /** What was written: a view of the writer's own memory, which is not written again. */
  finish(): Uint8Array {
    return this.#buffer.subarray(this.#at);
  }

  /** Goes into an index or a field, for error messages. */
  enter(segment: string | number): void {
    this.#path.push(segment);
  }

  /** Leaves what {@link enter} went into. */
  leave(): void {
    this.#path.pop();
  }

  /** The error for a value of the wrong type. */
  typeError(expected: string, got: string): TypeError {
    return new TypeError(`${this.#where()}: expected ${expected}, got ${got}`);
  }

  /** The error for a value out of range. */
  rangeError(expected: string, got: string): RangeError {
    return new RangeError(`${this.#where()}: expected ${expected}, got ${got}`);
  }

  /** Writes bytes as they are, without a header. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
  }

  /** Writes a byte string. */
  bytes(bytes: Uint8Array): void {
    this.raw(bytes);
    if (bytes.length !== 1 || (bytes[0] as number) >= 0x80) this.#header(0x80, bytes.length);
  }

  /** Writes a text as UTF-8. */
  text(text: string): void {
    if (text.length <= SHORT_TEXT && this.#shortAscii(text)) return;
    let bytes: Uint8Array;
    try {
      bytes = utf8ToBytes(text);
    } catch {
      // Its only failure; said again with the path.
      throw this.rangeError("well-formed text", "half of a surrogate pair");
    }
    this.bytes(bytes);
  }

  /** Writes a non-negative safe integer. */
  uint(value: number): void {
    if (value > 0 && value < 0x80) {
      this.#byte(value);
      return;
    }
    const size = this.#digits(value);
    this.#header(0x80, size);
  }

  /** Writes a non-negative big integer. */
  bigint(value: bigint): void {
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) {
      this.uint(Number(value));
      return;
    }
    // By hex, since taking bytes off one at a time is quadratic.
    const digits = value.toString(16);
    const hex = digits.length % 2 === 0 ? digits : `0${digits}`;
    const size = hex.length / 2;
    this.#reserve(size);
    this.#at -= size;
    for (let i = 0; i < size; i++) {
      this.#buffer[this.#at + i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
    }
    this.#header(0x80, size);
  }

  /** Starts a list, at its end. Gives what {@link closeList} wants. */
  openList(): number {
    if (this.#depth >= MAX_DEPTH) {
      throw this.rangeError(`at most ${MAX_DEPTH} lists inside each other`, "more, or a cycle");
    }
    this.#depth++;
    return this.length;
  }

  /** Writes the list's header in front of its items. */
  closeList(before: number): void {
    this.#depth--;
    this.#header(0xc0, this.length - before);
  }

  #header(base: number, length: number): void {
    if (length <= 55) {
      this.#byte(base + length);
      return;
    }
    const size = this.#digits(length);
    this.#byte(base + 55 + size);
  }

  /** Writes an integer's big-endian bytes, none for zero, and gives how many. */
  #digits(value: number): number {
    let size = 0;
    for (let left = value; left > 0; left = Math.floor(left / 256)) {
      this.#byte(left % 256);
      size++;
    }
    return size;
  }

  #byte(value: number): void {
    if (this.#at === 0) this.#reserve(1);
    this.#at--;
    this.#buffer[this.#at] = value;
  }

  #shortAscii(text: string): boolean {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) return false;
      this.#buffer[this.#at - text.length + i] = unit;
    }
    this.#at -= text.length;
    if (text.length !== 1) this.#header(0x80, text.length);
    return true;
  }

  #reserve(size: number): void {
    if (size <= this.#at) return;
    const written = this.length;
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, written + size + 16));
    const at = grown.length - written;
    grown.set(this.#buffer.subarray(this.#at), at);
    this.#buffer = grown;
    this.#at = at;
  }

  #where(): string {
    let text = "";
    for (const segment of this.#path) {
      if (typeof segment === "number") text += `[${segment}]`;
      else text += text === "" ? segment : `.${segment}`;
    }
    return text;
  }
}
