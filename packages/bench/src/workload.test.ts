/**
 * @module
 */

import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Contestant, Link, Receive } from "./link.ts";
import type { PayloadKind } from "./payload.ts";
import { makePayload } from "./payload.ts";
import { Responder } from "./responder.ts";
import { encodeHeader, Mode } from "./wire.ts";
import { Workload } from "./workload.ts";

/** A contestant in memory; `split` cuts what is sent before it arrives. */
function inMemory(split: (bytes: Uint8Array) => Uint8Array[] = (bytes) => [bytes]) {
  const seen = { dials: 0, open: 0, most: 0, prepared: 0, messages: 0, bytes: 0 };
  const contestant: Contestant = {
    listen: async () => "memory",
    async prepare(count) {
      seen.prepared = count;
    },
    async dial(_address, accept) {
      seen.dials++;
      seen.most = Math.max(seen.most, ++seen.open);
      let receive: Receive = () => {};
      const responder = new Responder(linkTo((bytes) => receive(bytes)));
      const link: Link = {
        ...linkTo((bytes) => {
          seen.messages++;
          seen.bytes += bytes.length;
          for (const part of split(bytes)) responder.receive(part);
        }),
        close: async () => {
          seen.open--;
        },
      };
      receive = accept(link);
      await Promise.resolve();
      return link;
    },
  };
  return { contestant, seen };
}

function linkTo(receive: Receive): Link {
  return {
    send(bytes) {
      queueMicrotask(() => receive(bytes));
      return undefined;
    },
    close: async () => {},
  };
}

test("one way sends so many messages and ends when the other side has them all", async () => {
  const { contestant, seen } = inMemory();
  const workload = new Workload(contestant);
  await workload.connect("memory", 1, 1);
  await workload.oneWay({ kind: "random", size: 100, count: 7 });
  expect(seen).toMatchObject({ messages: 8, bytes: 16 + 700 });
});

test("round trips wait for each echo and tell their distribution", async () => {
  const { contestant, seen } = inMemory();
  const workload = new Workload(contestant);
  await workload.connect("memory", 1, 1);
  const { p50, p99, seconds } = await workload.roundTrips(32, 5);
  expect(seen.messages).toBe(6);
  expect(p99).toBeGreaterThanOrEqual(p50);
  expect(seconds * 1000).toBeGreaterThanOrEqual(p50);
});

test("a link can be measured again, in any way", async () => {
  const workload = new Workload(inMemory().contestant);
  await workload.connect("memory", 1, 1);
  await workload.oneWay({ kind: "text", size: 50, count: 2 });
  await workload.roundTrips(50, 2);
  await expect(workload.oneWay({ kind: "random", size: 1, count: 1 })).resolves.toBeDefined();
});

test("handshakes run as many at once as they may, never more, and leave nothing open", async () => {
  const { contestant, seen } = inMemory();
  await new Workload(contestant).handshakes("memory", 20, 4);
  expect(seen).toMatchObject({ dials: 20, most: 4, open: 0, prepared: 64 });
});

test("connecting is timed one after another, and leaves nothing open", async () => {
  const { contestant, seen } = inMemory();
  const { p50, seconds } = await new Workload(contestant).connectTimes("memory", 5);
  expect(seen).toMatchObject({ dials: 5, most: 1, open: 0, prepared: 8 });
  expect(seconds * 1000).toBeGreaterThanOrEqual(p50);
});

test("all links at once are done when each has all of its messages", async () => {
  const { contestant, seen } = inMemory();
  const workload = new Workload(contestant);
  await workload.connect("memory", 3, 3);
  const { p50, p99 } = await workload.allAtOnce(3, 100, 4);
  expect(seen).toMatchObject({ messages: 3 * (1 + 4), bytes: 3 * (16 + 400) });
  expect(p99).toBeGreaterThanOrEqual(p50);
});

test("spread sends as much over many links as over one", async () => {
  const { contestant, seen } = inMemory();
  const workload = new Workload(contestant);
  await workload.connect("memory", 4, 2);
  await workload.spread(1, 10, 2, 16);
  expect(seen.bytes).toBe(16 + 160);
  await workload.spread(4, 10, 2, 16);
  expect(seen.bytes).toBe(16 + 160 + 4 * 16 + 160);
});

test("the answer is the same however a stream is cut", () => {
  const header = (mode: number) => encodeHeader({ mode, size: 5, count: 3 });
  const bytes = [header(Mode.Echo), new Uint8Array(15), header(Mode.Count), new Uint8Array(15)];
  const all = Uint8Array.from(bytes.flatMap((part) => [...part]));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (cuts) => {
      const answers: number[] = [];
      const responder = new Responder(linkOf((answer) => answers.push(answer.length)));
      let at = 0;
      for (const cut of [...cuts, all.length]) {
        responder.receive(all.subarray(at, at + cut));
        at += cut;
      }
      expect(answers).toEqual([5, 5, 5, 16]);
    }),
  );
});

test("payloads are of the size, and the same each time", () => {
  for (const kind of ["random", "text"] as const) {
    expect(makePayload(kind, 1000)).toHaveLength(1000);
    expect(makePayload(kind, 1000)).toEqual(makePayload(kind, 1000));
  }
});

test("snappy makes the text about six times smaller, and finds nothing in random bytes", () => {
  const compress = snappyOf("@ethereumjs/devp2p");
  const ratio = (kind: PayloadKind) => 65_536 / compress(makePayload(kind, 65_536)).length;
  expect(ratio("text")).toBeGreaterThan(5.5);
  expect(ratio("text")).toBeLessThan(6.5);
  expect(ratio("random")).toBeCloseTo(1, 2);
});

function linkOf(send: (bytes: Uint8Array) => void): Link {
  return {
    send(bytes) {
      send(bytes);
      return undefined;
    },
    close: async () => {},
  };
}

/** The snappy of a dependency, which is none of ours. */
function snappyOf(name: string): (bytes: Uint8Array) => Uint8Array {
  const from = createRequire(createRequire(import.meta.url).resolve(name));
  return from("snappyjs").compress;
}
