/**
 * `draw/1`: strokes between tabs, as they are drawn.
 * @module
 */

import type { MsgReadWriter, Protocol } from "@peerkit/core";
import {
  DisconnectError,
  DiscReason,
  defineProtocol,
  list,
  send,
  tuple,
  uint,
} from "@peerkit/core";
import type { Point, Stroke } from "../strokes.ts";
import { isOnCanvas } from "../strokes.ts";

/** More points of one of the sender's strokes: `[number, [[x, y], …]]`. */
const STROKE = 0;
/** The canvas is empty again: `[]`. */
const CLEAR = 1;

/** Points of one message. */
const MAX_SENT = 256;
/** Messages that wait for one node. */
const MAX_WAITING = 1_024;

const strokeSchema = tuple(uint, list(tuple(uint, uint), { max: MAX_SENT }));
const clearSchema = tuple();

/** Points to send. */
type Piece = Omit<Stroke, "by">;

/** Whose strokes come and go. */
export interface DrawHandlers {
  /** A node is here; what it drew before comes anew. Returns what we have drawn. */
  onEnter(id: string): readonly Piece[];
  onStroke(stroke: Stroke): void;
  onClear(): void;
}

/** The nodes that draw with us. */
export class DrawProtocol {
  readonly protocol: Protocol;
  /** As many as the server has peers. */
  readonly #lines = new Set<Line>();

  constructor(handlers: DrawHandlers) {
    this.protocol = defineProtocol({
      name: "draw",
      version: 1,
      length: 2,
      compress: true,
      run: (peer, rw) => this.#run(peer.id, rw, handlers),
    });
  }

  /** Sends points to all. */
  stroke({ number, points }: Piece): void {
    for (let at = 0; at < points.length; at += MAX_SENT) {
      const part = { number, points: points.slice(at, at + MAX_SENT) };
      for (const line of this.#lines) line.push(part);
    }
  }

  /** Empties all canvases. */
  clear(): void {
    for (const line of this.#lines) line.push("clear");
  }

  async #run(id: string, rw: MsgReadWriter, handlers: DrawHandlers): Promise<void> {
    const line = new Line(rw);
    this.#lines.add(line);
    try {
      for (const { number, points } of handlers.onEnter(id)) {
        for (let at = 0; at < points.length; at += MAX_SENT) {
          line.push({ number, points: points.slice(at, at + MAX_SENT) });
        }
      }
      for await (const msg of rw) {
        if (msg.code === CLEAR) {
          msg.decode(clearSchema);
          handlers.onClear();
          continue;
        }
        const [number, points] = msg.decode(strokeSchema);
        if (!points.every(isOnCanvas)) throw breach("a point that isn’t on the canvas");
        handlers.onStroke({ by: id, number, points });
      }
    } finally {
      this.#lines.delete(line);
    }
  }
}

/** What goes to one node, in order, no faster than it takes it. */
class Line {
  readonly #rw: MsgReadWriter;
  readonly #waiting: (Piece | "clear")[] = [];
  #busy = false;

  constructor(rw: MsgReadWriter) {
    this.#rw = rw;
  }

  push(piece: Piece | "clear"): void {
    // Whoever takes nothing for so long is asleep, and gets it all when it is back.
    if (this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push(piece);
    if (!this.#busy) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#busy = true;
    try {
      for (let piece = this.#waiting.shift(); piece; piece = this.#waiting.shift()) {
        if (piece === "clear") await send(this.#rw, CLEAR, [], clearSchema);
        else await send(this.#rw, STROKE, [piece.number, piece.points.map(pair)], strokeSchema);
      }
    } catch {
      // The node has left, which ends its run.
    }
    this.#busy = false;
  }
}

function pair([x, y]: Point): [number, number] {
  return [x, y];
}

function breach(what: string): DisconnectError {
  return new DisconnectError(DiscReason.ProtocolError, { message: `draw/1: ${what}` });
}
