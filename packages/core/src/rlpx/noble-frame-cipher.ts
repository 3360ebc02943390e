/**
 * The frames' cipher in JavaScript alone: the reference, and what runs where WebAssembly doesn't.
 * @module
 */

import type { CtrStream } from "../crypto/aes.ts";
import { blockCipher, ctrStream } from "../crypto/aes.ts";
import { RunningKeccak } from "../crypto/keccak.ts";
import { equalBytes } from "../wire/bytes.ts";
import type { FrameCipher, FrameKeys } from "./frame-cipher.ts";
import { HEADER_LENGTH, MAC_LENGTH } from "./frame-cipher.ts";
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

  seal(frame: Uint8Array): void {
    const { stream, mac } = this.#open();
    const header = frame.subarray(0, HEADER_LENGTH);
    stream.apply(header, header);
    frame.set(mac.header(header), HEADER_LENGTH);
    const body = frame.subarray(HEADER_LENGTH + MAC_LENGTH, frame.length - MAC_LENGTH);
    stream.apply(body, body);
    frame.set(mac.body(body), frame.length - MAC_LENGTH);
  }

  openHeader(sealed: Uint8Array): Uint8Array | undefined {
    const { stream, mac } = this.#open();
    const header = sealed.subarray(0, HEADER_LENGTH);
    if (!equalBytes(mac.header(header), sealed.subarray(HEADER_LENGTH))) return undefined;
    stream.apply(header, this.#header);
    return this.#header;
  }

  openBody(sealed: Uint8Array, owned: boolean): Uint8Array | undefined {
    const { stream, mac } = this.#open();
    const length = sealed.length - MAC_LENGTH;
    const body = sealed.subarray(0, length);
    if (!equalBytes(mac.body(body), sealed.subarray(length))) return undefined;
    const plain = owned ? body : new Uint8Array(length);
    stream.apply(body, plain);
    return plain;
  }

  release(): void {
    this.#parts = undefined;
  }

  #open(): { readonly stream: CtrStream; readonly mac: FrameMac } {
    if (!this.#parts) throw new Error("a frame cipher was used after its release");
    return this.#parts;
  }
}
