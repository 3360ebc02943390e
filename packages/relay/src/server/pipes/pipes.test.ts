/**
 * Tokens, and who gets which end.
 * @module
 */

import type { ByteStream } from "@peerkit/core";
import { bytesToHex, systemRandom } from "@peerkit/core";
import { FakeClock } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import { drain, settle, streamPair } from "../../streams.test.helper.ts";
import { RelayCode } from "../../wire/codes.ts";
import type { PipeOwner } from "./pipes.ts";
import { Pipes } from "./pipes.ts";
import type { SpliceEnd } from "./splice.ts";

/** Pipes on a clock of their own; `told` gets what the owners are told. */
function newPipes() {
  const clock = new FakeClock();
  const pipes = new Pipes({
    clock,
    random: systemRandom,
    writeTimeout: 20_000,
    idleTimeout: 60_000,
  });
  const told: (string | SpliceEnd)[] = [];
  const owner: PipeOwner = {
    onBytes: () => 0,
    onOpen: () => told.push("open"),
    onEnd: (end) => told.push(end),
  };
  return { clock, pipes, told, owner };
}

/** A stream of which we hold one end and the relay gets the other, with what it closes it with. */
async function end(clock: FakeClock) {
  const [ours, theirs] = await streamPair(clock);
  const reasons: (number | undefined)[] = [];
  const close = theirs.close.bind(theirs);
  const given: ByteStream = Object.assign(theirs, {
    close: (options: Parameters<ByteStream["close"]>[0]) => {
      reasons.push(options?.reason);
      return close(options);
    },
  });
  return { ours, given, reasons };
}

test("the two tokens of a circuit stand for its two ends, in any order", async () => {
  for (const order of [0, 1]) {
    const { clock, pipes, told, owner } = newPipes();
    const tokens = pipes.circuit(owner);
    const [caller, target] = [await end(clock), await end(clock)];
    const claims = [
      () => pipes.claim(bytesToHex(tokens.caller), caller.given),
      () => pipes.claim(bytesToHex(tokens.target), target.given),
    ];
    claims[order]?.();
    claims[1 - order]?.();
    expect(told).toEqual(["open"]);
    await caller.ours.write(Uint8Array.of(1, 2, 3));
    const read = drain(target.ours);
    await caller.ours.close();
    expect((await read).bytes).toEqual([1, 2, 3]);
    await settle();
    expect(told).toHaveLength(2);
    expect(pipes.size).toBe(0);
  }
});

test("a token is used once: whoever comes later is told that somebody was faster", async () => {
  const { clock, pipes, owner } = newPipes();
  const { caller } = pipes.circuit(owner);
  const [thief, victim] = [await end(clock), await end(clock)];
  pipes.claim(bytesToHex(caller), thief.given);
  pipes.claim(bytesToHex(caller), victim.given);
  expect([thief.reasons, victim.reasons]).toEqual([[], [RelayCode.PipeTaken]]);
});

test("a guess, a text that is no token, and nothing at all are told alike", async () => {
  const { clock, pipes, owner } = newPipes();
  pipes.circuit(owner);
  for (const token of ["00".repeat(16), undefined, ""]) {
    const guesser = await end(clock);
    pipes.claim(token, guesser.given);
    expect(guesser.reasons).toEqual([RelayCode.PipeExpired]);
  }
  expect(pipes.size).toBe(1);
});

test("a token that isn't used within 10 s is forgotten, and so is its pipe", async () => {
  const { clock, pipes, told, owner } = newPipes();
  const { caller, target } = pipes.circuit(owner);
  const early = await end(clock);
  pipes.claim(bytesToHex(caller), early.given);
  await clock.advance(9_999);
  expect([pipes.size, pipes.tokens]).toEqual([1, 2]);
  await clock.advance(1);
  expect([pipes.size, pipes.tokens]).toEqual([0, 0]);
  expect(early.reasons).toEqual([RelayCode.NoAnswer]);
  const late = await end(clock);
  pipes.claim(bytesToHex(target), late.given);
  expect(late.reasons).toEqual([RelayCode.PipeExpired]);
  expect(told).toEqual([expect.objectContaining({ reason: RelayCode.NoAnswer })]);
  await settle();
  await clock.advance(2_000);
  expect(clock.pending).toBe(0);
});

test("whoever declines ends the pipe at once; only its own end counts", async () => {
  const { clock, pipes, told, owner } = newPipes();
  const { caller, target } = pipes.circuit(owner);
  const waiting = await end(clock);
  pipes.claim(bytesToHex(caller), waiting.given);
  pipes.decline(caller);
  expect(told).toEqual([]);
  pipes.decline(target);
  expect(waiting.reasons).toEqual([RelayCode.NoAnswer]);
  expect(pipes.size).toBe(0);
});

test("a side that leaves before the other has come takes the pipe with it", async () => {
  const { clock, pipes, told, owner } = newPipes();
  const { caller, target } = pipes.circuit(owner);
  const first = await end(clock);
  pipes.claim(bytesToHex(caller), first.given);
  first.ours.abort();
  await settle();
  expect(pipes.size).toBe(0);
  const second = await end(clock);
  pipes.claim(bytesToHex(target), second.given);
  expect(second.reasons).toEqual([RelayCode.NoAnswer]);
  expect(told).toHaveLength(1);
});

test("a bridge whose two sides don't shake hands within 5 s is ended", async () => {
  const { clock, pipes, told, owner } = newPipes();
  const [node, tab] = [await end(clock), await end(clock)];
  const token = pipes.bridge(node.given, owner);
  pipes.claim(bytesToHex(token), tab.given);
  await clock.advance(4_999);
  expect(pipes.size).toBe(1);
  await clock.advance(1);
  await settle(200);
  expect([node.reasons, tab.reasons]).toEqual([[RelayCode.Shape], [RelayCode.Shape]]);
  await clock.advance(2_000);
  await settle(200);
  expect(told.at(-1)).toMatchObject({ reason: RelayCode.Shape });
});

test("the end of all ends each, and leaves no timer that would keep a process up", async () => {
  const { clock, pipes, told, owner } = newPipes();
  const { caller, target } = pipes.circuit(owner);
  const [a, b] = [await end(clock), await end(clock)];
  pipes.claim(bytesToHex(caller), a.given);
  pipes.claim(bytesToHex(target), b.given);
  pipes.circuit(owner);
  pipes.endAll({ reason: RelayCode.Draining, text: "" });
  await Promise.all([a.ours.close(), b.ours.close()]);
  await settle(200);
  expect([a.reasons, b.reasons]).toEqual([[RelayCode.Draining], [RelayCode.Draining]]);
  expect(pipes.size).toBe(0);
  expect(told).toHaveLength(3);
  expect(clock.pending).toBe(0);
});

test("a token that another relay was given is known as such until it is used", async () => {
  const { clock, pipes, owner } = newPipes();
  const [own, far] = [pipes.circuit(owner), pipes.circuit(owner, "relay")];
  const known = () =>
    [own.caller, own.target, far.caller, far.target].map((t) => pipes.isForRelay(bytesToHex(t)));
  expect(known()).toEqual([false, false, true, false]);
  pipes.claim(bytesToHex(far.caller), (await end(clock)).given);
  expect(known()).toEqual([false, false, false, false]);
  expect(pipes.isForRelay(undefined)).toBe(false);
});

test("a pipe onward carries anything, since both its ends are ours, and ends with either", async () => {
  const { clock, pipes, told, owner } = newPipes();
  const [near, far] = [await end(clock), await end(clock)];
  const token = pipes.onward(far.given, owner);
  pipes.claim(bytesToHex(token), near.given);
  await near.ours.write(Uint8Array.of(1, 2, 3));
  const received = drain(far.ours);
  await settle();
  void near.ours.close();
  expect((await received).bytes).toEqual([1, 2, 3]);
  await settle();
  expect(told).toMatchObject(["open", {}]);
  expect(pipes.size).toBe(0);
});
