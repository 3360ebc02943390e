/**
 * RLPx frames: a header of 16 bytes with its MAC, a body padded to 16 with its MAC. The encoder
 * appends to a buffer, the decoder takes bytes in any pieces. Neither knows compression.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#framing
 * @module
 */

import { AES_BLOCK } from "../crypto/aes.ts";
import { P2PError } from "../errors.ts";
import { writeUint } from "../wire/bytes.ts";
import { requireAllowedSize } from "../wire/size-limit.ts";
import type { FrameCipher } from "./frame-cipher.ts";
import { HEADER_LENGTH, MAC_LENGTH } from "./frame-cipher.ts";
import type { OutBuffer } from "./out-buffer.ts";

/** The largest body, in bytes: the size field has 24 bits. */
export const MAX_FRAME_SIZE = 0xff_ff_ff;

/** A header and its MAC. */
const SEALED_HEADER = HEADER_LENGTH + MAC_LENGTH;
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
  /** Valid until the decoder's next call. */
  readonly payload: Uint8Array;
}

/** Encodes one direction's frames. */
export class FrameEncoder {
  readonly #cipher: FrameCipher;

  constructor(cipher: FrameCipher) {
    this.#cipher = cipher;
  }

  /**
   * Appends the frame of a message.
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
    const end = SEALED_HEADER + padded(size);
    const frame = out.append(end + MAC_LENGTH);
    frame.set(HEADER);
    writeUint(size, frame, 0, 3);
    writeRlp(code, codeLength, frame, SEALED_HEADER);
    frame.set(payload, SEALED_HEADER + codeLength);
    for (let at = SEALED_HEADER + size; at < end; at++) frame[at] = 0;
    this.#cipher.seal(frame);
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
      const header = this.#take(SEALED_HEADER);
      if (!header) return undefined;
      this.#size = this.#openHeader(header);
      this.#state = "body";
    }
    const owned = this.#kept > 0;
    const body = this.#take(padded(this.#size) + MAC_LENGTH);
    if (!body) return undefined;
    this.#state = "header";
    return readCode(this.#openBody(body, owned), this.#size);
  }

  #openHeader(sealed: Uint8Array): number {
    const header = this.#cipher.openHeader(sealed);
    if (!header) {
      throw new P2PError("bad header MAC: the stream was changed, or the peer has another key", {
        code: "P2P_ERR_BAD_HEADER_MAC",
      });
    }
    const [high = 0, middle = 0, low = 0] = header;
    const size = (high << 16) | (middle << 8) | low;
    if (size === 0) throw badFrame("it is empty");
    requireAllowedSize(size, this.maxSize);
    return size;
  }

  #openBody(sealed: Uint8Array, owned: boolean): Uint8Array {
    const body = this.#cipher.openBody(sealed, owned);
    if (body) return body;
    throw new P2PError("bad frame MAC: the stream was changed", { code: "P2P_ERR_BAD_FRAME_MAC" });
  }

  /** The next `length` bytes: a view of the input where they lie in one piece. */
  #take(length: number): Uint8Array | undefined {
    const missing = length - this.#kept;
    const piece = this.#input.subarray(this.#at, this.#at + missing);
    this.#at += piece.length;
    if (piece.length === length) return piece;
    this.#keep(piece, length);
    if (this.#kept < length) return undefined;
    const taken = this.#partial.subarray(0, length);
    if (this.#partial.length > EAGER_BODY) this.#partial = EMPTY;
    this.#kept = 0;
    return taken;
  }

  /** Adds to the partial bytes. Their memory follows what arrived, not what was announced. */
  #keep(piece: Uint8Array, length: number): void {
    if (piece.length === 0) {
      this.#input = EMPTY;
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

function padded(size: number): number {
  return Math.ceil(size / AES_BLOCK) * AES_BLOCK;
}

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
function readCode(body: Uint8Array, size: number): Frame {
  const first = body[0] ?? 0;
  if (first === 0) throw badFrame("its code is not a canonical integer");
  if (first < 0x80) return { code: first, payload: body.subarray(1, size) };
  const length = first - 0x80;
  if (length > MAX_CODE_LENGTH || size < 1 + length) {
    throw badFrame("its code is not an integer of at most 6 bytes");
  }
  let code = 0;
  for (let i = 1; i <= length; i++) code = code * 0x100 + (body[i] ?? 0);
  const canonical = length === 0 || (code >= 0x80 && (body[1] ?? 0) !== 0);
  if (!canonical) throw badFrame("its code is not a canonical integer");
  return { code, payload: body.subarray(1 + length, size) };
}

function badFrame(why: string): P2PError {
  return new P2PError(`bad frame: ${why}`, { code: "P2P_ERR_BAD_FRAME" });
}
