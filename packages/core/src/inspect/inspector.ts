/**
 * Looks at the wire: takes a server's trace, keeps its newest frames, and says what they mean.
 * @module
 */

import type { TraceEvent } from "../trace.ts";
import type { Frame, FrameFilter, Tally } from "./frame-log.ts";
import { FrameLog } from "./frame-log.ts";
import type { Meaning } from "./frame-words.ts";
import { lineOf, meaningsOf } from "./frame-words.ts";
import type { MessageWords, Vocabulary } from "./message-words.ts";
import { BASE_WORDS } from "./message-words.ts";

const MAX_FRAMES = 500;
const MAX_BYTES = 2_048;

/** The options of an `Inspector`. All are optional. */
export interface InspectorOptions {
  /** Frames that are kept; the oldest go first, and are still counted. @default 500 */
  readonly maxFrames?: number | undefined;
  /** Bytes that are kept of each payload. @default 2,048 */
  readonly maxBytes?: number | undefined;
  /**
   * The application's messages in words, by protocol and code. The base protocol's are there; what
   * isn't is shown as the RLP that it is. @default none
   */
  readonly words?: Vocabulary | undefined;
}

/** The frames of one server or of several; holds `maxFrames` × `maxBytes` of payload at most. */
export class Inspector {
  /** For `ServerOptions.trace`. Copies what it keeps; never throws. */
  readonly trace: (event: TraceEvent) => void;
  readonly #log: FrameLog;
  readonly #words: Vocabulary;

  /** @throws RangeError for a limit that is no whole number from 1. */
  constructor(options: InspectorOptions = {}) {
    const { maxFrames = MAX_FRAMES, maxBytes = MAX_BYTES, words = {} } = options;
    for (const [name, value] of Object.entries({ maxFrames, maxBytes })) {
      if (Number.isSafeInteger(value) && value >= 1) continue;
      throw new RangeError(`${name}: expected a whole number from 1, got ${value}`);
    }
    this.#log = new FrameLog({ maxFrames, maxBytes });
    this.#words = { ...BASE_WORDS, ...words };
    this.trace = (event) => {
      if (event.type === "frame") this.#log.push(event);
    };
  }

  /** All frames that there were, kept or not. */
  get total(): number {
    return this.#log.total;
  }

  /** What was received in all. */
  get received(): Tally {
    return this.#log.received;
  }

  /** What was sent in all. */
  get sent(): Tally {
    return this.#log.sent;
  }

  /** The frames that are kept and pass the filter, the newest first. */
  newestFirst(filter: FrameFilter = {}): Frame[] {
    return this.#log.newestFirst(filter);
  }

  /** Forgets the frames; the counts go on. */
  clear(): void {
    this.#log.clear();
  }

  /** The name of a frame's message: `Ping`, or `message 0x03` where there is none. */
  name(frame: Pick<Frame, "protocol" | "code">): string {
    return this.#wordsOf(frame)?.name ?? `message 0x${frame.code.toString(16).padStart(2, "0")}`;
  }

  /** A frame's content in one line of 140 characters at most; empty if it has none. */
  line(frame: Frame): string {
    return lineOf(frame, this.#wordsOf(frame));
  }

  /** A frame's bytes beside their meaning, in order and without gaps, as far as they are kept. */
  explain(frame: Frame): Meaning[] {
    return meaningsOf(frame, this.#wordsOf(frame));
  }

  #wordsOf({ protocol, code }: Pick<Frame, "protocol" | "code">): MessageWords | undefined {
    return Object.hasOwn(this.#words, protocol) ? this.#words[protocol]?.[code] : undefined;
  }
}
