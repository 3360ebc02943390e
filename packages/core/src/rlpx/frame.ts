/**
 * RLPx frames: a header of 16 bytes with its MAC, a body padded to 16 with its MAC. The encoder
 * appends to a buffer, the decoder takes bytes in any pieces. Neither knows compression.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#framing
 * @module
 */

import { P2PError } from "../errors.ts";
import { writeUint } from "../wire/bytes.ts";
import { requireAllowedSize } from "../wire/size-limit.ts";
import type { FrameCipher, OpenedBody } from "./frame-cipher.ts";
import { MAC_LENGTH, paddedLength, SEALED_HEADER } from "./frame-cipher.ts";
import type { OutBuffer } from "./out-buffer.ts";

/** The largest body, in bytes: the size field has 24 bits. */
export const MAX_FRAME_SIZE = 0xff_ff_ff;

/** A header but for its size: an RLP list of two zeros, capability-id and context-id, which nobody reads. */
const HEADER = Uint8Array.of(0, 0, 0, 0xc2, 0x80, 0x80, ...new Uint8Array(SEALED_HEADER - 6));
/**
 * Bodies up to this, a message of 64 KiB with what surrounds it, are given their whole buffer at once;
 * larger ones as their bytes arrive.
 */
const EAGER_BODY = 66_560;
/** The longest code that is read, in bytes: what a number holds exactly. */
const MAX_CODE_LENGTH = 6;

/** One frame, decrypted. */
export interface Frame {
  readonly code: number;
  readonly payload: Uint8Array;
  /** True when nobody else has the payload's bytes; otherwise they are valid until the decoder's next call. */
  readonly own: boolean;
}

/** Encodes one direction's frames. */
export class FrameEncoder {
  readonly #cipher: FrameCipher;

  constructor(cipher: FrameCipher) {
    this.#cipher = cipher;
  }

  /**
   * Appends the frame of a message, which is still to be sealed.
   * @throws P2PError `P2P_ERR_MESSAGE_TOO_LARGE` when it can't fit; nothing is changed then.
   */
  encode(code: number, payload: Uint8Array, out: OutBuffer): void {
    const codeLength = rlpLength(code);
    const size = codeLength + payload.length;
    if (size > MAX_FRAME_SIZE) {
      throw new P2PError(
        `message too large: ${size} bytes after compression, a frame holds ${MAX_FRAME_SIZE}`,
        { code: "P2P_ERR_MESSAGE_TOO_LARGE" },
      );
    }
    const end = SEALED_HEADER + paddedLength(size);
    const frame = out.append(end + MAC_LENGTH);
    frame.set(HEADER);
    writeUint(size, frame, 0, 3);
    writeRlp(code, codeLength, frame, SEALED_HEADER);
    frame.set(payload, SEALED_HEADER + codeLength);
    for (let at = SEALED_HEADER + size; at < end; at++) frame[at] = 0;
  }

  /** Seals frames in the order in which they were appended: many at once, which is cheaper. */
  seal(frames: Uint8Array): void {
    this.#cipher.seal(frames);
  }
}

/** Decodes one direction's frames: give bytes with `push`, take frames with `next`. */
export class FrameDecoder {
  /** The largest body that is taken, in bytes. It may be changed between frames. */
  maxSize = MAX_FRAME_SIZE;
  readonly #cipher: FrameCipher;
  #state: "header" | "body" = "header";
  /** Bytes of the body without padding; meaningful in state "body". */
  #size = 0;
  /** What was pushed; it is read up to `#at`. */
  #input: Uint8Array = EMPTY;
  #at = 0;
  /**
   * The start of a header or body whose end hasn't arrived: `#kept` bytes. The memory is used again
   * until nothing is left to read.
   */
  #partial: Uint8Array = EMPTY;
  #kept = 0;
  /** What was taken last begins at `#takenAt` there. */
  #taken: Uint8Array = EMPTY;
  #takenAt = 0;

  constructor(cipher: FrameCipher) {
    this.#cipher = cipher;
  }

  /** Gives the next bytes. Call it when `next` has returned `undefined`. */
  push(bytes: Uint8Array): void {
    this.#input = bytes;
    this.#at = 0;
  }

  /**
   * The next whole frame, or `undefined` when more bytes are needed. Nothing is decrypted before
   * its MAC is right. After it has thrown, the decoder is of no more use.
   * @throws P2PError `P2P_ERR_BAD_HEADER_MAC`, `P2P_ERR_BAD_FRAME_MAC`, `P2P_ERR_BAD_FRAME`,
   * and `P2P_ERR_OVERSIZED_MESSAGE` before anything of a body is kept.
   */
  next(): Frame | undefined {
    if (this.#state === "header") {
      const owned = this.#kept > 0;
      if (!this.#take(SEALED_HEADER)) return undefined;
      this.#size = this.#openHeader(owned);
      this.#state = "body";
    }
    const owned = this.#kept > 0;
    const length = paddedLength(this.#size);
    if (!this.#take(length + MAC_LENGTH)) return undefined;
    this.#state = "header";
    return readCode(this.#openBody(length, owned), this.#size);
  }

  #openHeader(owned: boolean): number {
    const size = this.#cipher.openHeader(this.#taken, this.#takenAt, owned);
    if (size < 0) {
      throw new P2PError("bad header MAC: the stream was changed, or the peer has another key", {
        code: "P2P_ERR_BAD_HEADER_MAC",
      });
    }
    if (size === 0) throw badFrame("it is empty");
    requireAllowedSize(size, this.maxSize);
    return size;
  }

  #openBody(length: number, owned: boolean): OpenedBody {
    const body = this.#cipher.openBody(this.#taken, this.#takenAt, length, owned);
    if (body) return body;
    throw new P2PError("bad frame MAC: the stream was changed", { code: "P2P_ERR_BAD_FRAME_MAC" });
  }

  /** Takes the next `length` bytes, where they lie: in the input if they are there in one piece. */
  #take(length: number): boolean {
    const missing = length - this.#kept;
    const from = this.#at;
    const there = Math.min(missing, this.#input.length - from);
    this.#at += there;
    if (there === length) {
      this.#taken = this.#input;
      this.#takenAt = from;
      return true;
    }
    this.#keep(this.#input.subarray(from, from + there), length);
    if (this.#kept < length) return false;
    this.#taken = this.#partial;
    this.#takenAt = 0;
    if (this.#partial.length > EAGER_BODY) this.#partial = EMPTY;
    this.#kept = 0;
    return true;
  }

  /** Adds to the partial bytes. Their memory follows what arrived, not what was announced. */
  #keep(piece: Uint8Array, length: number): void {
    if (piece.length === 0) {
      this.#input = EMPTY;
      this.#taken = EMPTY;
      if (this.#kept === 0) this.#partial = EMPTY;
      return;
    }
    const needed = this.#kept + piece.length;
    if (needed > this.#partial.length) {
      const grown = Math.max(needed, 2 * this.#partial.length, Math.min(length, EAGER_BODY));
      const larger = new Uint8Array(Math.min(length, grown));
      larger.set(this.#partial.subarray(0, this.#kept));
      this.#partial = larger;
    }
    this.#partial.set(piece, this.#kept);
    this.#kept = needed;
  }
}

// --- the message code, an RLP integer ---

const EMPTY = new Uint8Array(0);

function rlpLength(code: number): number {
  if (code < 0x80) return 1;
  let length = 2;
  for (let rest = code; rest >= 0x100; rest = Math.floor(rest / 0x100)) length++;
  return length;
}

function writeRlp(code: number, length: number, out: Uint8Array, at: number): void {
  if (length === 1) {
    out[at] = code === 0 ? 0x80 : code;
    return;
  }
  out[at] = 0x80 + length - 1;
  let rest = code;
  for (let i = at + length - 1; i > at; i--) {
    out[i] = rest & 0xff;
    rest = Math.floor(rest / 0x100);
  }
}

/** Reads a body of so many bytes; what is behind them is padding. */
function readCode({ bytes, own }: OpenedBody, size: number): Frame {
  const first = bytes[0] ?? 0;
  if (first === 0) throw badFrame("its code is not a canonical integer");
  if (first < 0x80) return { code: first, payload: bytes.subarray(1, size), own };
  const length = first - 0x80;
  if (length > MAX_CODE_LENGTH || size < 1 + length) {
    throw badFrame("its code is not an integer of at most 6 bytes");
  }
  let code = 0;
  for (let i = 1; i <= length; i++) code = code * 0x100 + (bytes[i] ?? 0);
  const canonical = length === 0 || (code >= 0x80 && (bytes[1] ?? 0) !== 0);
  if (!canonical) throw badFrame("its code is not a canonical integer");
  return { code, payload: bytes.subarray(1 + length, size), own };
}

function badFrame(why: string): P2PError {
  return new P2PError(`bad frame: ${why}`, { code: "P2P_ERR_BAD_FRAME" });
}
