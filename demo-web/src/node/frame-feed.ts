/**
 * Puts traced frames into the model, drawn once per animation frame however many there are.
 * @module
 */

import type { TraceEvent } from "@peerkit/core";
import type { Activity, Model } from "../model.ts";

/** How many codes can light up in one animation frame. */
const MAX_ACTIVITY = 24;

/** Feeds the frame log. */
export class FrameFeed {
  readonly #model: Model;
  readonly #activity = new Map<string, Activity>();
  #scheduled = false;

  constructor(model: Model) {
    this.#model = model;
  }

  /**
   * Takes a frame; its payload is copied as far as it is kept. `lights`: whether its code lights up,
   * which stands for another message on another connection.
   */
  take(event: Extract<TraceEvent, { type: "frame" }>, lights: boolean): void {
    const { direction, protocol, wireCode } = event;
    this.#model.wire.trace(event);
    if (lights && this.#activity.size < MAX_ACTIVITY) {
      this.#activity.set(`${direction}${wireCode}`, { direction, protocol, wireCode });
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    this.#model.wireVersion.value = this.#model.wire.total;
    this.#model.activity.value = [...this.#activity.values()];
    this.#activity.clear();
  }
}
