/**
 * The frames' cipher in the kernel: a frame goes there, is sealed or opened in one pass, and comes
 * back. One that is longer than the exchange area goes in pieces.
 * @module
 */

import { newKeyStream } from "#key-stream";
import type { KeyStream } from "../crypto/key-stream.ts";
import { KEY_STREAM_BLOCK } from "../crypto/key-stream.ts";
import type { FrameCipher, FrameKeys, NewFrameCipher } from "./frame-cipher.ts";
import { HEADER_LENGTH, MAC_LENGTH } from "./frame-cipher.ts";
import type { Kernel } from "./kernel.ts";

const SEALED_HEADER = HEADER_LENGTH + MAC_LENGTH;

/** So many blocks the kernel makes itself: a connection that is mostly idle needs no other source. */
const OWN_BLOCKS = 256;
/** No slot starts there. */
const RELEASED = 0;
const NO_KEY = new Uint8Array(0);

/** Makes ciphers in that kernel. */
export function kernelFrameCiphers(kernel: Kernel): NewFrameCipher {
  const slots = new FinalizationRegistry<number>((slot) => kernel.freeSlot(slot));
  return (keys) => new KernelFrameCipher(kernel, slots, keys);
}

/** One direction: a slot of the kernel. What the methods give is valid until any call on any of them. */
class KernelFrameCipher implements FrameCipher {
  readonly #kernel: Kernel;
  readonly #slots: FinalizationRegistry<number>;
  #slot: number;
  #key: Uint8Array;
  #stream: KeyStream | undefined;
  /** How many blocks of key stream are used. */
  #block = 0;

  /** `slots` takes the slot back when the cipher is forgotten without a release. */
  constructor(kernel: Kernel, slots: FinalizationRegistry<number>, keys: FrameKeys) {
    this.#kernel = kernel;
    this.#slots = slots;
    this.#key = keys.aes;
    this.#slot = kernel.takeSlot();
    slots.register(this, this.#slot, this);
    const { bytes, exchange, code } = kernel;
    const parts = [keys.aes, keys.mac, keys.seed];
    let at = exchange;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    code.open(this.#slot, keys.seed.length);
    bytes.fill(0, exchange, at);
  }

  seal(frame: Uint8Array): void {
    const slot = this.#open();
    const { code, bytes, exchange, exchangeLength } = this.#kernel;
    const length = frame.length - SEALED_HEADER - MAC_LENGTH;
    if (frame.length > exchangeLength) {
      this.#sealLong(slot, frame);
      return;
    }
    bytes.set(frame, exchange);
    const stream = this.#keyStream(HEADER_LENGTH + length);
    code.seal(slot, exchange, length, this.#advance(HEADER_LENGTH + length), stream);
    frame.set(bytes.subarray(exchange, exchange + frame.length));
  }

  openHeader(sealed: Uint8Array): Uint8Array | undefined {
    const slot = this.#open();
    const { code, bytes, exchange } = this.#kernel;
    bytes.set(sealed, exchange);
    const stream = this.#keyStream(HEADER_LENGTH);
    const right = code.openHeader(slot, exchange, this.#advance(HEADER_LENGTH), stream);
    return right ? bytes.subarray(exchange, exchange + HEADER_LENGTH) : undefined;
  }

  openBody(sealed: Uint8Array, owned: boolean): Uint8Array | undefined {
    const slot = this.#open();
    const { code, bytes, exchange, exchangeLength } = this.#kernel;
    if (sealed.length > exchangeLength) return this.#openLong(slot, sealed, owned);
    const length = sealed.length - MAC_LENGTH;
    bytes.set(sealed, exchange);
    const stream = this.#keyStream(length);
    const right = code.openBody(slot, exchange, length, this.#advance(length), stream);
    return right ? bytes.subarray(exchange, exchange + length) : undefined;
  }

  release(): void {
    if (this.#slot === RELEASED) return;
    this.#slots.unregister(this);
    this.#kernel.freeSlot(this.#slot);
    this.#stream?.release();
    this.#key = NO_KEY;
    this.#slot = RELEASED;
  }

  #sealLong(slot: number, frame: Uint8Array): void {
    const { code, bytes, exchange } = this.#kernel;
    bytes.set(frame.subarray(0, HEADER_LENGTH), exchange);
    const stream = this.#keyStream(HEADER_LENGTH);
    code.sealHeader(slot, exchange, this.#advance(HEADER_LENGTH), stream);
    frame.set(bytes.subarray(exchange, exchange + SEALED_HEADER));
    const body = frame.subarray(SEALED_HEADER, frame.length - MAC_LENGTH);
    this.#inPieces(body, body, (length) => {
      this.#crypt(slot, length);
      code.absorb(slot, exchange, length);
    });
    code.finish(slot, exchange);
    frame.set(bytes.subarray(exchange, exchange + MAC_LENGTH), frame.length - MAC_LENGTH);
  }

  #openLong(slot: number, sealed: Uint8Array, owned: boolean): Uint8Array | undefined {
    const { code, bytes, exchange } = this.#kernel;
    const body = sealed.subarray(0, sealed.length - MAC_LENGTH);
    this.#inPieces(body, undefined, (length) => code.absorb(slot, exchange, length));
    bytes.set(sealed.subarray(body.length), exchange);
    if (!code.check(slot, exchange)) return undefined;
    const plain = owned ? body : new Uint8Array(body.length);
    this.#inPieces(body, plain, (length) => this.#crypt(slot, length));
    return plain;
  }

  #crypt(slot: number, length: number): void {
    const stream = this.#keyStream(length);
    this.#kernel.code.crypt(slot, this.#kernel.exchange, length, this.#advance(length), stream);
  }

  /** Brings `from` to the exchange area piece by piece, and what `work` left there to `to`. */
  #inPieces(from: Uint8Array, to: Uint8Array | undefined, work: (length: number) => void): void {
    const { bytes, exchange, exchangeLength } = this.#kernel;
    for (let at = 0; at < from.length; at += exchangeLength) {
      const piece = from.subarray(at, at + exchangeLength);
      bytes.set(piece, exchange);
      work(piece.length);
      to?.set(bytes.subarray(exchange, exchange + piece.length), at);
    }
  }

  /** Where the next `length` bytes of key stream lie, or 0 where the kernel is to make them. */
  #keyStream(length: number): number {
    if (this.#block < OWN_BLOCKS) return 0;
    this.#stream ??= newKeyStream(this.#key);
    const { bytes, keyStream } = this.#kernel;
    const into = bytes.subarray(keyStream, keyStream + length);
    return this.#stream.fill(this.#block, into) ? keyStream : 0;
  }

  /** Counts the blocks of so many bytes as used; gives the number of the first. */
  #advance(length: number): number {
    const block = this.#block;
    this.#block += length / KEY_STREAM_BLOCK;
    return block;
  }

  #open(): number {
    if (this.#slot === RELEASED) throw new Error("a frame cipher was used after its release");
    return this.#slot;
  }
}
