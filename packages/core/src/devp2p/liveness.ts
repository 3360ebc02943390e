/**
 * Whether the other side is still there: pings every 15 s, and an end after 30 s of silence.
 * @module
 */

import type { Clock } from "../env.ts";
import { P2PError } from "../errors.ts";
import { MAX_EXTENSIONS, overslept } from "../time-limit.ts";
import type { AbortOptions } from "../transport.ts";

/** The pause between our pings. */
const PING_INTERVAL_MS = 15_000;
/** Silence after which a peer counts as gone. */
const READ_TIMEOUT_MS = 30_000;
/** How long a peer has to answer when it is asked whether it is still there. */
const CHECK_TIMEOUT_MS = 5_000;
/** Pings that wait for their pong at once; the oldest are given up beyond it. */
const MAX_PINGS = 64;

/** What the watch does to its connection. */
export interface LivenessOptions {
  readonly clock: Clock;
  readonly sendPing: () => void;
  /** Called with each round trip, in ms. */
  readonly onRoundTrip: (ms: number) => void;
  /** Called when nothing came for 30 s, or after a {@link Liveness.check}. `ms` is how long. */
  readonly onSilence: (ms: number) => void;
}

/** Watches one connection. */
export class Liveness {
  readonly #options: LivenessOptions;
  #lastHeard: number;
  /** When we last asked after a sleep, and how often in a row without hearing anything. */
  #askedAt = 0;
  #asked = 0;
  #paused = false;
  #cancelPing = (): void => {};
  #cancelSilence = (): void => {};
  /** Pings on their way, oldest first: pongs come in the order of the pings. */
  readonly #pings: PendingPing[] = [];
  #latency: number | undefined;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#lastHeard = options.clock.now();
  }

  /** The last round trip in ms. */
  get latency(): number | undefined {
    return this.#latency;
  }

  /** Starts both timers. */
  start(): void {
    this.#schedulePing();
    this.startSilence();
  }

  /** Something came. */
  heard(now: number): void {
    this.#lastHeard = now;
  }

  /** Starts or restarts the silence clock from now. */
  startSilence(): void {
    this.#paused = false;
    this.#lastHeard = this.#options.clock.now();
    this.#watch(READ_TIMEOUT_MS, READ_TIMEOUT_MS);
  }

  /** Stops the silence clock: we aren't reading. Pings go on. */
  pauseSilence(): void {
    this.#paused = true;
    this.#cancelSilence();
  }

  /**
   * For when we were away: unless the peer was heard within `ms`, asks whether it is still there.
   * Nothing within 5 s is silence then.
   */
  check(ms: number): void {
    if (this.#paused || this.#options.clock.now() - this.#lastHeard < ms) return;
    this.#keepAlive();
    this.#watch(CHECK_TIMEOUT_MS, CHECK_TIMEOUT_MS);
  }

  /** Sends a ping; resolves to its round trip in ms. */
  ping(options: AbortOptions = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      const { signal } = options;
      signal?.throwIfAborted();
      const onAbort = (): void => reject(signal?.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      const settle = (): void => signal?.removeEventListener("abort", onAbort);
      this.#send({
        sentAt: this.#options.clock.now(),
        resolve: (latency) => {
          settle();
          resolve(latency);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
    });
  }

  /** A pong came: it answers the oldest ping. */
  pong(now: number): void {
    const ping = this.#pings.shift();
    if (!ping) return;
    this.#latency = now - ping.sentAt;
    this.#options.onRoundTrip(this.#latency);
    ping.resolve?.(this.#latency);
  }

  /** Ends all timers; pings on their way reject with the error. */
  stop(error: P2PError): void {
    this.#cancelPing();
    this.#cancelSilence();
    for (const ping of this.#pings.splice(0)) ping.reject?.(error);
  }

  #send(ping: PendingPing): void {
    if (this.#pings.length >= MAX_PINGS) {
      this.#pings
        .shift()
        ?.reject?.(
          new P2PError("the peer does not answer pings", { code: "P2P_ERR_READ_TIMEOUT" }),
        );
    }
    this.#pings.push(ping);
    this.#options.sendPing();
  }

  #schedulePing(): void {
    this.#cancelPing = this.#options.clock.setTimer(PING_INTERVAL_MS, () => {
      this.#schedulePing();
      this.#keepAlive();
    });
  }

  #keepAlive(): void {
    this.#send({ sentAt: this.#options.clock.now() });
  }

  /**
   * Looks after `wait` ms whether the silence is `limit` ms long. One timer for all messages: they
   * only note when they came.
   */
  #watch(wait: number, limit: number): void {
    const due = this.#options.clock.now() + wait;
    this.#cancelSilence();
    this.#cancelSilence = this.#options.clock.setTimer(wait, () => this.#look(due, limit));
  }

  #look(due: number, limit: number): void {
    const { clock, onSilence } = this.#options;
    const now = clock.now();
    const silence = now - this.#lastHeard;
    if (this.#lastHeard > this.#askedAt) this.#asked = 0;
    if (silence < limit) {
      this.#watch(READ_TIMEOUT_MS - silence, READ_TIMEOUT_MS);
    } else if (overslept(clock, due) && this.#asked < MAX_EXTENSIONS) {
      // We slept (a frozen tab, a closed laptop), and what came meanwhile isn't read yet. The peer
      // gets the time of a ping round to say something.
      this.#asked++;
      this.#askedAt = now;
      this.#keepAlive();
      this.#watch(PING_INTERVAL_MS, READ_TIMEOUT_MS);
    } else {
      onSilence(silence);
    }
  }
}

/** A ping that went out; our own keep-alive pings have no one waiting. */
interface PendingPing {
  readonly sentAt: number;
  readonly resolve?: (latency: number) => void;
  readonly reject?: (error: P2PError) => void;
}
