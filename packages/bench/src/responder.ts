/**
 * The listening side of a measurement: counts what arrives, by bytes, so that streams and messages
 * are treated alike.
 * @module
 */

import type { Link } from "./link.ts";
import type { Header } from "./wire.ts";
import { decodeHeader, HEADER_SIZE, Mode } from "./wire.ts";

/** Answers on one link, measurement after measurement. */
export class Responder {
  readonly #link: Link;
  readonly #head = new Uint8Array(HEADER_SIZE);
  #headLength = 0;
  /** Undefined while the next bytes are a header. */
  #header: Header | undefined;
  #answer = new Uint8Array(0);
  /** Bytes until the next answer is due. */
  #left = 0;
  /** Answers that are still due. */
  #answers = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  /** Takes what arrived. */
  receive(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#header === undefined) {
        at += this.#takeHead(bytes.subarray(at, at + HEADER_SIZE - this.#headLength));
        continue;
      }
      const taken = Math.min(this.#left, bytes.length - at);
      at += taken;
      this.#left -= taken;
      if (this.#left === 0) this.#reply();
    }
  }

  #takeHead(part: Uint8Array): number {
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
    if (this.#headLength === HEADER_SIZE) {
      this.#headLength = 0;
      this.#begin(decodeHeader(this.#head));
    }
    return part.length;
  }

  #begin(header: Header): void {
    const echo = header.mode === Mode.Echo;
    this.#header = header;
    this.#answer = new Uint8Array(echo ? header.size : HEADER_SIZE);
    this.#left = echo ? header.size : header.size * header.count;
    this.#answers = echo ? header.count : 1;
  }

  #reply(): void {
    // The one who asked waits for it. One who doesn't, and doesn't read, loses what is too much.
    this.#link.send(this.#answer)?.catch(() => {});
    this.#answers -= 1;
    if (this.#answers === 0) this.#header = undefined;
    else this.#left = this.#header?.size ?? 0;
  }
}
