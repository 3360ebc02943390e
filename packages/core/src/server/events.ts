/**
 * What a server tells those who watch it. Watching never slows a peer down.
 * @module
 */

import type { DiscReason, P2PErrorCode } from "../errors.ts";
import type { AbortOptions } from "../transport.ts";
import type { RefusalCause } from "./admission/door.ts";
import type { DialRefusal } from "./dialing/dial-events.ts";

/** An event: plain, cloneable data. */
export type ServerEvent =
  /** A peer was admitted. */
  | {
      readonly type: "add";
      /** Its node id. */
      readonly peer: string;
      readonly name: string;
      readonly inbound: boolean;
      readonly remoteAddress?: string | undefined;
      readonly localAddress?: string | undefined;
    }
  /** A peer left the set. */
  | {
      readonly type: "drop";
      readonly peer: string;
      readonly inbound: boolean;
      readonly code: P2PErrorCode;
      /** Why, in words. */
      readonly error: string;
      readonly reason: DiscReason;
      /** True when the other side gave the reason. */
      readonly remote: boolean;
      readonly remoteAddress?: string | undefined;
    }
  /** A connection ended before it was a peer. */
  | {
      readonly type: "fail";
      readonly inbound: boolean;
      /** Its node id, where it is known: the one that was dialed, or a key that isn't proved yet. */
      readonly peer?: string | undefined;
      readonly code: P2PErrorCode;
      readonly error: string;
      readonly reason?: DiscReason | undefined;
      /** True when the other side gave the reason. */
      readonly remote: boolean;
      readonly remoteAddress?: string | undefined;
    }
  /** A connection was turned away before a byte of it was read. */
  | {
      readonly type: "refuse";
      /**
       * `saturated`: too many are in their handshakes; `restricted`: it isn't in `netRestrict`;
       * `throttled`: its address came too often for `inboundLimit`.
       */
      readonly cause: RefusalCause;
      /** Why, in words. */
      readonly error: string;
      /** The IP address that it was judged by: behind a trusted proxy the one that the proxy names. */
      readonly remoteAddress?: string | undefined;
      /** After how many ms it may do better. */
      readonly retryAfterMs?: number | undefined;
    }
  /** The dial scheduler starts a dial. How it ends is an `add` or a `fail`. */
  | {
      readonly type: "dial";
      readonly state: "start";
      /** The node's id. */
      readonly peer: string;
      /** Whether it is a node that is kept; else a protocol's candidate. */
      readonly static: boolean;
      /** 1 for the first, one more after each setback in a row. */
      readonly attempt: number;
    }
  /** A node that is kept will be dialed, not before `pauseMs` have passed. */
  | {
      readonly type: "dial";
      readonly state: "wait";
      readonly peer: string;
      readonly static: true;
      readonly pauseMs: number;
      /** Why it isn't connected, as in `drop`; absent when it was dialed a moment ago. */
      readonly code?: P2PErrorCode | undefined;
      readonly error?: string | undefined;
      readonly reason?: DiscReason | undefined;
      readonly remote?: boolean | undefined;
    }
  /** The dial scheduler doesn't dial a node, for a reason of our own. */
  | {
      readonly type: "dial";
      readonly state: "refuse";
      readonly peer: string;
      readonly static: boolean;
      readonly refusal: DialRefusal;
    }
  /** A protocol's message went or came; only with `enableMsgEvents`. */
  | {
      readonly type: "msgsend" | "msgrecv";
      readonly peer: string;
      readonly protocol: string;
      readonly version: number;
      readonly code: number;
      /** Bytes of the payload. */
      readonly size: number;
    }
  /** The reader was too slow: this many events are missing here. */
  | { readonly type: "lost"; readonly count: number };

/** How many events wait for a reader before the next are lost to it. */
const MAX_WAITING = 1024;

/** Passes events on to any number of readers. */
export class EventHub {
  readonly #subscriptions = new Set<Subscription>();
  readonly #observer: ((event: ServerEvent) => void) | undefined;

  /** `observer` gets every event, at once, after the readers: what it does may be the next event. */
  constructor(observer?: (event: ServerEvent) => void) {
    this.#observer = observer;
  }

  /** True when someone is watching. */
  get watched(): boolean {
    return this.#subscriptions.size > 0;
  }

  emit(event: ServerEvent): void {
    for (const subscription of this.#subscriptions) subscription.add(event);
    this.#observer?.(event);
  }

  /** Subscribes now; the iteration ends with the hub, on the signal, or when it is left. */
  subscribe(options: AbortOptions = {}): AsyncIterableIterator<ServerEvent> {
    const { signal } = options;
    const subscription = new Subscription(() => {
      this.#subscriptions.delete(subscription);
      signal?.removeEventListener("abort", end);
    });
    const end = (): void => subscription.end();
    if (signal?.aborted) return subscription;
    signal?.addEventListener("abort", end, { once: true });
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** Ends all iterations, after what is waiting was read. */
  end(): void {
    for (const subscription of this.#subscriptions) subscription.end();
  }
}

class Subscription implements AsyncIterableIterator<ServerEvent> {
  readonly #onEnd: () => void;
  readonly #waiting: ServerEvent[] = [];
  readonly #readers: ((result: IteratorResult<ServerEvent>) => void)[] = [];
  #lost = 0;
  #ended = false;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  add(event: ServerEvent): void {
    const reader = this.#readers.shift();
    if (reader) reader({ value: event, done: false });
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(event);
    else this.#lost++;
  }

  end(): void {
    this.#ended = true;
    this.#onEnd();
    for (const reader of this.#readers.splice(0)) reader(END);
  }

  next(): Promise<IteratorResult<ServerEvent>> {
    const event = this.#waiting.shift() ?? this.#lostEvent();
    if (event) return Promise.resolve({ value: event, done: false });
    if (this.#ended) return Promise.resolve(END);
    return new Promise((resolve) => {
      this.#readers.push(resolve);
    });
  }

  return(): Promise<IteratorResult<ServerEvent>> {
    this.end();
    return Promise.resolve(END);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<ServerEvent> {
    return this;
  }

  #lostEvent(): ServerEvent | undefined {
    if (this.#lost === 0) return undefined;
    const count = this.#lost;
    this.#lost = 0;
    return { type: "lost", count };
  }
}

const END: IteratorResult<ServerEvent> = { value: undefined, done: true };
