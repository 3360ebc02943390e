/**
 * The frames of the wire: the newest 500 are kept, all are counted.
 * @module
 */

/** How many frames are kept. */
export const KEPT_FRAMES = 500;

/** How much of a payload is kept, in bytes; enough to read it, not enough to fill the memory. */
export const KEPT_BYTES = 2_048;

/** One frame, as the list shows it. */
export interface Frame {
  /** Counts all frames of this page from 1. */
  readonly seq: number;
  /** ms of `Date.now()`. */
  readonly at: number;
  readonly direction: "in" | "out";
  readonly protocol: string;
  readonly version: number;
  /** Relative to the protocol. */
  readonly code: number;
  readonly wireCode: number;
  /** Bytes before compression. */
  readonly size: number;
  /** Bytes after compression. */
  readonly wireSize: number;
  /** A copy of the payload's first {@link KEPT_BYTES} bytes. */
  readonly head: Uint8Array;
}

/** Which frames to list. */
export interface FrameFilter {
  /** Protocols that are left out. */
  readonly hidden: ReadonlySet<string>;
  readonly direction: "both" | "in" | "out";
}

/** What went one way: frames and bytes on the wire. */
export interface Tally {
  readonly frames: number;
  readonly bytes: number;
}

/** A ring of the newest frames. */
export class FrameLog {
  readonly #capacity: number;
  readonly #ring: Frame[] = [];
  #seq = 0;
  /** What `#seq` was at the last {@link clear}; slots count from there. */
  #cleared = 0;
  #in: Tally = { frames: 0, bytes: 0 };
  #out: Tally = { frames: 0, bytes: 0 };

  /** A log that keeps the newest `capacity` frames. */
  constructor(capacity: number = KEPT_FRAMES) {
    this.#capacity = capacity;
  }

  /** All frames ever pushed. */
  get total(): number {
    return this.#seq;
  }

  /** The frames that are kept. */
  get kept(): number {
    return this.#ring.length;
  }

  /** Everything received since the page opened. */
  get received(): Tally {
    return this.#in;
  }

  /** Everything sent since the page opened. */
  get sent(): Tally {
    return this.#out;
  }

  /** Adds a frame; the oldest leaves a full log. `payload` is copied as far as it is kept. */
  push(frame: Omit<Frame, "seq" | "head">, payload: Uint8Array): void {
    const head = payload.slice(0, KEPT_BYTES);
    const index = this.#ring.length < this.#capacity ? this.#ring.length : this.#oldest();
    this.#ring[index] = { ...frame, seq: this.#seq + 1, head };
    this.#seq += 1;
    if (frame.direction === "in") this.#in = add(this.#in, frame.wireSize);
    else this.#out = add(this.#out, frame.wireSize);
  }

  /** The kept frames that pass `filter`, the newest first. */
  newestFirst(filter: FrameFilter): Frame[] {
    const found: Frame[] = [];
    const oldest = this.#oldest();
    for (let back = 1; back <= this.#ring.length; back++) {
      const frame = this.#ring[(oldest - back + 2 * this.#ring.length) % this.#ring.length];
      if (frame === undefined || filter.hidden.has(frame.protocol)) continue;
      if (filter.direction === "both" || filter.direction === frame.direction) found.push(frame);
    }
    return found;
  }

  /** Empties the list; the counts go on. */
  clear(): void {
    this.#ring.length = 0;
    this.#cleared = this.#seq;
  }

  /** The slot that is overwritten next. */
  #oldest(): number {
    const since = this.#seq - this.#cleared;
    return since < this.#capacity ? 0 : since % this.#capacity;
  }
}

function add(tally: Tally, bytes: number): Tally {
  return { frames: tally.frames + 1, bytes: tally.bytes + bytes };
}
