/**
 * The frames' cipher in the kernel: a frame goes there, is sealed or opened in one pass, and comes
 * back. One that is longer than the exchange area goes in pieces.
 * @module
 */

import { newKeyStream } from "#key-stream";
import type { KeyStream } from "../crypto/key-stream.ts";
import { KEY_STREAM_BLOCK } from "../crypto/key-stream.ts";
import { concatBytes } from "../wire/bytes.ts";
import type { FrameCipher, FrameKeys, NewFrameCipher, OpenedBody } from "./frame-cipher.ts";
import {
  bodySize,
  HEADER_LENGTH,
  MAC_LENGTH,
  paddedLength,
  SEALED_HEADER,
} from "./frame-cipher.ts";
import type { Kernel } from "./kernel.ts";

/** So many blocks the kernel makes itself: a connection that is mostly idle needs no other source. */
const OWN_BLOCKS = 256;
/** Bodies from this length on, in bytes, are decrypted by the platform where it can do it at once. */
const APPLIED = 4096;
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
    const setUp = concatBytes(keys.aes, keys.mac, keys.seed);
    kernel.put(setUp);
    code.open(this.#slot, keys.seed.length);
    bytes.fill(0, exchange, exchange + setUp.length);
    setUp.fill(0);
  }

  seal(frames: Uint8Array): void {
    for (let at = 0; at < frames.length; ) {
      const { end, count } = this.#fitting(frames, at);
      if (count > 0) this.#sealShort(frames.subarray(at, end), count);
      else this.#sealLong(frames.subarray(at, end));
      at = end;
    }
  }

  openHeader(bytes: Uint8Array, at: number, owned: boolean): number {
    const slot = this.#open();
    const { code } = this.#kernel;
    const place = this.#place(bytes, at, SEALED_HEADER, owned);
    const block = this.#advance(HEADER_LENGTH);
    // Of a single block the kernel is the fastest source.
    return code.openHeader(slot, place, block, 0) ? bodySize(this.#kernel.bytes, place) : -1;
  }

  openBody(bytes: Uint8Array, at: number, length: number, owned: boolean): OpenedBody | undefined {
    const slot = this.#open();
    const { code, exchangeLength } = this.#kernel;
    if (length + MAC_LENGTH > exchangeLength) {
      return this.#openLong(bytes.subarray(at, at + length + MAC_LENGTH), owned);
    }
    const place = this.#place(bytes, at, length + MAC_LENGTH, owned);
    if (length >= APPLIED && this.#ready.apply) {
      code.absorb(slot, place, length);
      if (!code.check(slot, place + length)) return undefined;
      const sealed = bytes.subarray(at, at + length);
      return { bytes: this.#ready.apply(this.#advance(length), sealed), own: true };
    }
    const stream = this.#keyStream(length);
    const right = code.openBody(slot, place, length, this.#advance(length), stream);
    if (!right) return undefined;
    return { bytes: this.#kernel.bytes.subarray(place, place + length), own: false };
  }

  /** Brings sealed bytes to the kernel. What is owned is written over and over, so it goes alone. */
  #place(bytes: Uint8Array, at: number, length: number, owned: boolean): number {
    if (!owned) return this.#kernel.place(bytes, at, length);
    this.#kernel.put(bytes.subarray(at, at + length));
    return this.#kernel.exchange;
  }

  release(): void {
    if (this.#slot === RELEASED) return;
    this.#slots.unregister(this);
    this.#kernel.freeSlot(this.#slot);
    this.#stream?.release();
    this.#key = NO_KEY;
    this.#slot = RELEASED;
  }

  /** Where the frames from `at` on end that fit into the exchange area, or the first that doesn't. */
  #fitting(frames: Uint8Array, at: number): { readonly end: number; readonly count: number } {
    const most = at + this.#kernel.exchangeLength;
    let end = at;
    for (let count = 0; ; count++) {
      if (end === frames.length) return { end, count };
      const next = end + SEALED_HEADER + paddedLength(bodySize(frames, end)) + MAC_LENGTH;
      if (next > most) return { end: count > 0 ? end : next, count };
      end = next;
    }
  }

  #sealShort(frames: Uint8Array, count: number): void {
    const slot = this.#open();
    const { code, bytes, exchange } = this.#kernel;
    const length = frames.length - 2 * MAC_LENGTH * count;
    this.#kernel.put(frames);
    const stream = this.#keyStream(length);
    code.seal(slot, exchange, exchange + frames.length, this.#advance(length), stream);
    frames.set(bytes.subarray(exchange, exchange + frames.length));
  }

  #sealLong(frame: Uint8Array): void {
    const slot = this.#open();
    const { code, bytes, exchange } = this.#kernel;
    this.#kernel.put(frame.subarray(0, HEADER_LENGTH));
    code.sealHeader(slot, exchange, this.#advance(HEADER_LENGTH), 0);
    frame.set(bytes.subarray(exchange, exchange + SEALED_HEADER));
    const body = frame.subarray(SEALED_HEADER, frame.length - MAC_LENGTH);
    this.#inPieces(body, body, (length) => {
      this.#crypt(slot, length);
      code.absorb(slot, exchange, length);
    });
    code.finish(slot, exchange);
    frame.set(bytes.subarray(exchange, exchange + MAC_LENGTH), frame.length - MAC_LENGTH);
  }

  #openLong(sealed: Uint8Array, owned: boolean): OpenedBody | undefined {
    const slot = this.#open();
    const { code, exchange } = this.#kernel;
    const body = sealed.subarray(0, sealed.length - MAC_LENGTH);
    this.#inPieces(body, undefined, (length) => code.absorb(slot, exchange, length));
    this.#kernel.put(sealed.subarray(body.length));
    if (!code.check(slot, exchange)) return undefined;
    const plain = owned ? body : new Uint8Array(body.length);
    this.#inPieces(body, plain, (length) => this.#crypt(slot, length));
    return { bytes: plain, own: !owned };
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
      this.#kernel.put(piece);
      work(piece.length);
      to?.set(bytes.subarray(exchange, exchange + piece.length), at);
    }
  }

  /** Where the next `length` bytes of key stream lie, or 0 where the kernel is to make them. */
  #keyStream(length: number): number {
    if (this.#block < OWN_BLOCKS) return 0;
    const { bytes, keyStream } = this.#kernel;
    return this.#ready.fill(this.#block, bytes, keyStream, length) ? keyStream : 0;
  }

  get #ready(): KeyStream {
    this.#stream ??= newKeyStream(this.#key);
    return this.#stream;
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
