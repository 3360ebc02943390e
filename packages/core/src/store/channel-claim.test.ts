/**
 * Claims over a channel: several tabs on one virtual clock.
 * @module
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import type { ClaimMessage } from "./channel-claim.ts";
import { ChannelClaim } from "./channel-claim.ts";

/** Tabs that hear each other, some ms late. */
class Tabs {
  readonly clock = new FakeClock();
  readonly #tabs = new Map<number, ChannelClaim>();
  #count = 0;

  /** A new tab; gives its number when it has one. */
  open(options: { ticket: string; wanted?: number; delay?: number }): {
    readonly number: number | undefined;
    close(): void;
  } {
    const me = this.#count++;
    const { delay = 0, ...rest } = options;
    const held: { number: number | undefined } = { number: undefined };
    // What it posts while it is made, it posts before it listens.
    const post = (message: ClaimMessage) => {
      this.clock.setTimer(delay, () => {
        for (const [id, tab] of this.#tabs) if (id !== me) tab.take(structuredClone(message));
      });
    };
    const close = () => void this.#tabs.delete(me);
    const claim = new ChannelClaim({ ...rest, post, close, clock: this.clock });
    this.#tabs.set(me, claim);
    void claim.claimed.then(({ number }) => {
      held.number = number;
    });
    return {
      get number() {
        return held.number;
      },
      close: () => void claim.claimed.then(({ release }) => release()),
    };
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }
}

test("a lone tab has what it wants after 150 ms", async () => {
  const tabs = new Tabs();
  const lone = tabs.open({ ticket: "a" });
  const other = tabs.open({ ticket: "b", wanted: 7 });
  await tabs.pass(149);
  expect([lone.number, other.number]).toEqual([undefined, undefined]);
  await tabs.pass(1);
  expect([lone.number, other.number]).toEqual([0, 7]);
});

test("a newcomer takes the smallest number that nobody has, at its second try", async () => {
  const tabs = new Tabs();
  for (const wanted of [0, 1, 3]) tabs.open({ ticket: `${wanted}`, wanted });
  await tabs.pass(150);
  const newcomer = tabs.open({ ticket: "x" });
  await tabs.pass(150);
  expect(newcomer.number).toBe(2);
});

test("three that ask at once come to an end", async () => {
  const tabs = new Tabs();
  const opened = ["c", "a", "b"].map((ticket) => tabs.open({ ticket, delay: 20 }));
  await tabs.pass(1_000);
  expect(opened.map(({ number }) => number).sort()).toEqual([0, 1, 2]);
  expect(opened[1]?.number).toBe(0);
});

test("a closed tab's number is taken again", async () => {
  const tabs = new Tabs();
  const first = tabs.open({ ticket: "a" });
  tabs.open({ ticket: "b" });
  await tabs.pass(300);
  first.close();
  await tabs.pass(0);
  const next = tabs.open({ ticket: "c" });
  await tabs.pass(300);
  expect(next.number).toBe(0);
});

test("of two that ask at once the one with the lower ticket has it", async () => {
  const tabs = new Tabs();
  const late = tabs.open({ ticket: "b", delay: 3 });
  const early = tabs.open({ ticket: "a", delay: 3 });
  await tabs.pass(400);
  expect([early.number, late.number]).toEqual([0, 1]);
});

test("any tabs that open at any time end up with numbers of their own", async () => {
  const anyTab = fc.record({ after: fc.nat(200), delay: fc.nat(40), wanted: fc.nat(4) });
  await fc.assert(
    fc.asyncProperty(fc.array(anyTab, { minLength: 2, maxLength: 7 }), async (opened) => {
      const tabs = new Tabs();
      const all = [];
      for (const [i, { after, delay, wanted }] of opened.entries()) {
        await tabs.pass(after);
        all.push(tabs.open({ ticket: `${(i * 5) % 7}`, delay, wanted }));
      }
      await tabs.pass(3_000);
      const numbers = all.map(({ number }) => number);
      expect(numbers).not.toContain(undefined);
      expect(new Set(numbers).size).toBe(numbers.length);
    }),
    { numRuns: 40, endOnFailure: true },
  );
});

test("what isn't its message is not listened to", async () => {
  const tabs = new Tabs();
  const posted: ClaimMessage[] = [];
  const claim = new ChannelClaim({
    ticket: "b",
    post: (message) => void posted.push(message),
    close: () => {},
    clock: tabs.clock,
  });
  const strange = [
    undefined,
    null,
    "held",
    {},
    { type: "held" },
    { type: "held", number: -1 },
    { type: "held", number: 0.5 },
    { type: "held", number: 1_024 },
    { type: "claim", number: 0 },
    { type: "claim", number: 0, ticket: 1 },
    { type: "x", number: 0 },
  ];
  for (const message of strange) claim.take(message);
  await tabs.pass(150);
  expect((await claim.claimed).number).toBe(0);
  expect(posted).toEqual([{ type: "claim", number: 0, ticket: "b" }]);
});
