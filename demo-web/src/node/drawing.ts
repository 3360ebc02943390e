/**
 * The shared canvas: this tab's pen, and what the others draw, in the model once per animation frame.
 * @module
 */

import type { Protocol } from "@peerkit/core";
import type { Model } from "../model.ts";
import type { Point, Stroke } from "../strokes.ts";
import { extended, MAX_POINTS } from "../strokes.ts";
import { DrawProtocol } from "./draw-protocol.ts";

/** Points that are drawn in one animation frame at most. */
const MAX_PENDING = 1_024;

/** The canvas as this tab sees it. What each node drew is on it until that node draws anew or somebody clears. */
export class Drawing {
  readonly #model: Model;
  readonly #ownId: string;
  readonly #draw: DrawProtocol;
  #strokes: readonly Stroke[] = [];
  #number = 0;
  /** How many points the stroke under the pen has. */
  #length = 0;
  /** Points of the pen since the last animation frame. */
  #pending: Point[] = [];
  #scheduled = false;

  constructor(model: Model, ownId: string) {
    this.#model = model;
    this.#ownId = ownId;
    this.#draw = new DrawProtocol({
      onEnter: (id) => this.#onEnter(id),
      onStroke: (stroke) => this.#set(extended(this.#strokes, stroke)),
      onClear: () => this.#set([]),
    });
  }

  /** For `ServerOptions.protocols`. */
  get protocol(): Protocol {
    return this.#draw.protocol;
  }

  /** Moves the pen over these points; `begin` puts it down first. */
  pen(points: readonly Point[], begin: boolean): void {
    if (begin) this.#begin();
    for (const point of points) {
      if (this.#pending.length < MAX_PENDING) this.#pending.push(point);
    }
    this.#schedule();
  }

  /** Empties the canvas, here and at the others. */
  clear(): void {
    this.#pending = [];
    this.#begin();
    this.#set([]);
    this.#draw.clear();
  }

  #begin(): void {
    this.#flush();
    this.#number += 1;
    this.#length = 0;
  }

  #onEnter(id: string): readonly Stroke[] {
    this.#set(this.#strokes.filter(({ by }) => by !== id));
    return this.#strokes.filter(({ by }) => by === this.#ownId);
  }

  #set(strokes: readonly Stroke[]): void {
    this.#strokes = strokes;
    this.#schedule();
  }

  /** Draws and sends what the pen did. */
  #flush(): void {
    const points = this.#pending;
    this.#pending = [];
    while (points.length > 0) {
      // A long stroke goes on as another, from where it was.
      const part = points.splice(0, MAX_POINTS - this.#length);
      this.#length += part.length;
      const piece = { number: this.#number, points: part };
      this.#strokes = extended(this.#strokes, { ...piece, by: this.#ownId });
      this.#draw.stroke(piece);
      if (this.#length < MAX_POINTS) continue;
      const last = part.at(-1);
      this.#number += 1;
      this.#length = 0;
      if (last !== undefined && points.length > 0) points.unshift(last);
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#flush();
      this.#model.strokes.value = this.#strokes;
    });
  }
}
