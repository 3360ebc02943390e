import { expect, test } from "vitest";
import type { TraceEvent } from "../trace.ts";
import type { InspectorOptions } from "./inspector.ts";
import { Inspector } from "./inspector.ts";

function frameEvent(
  direction: "in" | "out",
  protocol = "chat",
  payload: Uint8Array = new Uint8Array(1),
): TraceEvent {
  const sizes = { size: payload.length, wireSize: payload.length + 2 };
  const codes = { version: 1, code: 0, wireCode: 16 };
  return { type: "frame", connection: 3, at: 7, direction, protocol, ...codes, ...sizes, payload };
}

function inspectorWith(count: number, options: InspectorOptions = {}): Inspector {
  const inspector = new Inspector(options);
  for (let i = 0; i < count; i++) inspector.trace(frameEvent("in"));
  return inspector;
}

const seqs = (inspector: Inspector): number[] => inspector.newestFirst().map(({ seq }) => seq);

test("lists frames with their connection and time, the newest first", () => {
  const inspector = inspectorWith(4);
  expect(seqs(inspector)).toEqual([4, 3, 2, 1]);
  expect(inspector.newestFirst()[0]).toMatchObject({ connection: 3, at: 7, wireCode: 16 });
});

test("takes nothing but frames from a trace", () => {
  const inspector = new Inspector();
  inspector.trace({ type: "open", connection: 1, at: 0, inbound: true });
  expect([inspector.total, inspector.newestFirst()]).toEqual([0, []]);
});

test.each([3, 4, 5, 7, 8, 9, 100])("keeps the newest four of %i and counts all", (count) => {
  const inspector = inspectorWith(count, { maxFrames: 4 });
  const newest = [count, count - 1, count - 2, count - 3].filter((seq) => seq > 0);
  expect(seqs(inspector)).toEqual(newest);
  expect(inspector.total).toBe(count);
});

test("starts over in order after it was cleared half way round", () => {
  const inspector = inspectorWith(6, { maxFrames: 4 });
  inspector.clear();
  expect(seqs(inspector)).toEqual([]);
  for (let i = 0; i < 5; i++) inspector.trace(frameEvent("out"));
  expect(seqs(inspector)).toEqual([11, 10, 9, 8]);
  expect(inspector.total).toBe(11);
});

test("leaves out hidden protocols and the other direction", () => {
  const inspector = new Inspector();
  inspector.trace(frameEvent("in", "p2p"));
  inspector.trace(frameEvent("out", "chat"));
  inspector.trace(frameEvent("in", "chat"));
  const found = inspector.newestFirst({ hidden: new Set(["p2p"]), direction: "in" });
  expect(found.map(({ seq }) => seq)).toEqual([3]);
});

test("keeps a copy of the payload, as far as it keeps any", () => {
  const inspector = new Inspector({ maxBytes: 100 });
  const payload = new Uint8Array(150).fill(7);
  inspector.trace(frameEvent("in", "chat", payload));
  payload.fill(9);
  const [frame] = inspector.newestFirst();
  expect(frame?.head).toEqual(new Uint8Array(100).fill(7));
  expect(frame?.size).toBe(150);
});

test("adds up frames and wire bytes for each direction, also of those that are gone", () => {
  const inspector = inspectorWith(2, { maxFrames: 1 });
  inspector.trace(frameEvent("out"));
  expect(inspector.received).toEqual({ frames: 2, bytes: 6 });
  expect(inspector.sent).toEqual({ frames: 1, bytes: 3 });
});

test.each([{ maxFrames: 0 }, { maxFrames: 1.5 }, { maxBytes: -1 }])(
  "refuses %o, which is no limit",
  (options) => {
    expect(() => new Inspector(options)).toThrow(RangeError);
  },
);
