/**
 * Whether the other side is still there: pings every 15 s, and an end after 30 s of silence.
 * @module
 */

import type { Clock } from "../env.ts";
import { P2PError } from "../errors.ts";
import type { AbortOptions } from "../transport.ts";

/** The pause between our pings. */
const PING_INTERVAL_MS = 15_000;
/** Silence after which a peer counts as gone. */
const READ_TIMEOUT_MS = 30_000;

/** A silence timer that fires this much late tells of our own sleep, not of the peer's silence. */
const OWN_LATENESS_MS = 5_000;
/** Pings that wait for their pong at once; the oldest are given up beyond it. */
const MAX_PINGS = 64;

/** What the watch does to its connection. */
export interface LivenessOptions {
  readonly clock: Clock;
  readonly sendPing: () => void;
  /** Called with each round trip, in ms. */
  readonly onRoundTrip: (ms: number) => void;
  /** Called when nothing came for 30 s. */
  readonly onSilence: () => void;
}

/** Watches one connection. */
export class Liveness {
  readonly #options: LivenessOptions;
  #lastHeard: number;
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
    this.#cancelSilence();
    this.#lastHeard = this.#options.clock.now();
    this.#scheduleSilence(READ_TIMEOUT_MS);
  }

  /** Stops the silence clock: we aren't reading. Pings go on. */
  pauseSilence(): void {
    this.#cancelSilence();
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
      this.#send({ sentAt: this.#options.clock.now() });
    });
  }

  /** One timer for all messages: when it fires, it looks how long the silence really is. */
  #scheduleSilence(wait: number): void {
    const due = this.#options.clock.now() + wait;
    this.#cancelSilence = this.#options.clock.setTimer(wait, () => {
      const now = this.#options.clock.now();
      const silence = now - this.#lastHeard;
      if (silence < READ_TIMEOUT_MS) {
        this.#scheduleSilence(READ_TIMEOUT_MS - silence);
      } else if (now - due > OWN_LATENESS_MS) {
        // We slept (a frozen tab, a closed laptop): what came meanwhile may not be read yet.
        this.#scheduleSilence(OWN_LATENESS_MS);
      } else {
        this.#options.onSilence();
      }
    });
  }
}

/** A ping that went out; our own keep-alive pings have no one waiting. */
interface PendingPing {
  readonly sentAt: number;
  readonly resolve?: (latency: number) => void;
  readonly reject?: (error: P2PError) => void;
}
