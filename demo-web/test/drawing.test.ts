/**
 * Strokes: how many are kept, and how they travel.
 * @module
 */

import { DiscReason, encodeRlp } from "@peerkit/core";
import { messagePipe } from "@peerkit/core/testing";
import { describe, expect, test } from "vitest";
import type { DrawHandlers } from "../src/node/draw-protocol.ts";
import { DrawProtocol } from "../src/node/draw-protocol.ts";
import type { Point, Stroke } from "../src/strokes.ts";
import { extended, MAX_POINTS, onCanvas } from "../src/strokes.ts";

const dots = (count: number): Point[] => Array.from({ length: count }, (_, i) => [i, i]);

describe("what is drawn", () => {
  test("grows by stroke, each sender's apart", () => {
    let strokes: readonly Stroke[] = [];
    for (const by of ["ada", "bob", "ada"]) {
      strokes = extended(strokes, { by, number: 1, points: dots(2) });
    }
    expect(strokes.map(({ by, points }) => [by, points.length])).toEqual([
      ["ada", 4],
      ["bob", 2],
    ]);
  });

  test("has a bound, whatever a node sends", () => {
    let strokes: readonly Stroke[] = [];
    for (let number = 0; number < 500; number++) {
      strokes = extended(strokes, { by: "ada", number, points: dots(1) });
    }
    expect([strokes.length, strokes[0]?.number]).toEqual([400, 100]);
    for (let i = 0; i < 5; i++) {
      strokes = extended(strokes, { by: "ada", number: 499, points: dots(300) });
    }
    expect(strokes.at(-1)?.points).toHaveLength(MAX_POINTS);
  });

  test("is on the canvas, in whole units", () => {
    expect(onCanvas(-3, 4.4)).toEqual([0, 4]);
    expect(onCanvas(9_999, 9_999)).toEqual([1_600, 1_000]);
  });
});

describe("draw/1", () => {
  function start(drawn: readonly Omit<Stroke, "by">[] = []) {
    const seen: unknown[] = [];
    const handlers: DrawHandlers = {
      onEnter: () => drawn,
      onStroke: (stroke) => seen.push(stroke),
      onClear: () => seen.push("clear"),
    };
    const draw = new DrawProtocol(handlers);
    const [ours, theirs] = messagePipe();
    const peer = { id: "ada" } as never;
    const running = draw.protocol.run(peer, ours, new AbortController().signal) as Promise<void>;
    return { draw, seen, theirs, running };
  }

  test("sends a newcomer what was drawn, and then what is drawn, in messages of a bounded size", async () => {
    const { draw, theirs } = start([{ number: 7, points: dots(300) }]);
    draw.stroke({ number: 8, points: dots(1) });
    draw.clear();
    const got = [];
    for (let i = 0; i < 4; i++) got.push(await theirs.readMsg());
    expect(got.map(({ code, payload }) => [code, payload])).toEqual([
      [0, encodeRlp([7, dots(300).slice(0, 256)])],
      [0, encodeRlp([7, dots(300).slice(256)])],
      [0, encodeRlp([8, [[0, 0]]])],
      [1, encodeRlp([])],
    ]);
  });

  test("tells what a node draws, as that node's", async () => {
    const { seen, theirs } = start();
    await theirs.writeMsg(0, encodeRlp([3, [[10, 20]]]));
    await theirs.writeMsg(1, encodeRlp([]));
    await expect.poll(() => seen).toEqual([{ by: "ada", number: 3, points: [[10, 20]] }, "clear"]);
  });

  test.each([
    [
      "a point beyond the canvas",
      encodeRlp([1, [[1_601, 0]]]),
      { reason: DiscReason.ProtocolError },
    ],
    ["too many points", encodeRlp([1, dots(257)]), { code: "P2P_ERR_BAD_RLP" }],
  ])("leaves a node that sends %s", async (_, payload, error) => {
    const { seen, theirs, running } = start();
    // Read already when it is refused.
    void theirs.writeMsg(0, payload).catch(() => {});
    await expect(running).rejects.toMatchObject(error);
    expect(seen).toEqual([]);
  });
});
