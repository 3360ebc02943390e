/**
 * A tick for waiting in a page, where no event tells that a WebSocket has drained.
 * @module
 */

import type { Clock } from "@peerkit/core";
import { systemClock } from "@peerkit/core";

/** Between two ticks of a page that is seen: browsers don't wait less for a chain of timers. */
const VISIBLE_TICK_MS = 4;

/** What a {@link Ticker} takes from its surroundings. */
export interface TickerOptions {
  readonly clock?: Clock | undefined;
  /** @default whether this is a page that is seen now */
  readonly visible?: (() => boolean) | undefined;
}

/**
 * Calls `onTick` again and again while started. Hidden tabs hold timers back for up to a minute, but
 * not a message to oneself; a chain of those uses a whole core, so a page that is seen takes timers.
 */
export class Ticker {
  readonly #onTick: () => void;
  readonly #clock: Clock;
  readonly #visible: () => boolean;
  #channel: MessageChannel | undefined;
  #cancelTimer = () => {};

  constructor(onTick: () => void, options: TickerOptions = {}) {
    this.#onTick = onTick;
    this.#clock = options.clock ?? systemClock;
    this.#visible = options.visible ?? pageIsVisible;
  }

  /** Starts, unless it runs already. */
  start(): void {
    if (this.#channel !== undefined) return;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => this.#tick();
    this.#channel = channel;
    this.#next(channel);
  }

  stop(): void {
    this.#cancelTimer();
    this.#channel?.port1.close();
    this.#channel = undefined;
  }

  #tick(): void {
    const channel = this.#channel;
    this.#onTick();
    if (channel !== undefined && this.#channel === channel) this.#next(channel);
  }

  #next(channel: MessageChannel): void {
    if (this.#visible()) {
      this.#cancelTimer = this.#clock.setTimer(VISIBLE_TICK_MS, () => this.#tick());
    } else {
      channel.port2.postMessage(undefined);
    }
  }
}

/** False in workers: nobody says there whether timers are held back. */
function pageIsVisible(): boolean {
  const { document } = globalThis as { readonly document?: { readonly visibilityState?: unknown } };
  return document?.visibilityState === "visible";
}
