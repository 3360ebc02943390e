/**
 * What waits to be sent: makes messages of a bounded size out of the writes of one tick.
 * @module
 */

import type { P2PError } from "@peerkit/core";

/** The largest message that is sent: 64 KiB, with what a session puts around them. */
export const MAX_SENT_BYTES = 65 * 1024;
/** From here on a header costs less than a copy. */
const SMALL_BYTES = 8 * 1024;
/** The largest message that is taken. */
export const MAX_TAKEN_BYTES = 1024 * 1024;

/** What the outbox needs of a WebSocket. */
export interface MessagePort {
  /** Whether a message may be sent now. When that becomes true again, call `flush`. */
  ready(): boolean;
  /** Sends a message; calls `sent` when ready for more. */
  send(message: Uint8Array, sent: (error?: P2PError) => void): void;
}

const DONE = Promise.resolve();

interface Item {
  bytes: Uint8Array;
  readonly done: (error?: P2PError) => void;
}

/** Gathers writes until the end of the tick, then sends while the port is ready. */
export class Outbox {
  readonly #port: MessagePort;
  // Bounded by its users: each holds its write until that is done.
  #items: Item[] = [];
  #scheduled = false;
  #flushing = false;
  #onEmpty: (() => void) | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  write(bytes: Uint8Array, done: (error?: P2PError) => void): void {
    this.#items.push({ bytes, done });
    if (this.#scheduled) return;
    this.#scheduled = true;
    void DONE.then(this.#onTickEnd);
  }

  /** Calls `onEmpty` when all that was written has been handed to the port. */
  end(onEmpty: () => void): void {
    this.#onEmpty = onEmpty;
    this.flush();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#items = [];
    this.#onEmpty = undefined;
  }

  flush(): void {
    // A port that is ready at once calls back while the loop runs.
    if (this.#flushing) return;
    this.#scheduled = false;
    this.#flushing = true;
    while (this.#items.length > 0 && this.#port.ready()) this.#sendOne();
    this.#flushing = false;
    if (this.#items.length > 0) return;
    const onEmpty = this.#onEmpty;
    this.#onEmpty = undefined;
    onEmpty?.();
  }

  // A promise's: `queueMicrotask` costs three times as much in Node.
  readonly #onTickEnd = (): void => this.flush();

  #sendOne(): void {
    const [first] = this.#items;
    if (first === undefined) return;
    const count = this.#together();
    if (count === 1 && first.bytes.length <= MAX_SENT_BYTES) {
      this.#items.shift();
      this.#port.send(first.bytes, first.done);
      return;
    }
    const message =
      count === 1 ? first.bytes.subarray(0, MAX_SENT_BYTES) : gather(this.#items.slice(0, count));
    const done = this.#drop(message.length);
    this.#port.send(message, (error) => {
      for (const each of done) each(error);
    });
  }

  /** How many of the first writes make one message: the small ones, which are copied for it. */
  #together(): number {
    let count = 0;
    let length = 0;
    for (const { bytes } of this.#items) {
      length += bytes.length;
      if (bytes.length > SMALL_BYTES || length > MAX_SENT_BYTES) break;
      count++;
    }
    return Math.max(1, count);
  }

  /** Takes so many bytes off the front; returns the callbacks of the writes that end there. */
  #drop(length: number): Item["done"][] {
    const done: Item["done"][] = [];
    let left = length;
    for (const item of this.#items) {
      if (item.bytes.length > left) {
        item.bytes = item.bytes.subarray(left);
        break;
      }
      left -= item.bytes.length;
      done.push(item.done);
    }
    this.#items.splice(0, done.length);
    return done;
  }
}

function gather(items: readonly Item[]): Uint8Array {
  let length = 0;
  for (const { bytes } of items) length += bytes.length;
  const message = new Uint8Array(length);
  let at = 0;
  for (const { bytes } of items) {
    message.set(bytes, at);
    at += bytes.length;
  }
  return message;
}
