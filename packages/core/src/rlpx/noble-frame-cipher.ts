/**
 * The frames' cipher in JavaScript alone: the reference, and what runs where WebAssembly doesn't.
 * @module
 */

import type { CtrStream } from "../crypto/aes.ts";
import { blockCipher, ctrStream } from "../crypto/aes.ts";
import { RunningKeccak } from "../crypto/keccak.ts";
import { equalBytes } from "../wire/bytes.ts";
import type { FrameCipher, FrameKeys, OpenedBody } from "./frame-cipher.ts";
import {
  bodySize,
  HEADER_LENGTH,
  MAC_LENGTH,
  paddedLength,
  SEALED_HEADER,
} from "./frame-cipher.ts";
import { FrameMac } from "./mac.ts";

/** A cipher of its own for each direction; nothing to release but memory. */
export class NobleFrameCipher implements FrameCipher {
  readonly #header = new Uint8Array(HEADER_LENGTH);
  #parts: { readonly stream: CtrStream; readonly mac: FrameMac } | undefined;

  constructor({ aes, mac, seed }: FrameKeys) {
    const hash = new RunningKeccak();
    hash.update(seed);
    this.#parts = { stream: ctrStream(aes), mac: new FrameMac(hash, blockCipher(mac)) };
  }

  seal(frames: Uint8Array): void {
    for (let at = 0; at < frames.length; ) {
      const end = at + SEALED_HEADER + paddedLength(bodySize(frames, at)) + MAC_LENGTH;
      this.#sealOne(frames.subarray(at, end));
      at = end;
    }
  }

  openHeader(bytes: Uint8Array, at: number): number {
    const { stream, mac } = this.#open();
    const header = bytes.subarray(at, at + HEADER_LENGTH);
    const expected = mac.header(header);
    if (!equalBytes(expected, bytes.subarray(at + HEADER_LENGTH, at + SEALED_HEADER))) return -1;
    stream.apply(header, this.#header);
    return bodySize(this.#header, 0);
  }

  openBody(bytes: Uint8Array, at: number, length: number, owned: boolean): OpenedBody | undefined {
    const { stream, mac } = this.#open();
    const body = bytes.subarray(at, at + length);
    const expected = mac.body(body);
    if (!equalBytes(expected, bytes.subarray(at + length, at + length + MAC_LENGTH)))
      return undefined;
    const plain = owned ? body : new Uint8Array(length);
    stream.apply(body, plain);
    return { bytes: plain, own: !owned };
  }

  release(): void {
    this.#parts = undefined;
  }

  #sealOne(frame: Uint8Array): void {
    const { stream, mac } = this.#open();
    const header = frame.subarray(0, HEADER_LENGTH);
    stream.apply(header, header);
    frame.set(mac.header(header), HEADER_LENGTH);
    const body = frame.subarray(SEALED_HEADER, frame.length - MAC_LENGTH);
    stream.apply(body, body);
    frame.set(mac.body(body), frame.length - MAC_LENGTH);
  }

  #open(): { readonly stream: CtrStream; readonly mac: FrameMac } {
    if (!this.#parts) throw new Error("a frame cipher was used after its release");
    return this.#parts;
  }
}
