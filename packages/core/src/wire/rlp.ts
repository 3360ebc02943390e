/**
 * The RLP cursor: reads items one after the other, strictly, without recursion and without copies.
 * @module
 */

import { DiscReason, P2PError } from "../errors.ts";
import { readUint } from "./bytes.ts";

/** Lists inside lists, at most. */
export const MAX_DEPTH = 64;

/** Lists, views and big integers that one message may become. Each costs far more than its bytes. */
const MAX_OBJECTS = 1_048_576;

const TOO_MANY_OBJECTS =
  "at most 1048576 lists and byte strings in one message (use a schema with `uint`, `str` or `raw`)";

/**
 * What a read gives instead of a value when the input is wrong; the reader knows why. It isn't an
 * exception because `oneOf` may meet millions of misfits in one message, and a throw is slow.
 */
export const FAILED: unique symbol = Symbol("failed");
export type Failed = typeof FAILED;

/** Why a read failed. */
interface Failure {
  readonly at: number;
  /** The end of the list that it was in. */
  readonly end: number;
  readonly expected: string;
  /** What was there instead; `undefined` for the item at `at`, whatever it is. */
  readonly got: string | undefined;
  /** Indices and fields, innermost first. */
  readonly path: (string | number)[];
}

/** A place to come back to; see {@link RlpReader.mark}. */
interface Mark {
  readonly at: number;
  readonly end: number;
  readonly depth: number;
  readonly objects: number;
}

/** Reads RLP. Every read either moves past one item or gives {@link FAILED}. */
export class RlpReader {
  readonly bytes: Uint8Array;
  /** Where the next item starts. */
  at = 0;
  /** Where the list that is being read ends. */
  end: number;
  /** Of the item that `readHeader` read last: whether it is a list, and where its content lies. */
  isList = false;
  start = 0;
  length = 0;

  /** The last failure. */
  failure: Failure | undefined;

  #depth = 0;
  #objects = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /** Reads the next item's header without moving. False when it is wrong. */
  readHeader(expected: string): boolean {
    const at = this.at;
    if (at >= this.end) {
      this.fail(at, expected);
      return false;
    }
    const tag = this.bytes[at] as number;
    if (tag < 0x80) {
      this.isList = false;
      this.start = at;
      this.length = 1;
      return true;
    }
    this.isList = tag >= 0xc0;
    const base = this.isList ? 0xc0 : 0x80;
    if (tag - base > 55) return this.#readLongHeader(at, tag - base - 55);
    return this.#setContent(at, at + 1, tag - base);
  }

  /** Reads the header of an item that must not be a list. False when it is wrong. */
  readString(expected: string): boolean {
    const at = this.at;
    if (!this.readHeader(expected)) return false;
    if (this.isList) {
      this.fail(at, expected);
      return false;
    }
    this.at = this.start + this.length;
    return true;
  }

  /** Goes into the next item, which must be a list. Gives the end of the outer one, or -1. */
  enterList(expected: string): number {
    const at = this.at;
    if (!this.readHeader(expected)) return -1;
    if (!this.isList) {
      this.fail(at, expected);
      return -1;
    }
    if (this.#depth >= MAX_DEPTH) {
      this.fail(at, `at most ${MAX_DEPTH} lists inside each other`, "one more");
      return -1;
    }
    if (!this.countObject()) return -1;
    const outer = this.end;
    this.#depth++;
    this.at = this.start;
    this.end = this.start + this.length;
    return outer;
  }

  /** Leaves a list that was read to its end. `outer` is what {@link enterList} gave. */
  leaveList(outer: number): void {
    this.at = this.end;
    this.end = outer;
    this.#depth--;
  }

  /** Moves past the next item without looking into it. Gives where it started, or -1. */
  skip(): number {
    const at = this.at;
    if (!this.readHeader("another item")) return -1;
    this.at = this.start + this.length;
    return at;
  }

  /** Counts one more thing that takes memory of its own. False when there are too many. */
  countObject(): boolean {
    this.#objects++;
    if (this.#objects <= MAX_OBJECTS) return true;
    this.fail(this.at, TOO_MANY_OBJECTS, "more");
    return false;
  }

  /** Where the reader is now. */
  mark(): Mark {
    return { at: this.at, end: this.end, depth: this.#depth, objects: this.#objects };
  }

  /** Goes back to a mark after a failed read. */
  reset(mark: Mark): void {
    this.at = mark.at;
    this.end = mark.end;
    this.#depth = mark.depth;
    this.#objects = mark.objects;
  }

  /** Notes what is wrong at `at`. Without `got`, the item there is described if it comes to an error. */
  fail(at: number, expected: string, got?: string): Failed {
    this.failure = { at, end: this.end, expected, got, path: [] };
    return FAILED;
  }

  /** Says that the failure was inside `segment`: an index or a field. */
  within(segment: string | number): Failed {
    this.failure?.path.push(segment);
    return FAILED;
  }

  /** The last failure as an error, ready to be thrown. */
  error(): P2PError {
    const failure = this.failure ?? { at: 0, end: 0, expected: "an item", got: "", path: [] };
    let path = "value";
    for (const segment of failure.path.toReversed()) {
      path += typeof segment === "number" ? `[${segment}]` : `.${segment}`;
    }
    const got = failure.got ?? this.#describe(failure);
    const text = `bad RLP: ${path}: expected ${failure.expected}, got ${got}`;
    return new P2PError(`${text} (byte ${failure.at})`, {
      code: "P2P_ERR_BAD_RLP",
      reason: DiscReason.ProtocolError,
    });
  }

  #readLongHeader(at: number, size: number): boolean {
    const from = at + 1;
    if (size > this.end - from) {
      this.fail(at, `${size} bytes of length`, `${this.end - from}`);
      return false;
    }
    if (this.bytes[from] === 0) {
      this.fail(at, "a length without leading zeros", "one with them");
      return false;
    }
    const length = readUint(this.bytes, from, size);
    if (length <= 55) {
      this.fail(at, `the short form for ${length} bytes`, "the long one");
      return false;
    }
    return this.#setContent(at, from + size, length);
  }

  #setContent(at: number, start: number, length: number): boolean {
    if (length > this.end - start) {
      this.fail(at, `${length} bytes of content`, `${this.end - start}`);
      return false;
    }
    if (length === 1 && !this.isList && (this.bytes[start] as number) < 0x80) {
      this.fail(at, "a byte below 0x80 to stand for itself", "it with a header");
      return false;
    }
    this.start = start;
    this.length = length;
    return true;
  }

  #describe({ at, end }: Failure): string {
    if (at >= this.bytes.length) return "the end of the input";
    if (at >= end) return "the end of the list";
    const probe = new RlpReader(this.bytes);
    probe.at = at;
    if (!probe.readHeader("")) return "a malformed item";
    const size = `${probe.length} ${probe.length === 1 ? "byte" : "bytes"}`;
    return probe.isList ? `a list of ${size}` : size;
  }
}
