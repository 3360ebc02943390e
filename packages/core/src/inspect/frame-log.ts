/**
 * Frames of the trace: the newest are kept, all are counted.
 * @module
 */

import type { Direction, TraceEvent } from "../trace.ts";

/** A frame as the trace tells it. */
export type FrameEvent = Extract<TraceEvent, { readonly type: "frame" }>;

/** A message that was sent or received, without its payload. */
export interface Frame extends Omit<FrameEvent, "type" | "payload"> {
  /** Counts all frames from 1. */
  readonly seq: number;
  /** A copy of the payload's first bytes, as many as are kept. */
  readonly head: Uint8Array;
}

/** Which frames to list. */
export interface FrameFilter {
  /** Protocols that are left out. @default none */
  readonly hidden?: ReadonlySet<string>;
  /** @default "both" */
  readonly direction?: Direction | "both";
}

/** What went one way. */
export interface Tally {
  readonly frames: number;
  /** Of payload on the wire. */
  readonly bytes: number;
}

/** How much a log keeps. */
export interface FrameLogLimits {
  readonly maxFrames: number;
  readonly maxBytes: number;
}

const NOTHING: Tally = { frames: 0, bytes: 0 };

/** A ring of the newest frames. */
export class FrameLog {
  readonly #limits: FrameLogLimits;
  readonly #ring: Frame[] = [];
  /** How many were put into the ring since it was empty. */
  #pushed = 0;
  received: Tally = NOTHING;
  sent: Tally = NOTHING;

  constructor(limits: FrameLogLimits) {
    this.#limits = limits;
  }

  /** All frames ever pushed. */
  get total(): number {
    return this.received.frames + this.sent.frames;
  }

  /** Adds a frame; the oldest leaves a full log. The payload is copied as far as it is kept. */
  push({ type, payload, ...event }: FrameEvent): void {
    const { maxFrames, maxBytes } = this.#limits;
    const tally = event.direction === "in" ? this.received : this.sent;
    const added = { frames: tally.frames + 1, bytes: tally.bytes + event.wireSize };
    if (event.direction === "in") this.received = added;
    else this.sent = added;
    const head = payload.slice(0, maxBytes);
    this.#ring[this.#pushed % maxFrames] = { ...event, seq: this.total, head };
    this.#pushed += 1;
  }

  /** The kept frames that pass, the newest first. */
  newestFirst({ hidden, direction = "both" }: FrameFilter): Frame[] {
    const found: Frame[] = [];
    const kept = this.#ring.length;
    for (let back = 1; back <= kept; back++) {
      const frame = this.#ring[(this.#pushed - back) % kept];
      if (frame === undefined || hidden?.has(frame.protocol)) continue;
      if (direction === "both" || direction === frame.direction) found.push(frame);
    }
    return found;
  }

  /** Empties the ring; the counts go on. */
  clear(): void {
    this.#ring.length = 0;
    this.#pushed = 0;
  }
}
