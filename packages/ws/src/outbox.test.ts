/**
 * Tests of the outbox: what messages come of which writes.
 * @module
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_SENT_BYTES, Outbox } from "./outbox.ts";

function open() {
  const messages: Uint8Array[] = [];
  let sent: (() => void)[] = [];
  let room = Number.POSITIVE_INFINITY;
  const outbox = new Outbox({
    ready: () => messages.length < room,
    send(message, onSent) {
      messages.push(message.slice());
      sent.push(onSent);
    },
  });
  return {
    outbox,
    messages,
    allow(count: number) {
      room = count;
      outbox.flush();
    },
    drain() {
      const all = sent;
      sent = [];
      for (const each of all) each();
    },
  };
}

test("makes one message of the small writes of one tick", async () => {
  const { outbox, messages } = open();
  const done: number[] = [];
  for (const byte of [1, 2, 3]) outbox.write(new Uint8Array([byte]), () => done.push(byte));
  expect(messages).toEqual([]);
  await undefined;
  expect(messages).toEqual([new Uint8Array([1, 2, 3])]);
  expect(done).toEqual([]);
});

test("copies no large write for the sake of its neighbours", async () => {
  const { outbox, messages } = open();
  for (const length of [10, 20, 60_000, 60_000, 30, 9_000, 40, 50]) {
    outbox.write(new Uint8Array(length), () => {});
  }
  await undefined;
  const lengths = messages.map(({ length }) => length);
  expect(lengths).toEqual([30, 60_000, 60_000, 30, 9_000, 90]);
});

test("calls back when the message with a write's last byte was sent", async () => {
  const { outbox, allow, drain, messages } = open();
  const done: string[] = [];
  allow(1);
  outbox.write(new Uint8Array(MAX_SENT_BYTES + 1), () => done.push("large"));
  outbox.write(new Uint8Array(1), () => done.push("small"));
  await undefined;
  drain();
  expect(done).toEqual([]);
  allow(2);
  drain();
  expect(done).toEqual(["large", "small"]);
  expect(messages.map(({ length }) => length)).toEqual([MAX_SENT_BYTES, 2]);
});

test("ends after all that was written has been sent", async () => {
  const { outbox, allow, messages } = open();
  let ended = false;
  allow(1);
  outbox.write(new Uint8Array(2 * MAX_SENT_BYTES), () => {});
  outbox.end(() => {
    ended = true;
  });
  expect(messages).toHaveLength(1);
  expect(ended).toBe(false);
  allow(2);
  expect(messages).toHaveLength(2);
  expect(ended).toBe(true);
});

test("keeps all bytes in order in messages of at most 64 KiB, however they are written", async () => {
  const write = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 300 }) },
    { weight: 2, arbitrary: fc.integer({ min: 60_000, max: 140_000 }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 30 }), async (lengths) => {
      const { outbox, messages, drain } = open();
      let place = 0;
      let done = 0;
      for (const length of lengths) {
        const bytes = Uint8Array.from({ length }, () => place++ & 0xff);
        outbox.write(bytes, () => done++);
      }
      await undefined;
      drain();
      expect(done).toBe(lengths.length);
      let seen = 0;
      for (const message of messages) {
        expect(message.length).toBeLessThanOrEqual(MAX_SENT_BYTES);
        if (!message.every((byte) => byte === (seen++ & 0xff))) expect.unreachable();
      }
      expect(seen).toBe(place);
    }),
    { numRuns: 30 },
  );
});
