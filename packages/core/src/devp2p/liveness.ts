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

const NEVER = Number.POSITIVE_INFINITY;

/** The connection that a watch watches and acts on. */
export interface LivenessHost {
  readonly clock: Clock;
  sendPing(): void;
  /** Called with each round trip, in ms. */
  onRoundTrip(ms: number): void;
  /** Called when nothing came for 30 s, or after a {@link Liveness.check}. `ms` is how long. */
  onSilence(ms: number): void;
}

/** Watches one connection, by one timer. */
export class Liveness {
  readonly #host: LivenessHost;
  #lastHeard: number;
  /** When we last asked after a sleep, and how often in a row without hearing anything. */
  #askedAt = 0;
  #asked = 0;
  #pingAt = NEVER;
  /** When to look whether the silence is `#limit` ms long; never while we aren't reading. */
  #lookAt = NEVER;
  #limit = READ_TIMEOUT_MS;
  #cancelTimer = (): void => {};
  /** Pings on their way, oldest first: pongs come in the order of the pings. */
  #pings: readonly PendingPing[] = NO_PINGS;
  #latency: number | undefined;

  constructor(host: LivenessHost) {
    this.#host = host;
    this.#lastHeard = host.clock.now();
  }

  /** The last round trip in ms. */
  get latency(): number | undefined {
    return this.#latency;
  }

  /** Starts both clocks. */
  start(): void {
    this.#pingAt = this.#host.clock.now() + PING_INTERVAL_MS;
    this.startSilence();
  }

  /** Something came. */
  heard(now: number): void {
    this.#lastHeard = now;
  }

  /** Starts or restarts the silence clock from now. */
  startSilence(): void {
    this.#lastHeard = this.#host.clock.now();
    this.#watch(READ_TIMEOUT_MS, READ_TIMEOUT_MS);
  }

  /** Stops the silence clock: we aren't reading. Pings go on. */
  pauseSilence(): void {
    this.#lookAt = NEVER;
    this.#setTimer();
  }

  /**
   * For when we were away: unless the peer was heard within `ms`, asks whether it is still there.
   * Nothing within 5 s is silence then.
   */
  check(ms: number): void {
    if (this.#lookAt === NEVER || this.#host.clock.now() - this.#lastHeard < ms) return;
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
        sentAt: this.#host.clock.now(),
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

  /**
   * A pong came: it answers the oldest ping. A ping that has waited for a whole interval was left
   * out, as a peer may do: its place is the next one's, or all that follow would be one behind.
   */
  pong(now: number): void {
    let [ping, ...others] = this.#pings;
    while (ping && others.length > 0 && now - ping.sentAt >= PING_INTERVAL_MS) {
      ping.resolve?.(now - ping.sentAt);
      [ping, ...others] = others;
    }
    if (!ping) return;
    this.#pings = others.length > 0 ? others : NO_PINGS;
    this.#latency = now - ping.sentAt;
    this.#host.onRoundTrip(this.#latency);
    ping.resolve?.(this.#latency);
  }

  /** Ends the timer; pings on their way reject with the error. */
  stop(error: P2PError): void {
    this.#pingAt = NEVER;
    this.#lookAt = NEVER;
    this.#cancelTimer();
    const pings = this.#pings;
    this.#pings = NO_PINGS;
    for (const ping of pings) ping.reject?.(error);
  }

  #send(ping: PendingPing): void {
    const [oldest, ...others] = this.#pings;
    const full = this.#pings.length >= MAX_PINGS;
    this.#pings = (full ? others : this.#pings).concat(ping);
    if (full) {
      const unanswered = "the peer does not answer pings";
      oldest?.reject?.(new P2PError(unanswered, { code: "P2P_ERR_READ_TIMEOUT" }));
    }
    this.#host.sendPing();
  }

  #keepAlive(): void {
    this.#send({ sentAt: this.#host.clock.now() });
  }

  /** Looks after `wait` ms whether the silence is `limit` ms long. Messages only note when they came. */
  #watch(wait: number, limit: number): void {
    this.#lookAt = this.#host.clock.now() + wait;
    this.#limit = limit;
    this.#setTimer();
  }

  #setTimer(): void {
    this.#cancelTimer();
    const { clock } = this.#host;
    const due = Math.min(this.#pingAt, this.#lookAt);
    if (due !== NEVER) this.#cancelTimer = clock.setTimer(due - clock.now(), () => this.#onTimer());
  }

  #onTimer(): void {
    const now = this.#host.clock.now();
    if (now >= this.#lookAt) this.#look(now);
    if (now >= this.#pingAt) {
      this.#pingAt = now + PING_INTERVAL_MS;
      this.#keepAlive();
    }
    this.#setTimer();
  }

  #look(now: number): void {
    const { clock } = this.#host;
    const silence = now - this.#lastHeard;
    if (this.#lastHeard > this.#askedAt) this.#asked = 0;
    if (silence < this.#limit) {
      this.#watch(READ_TIMEOUT_MS - silence, READ_TIMEOUT_MS);
    } else if (overslept(clock, this.#lookAt) && this.#asked < MAX_EXTENSIONS) {
      // We slept (a frozen tab, a closed laptop), and what came meanwhile isn't read yet. The peer
      // gets the time of a ping round to say something.
      this.#asked++;
      this.#askedAt = now;
      this.#keepAlive();
      this.#watch(PING_INTERVAL_MS, READ_TIMEOUT_MS);
    } else {
      this.#host.onSilence(silence);
    }
  }
}

/** A ping that went out; our own keep-alive pings have no one waiting. */
interface PendingPing {
  readonly sentAt: number;
  readonly resolve?: (latency: number) => void;
  readonly reject?: (error: P2PError) => void;
}

/** Most of the time there are none: an array of its own for each connection would be waste. */
const NO_PINGS: readonly PendingPing[] = [];
