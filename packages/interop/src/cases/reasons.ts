/**
 * How a connection ends: every reason in both directions, and what each way for `run` to end becomes.
 * @module
 */

import assert from "node:assert/strict";
import { DisconnectError, DiscReason, decodeRlp } from "@peerkit/core";
import type { Case, CaseContext } from "../case.ts";
import type { Pair } from "../pair.ts";
import { connectPair, THEY_ECHO } from "../pair.ts";

const TIMEOUT = 20_000;

/** Every reason that has a meaning; `Invalid` is only ever seen locally. */
const REASONS = Object.entries(DiscReason).filter(([, reason]) => reason !== DiscReason.Invalid);

const describe = (name: string, reason: number) =>
  `0x${reason.toString(16).padStart(2, "0")} ${name}`;

/** The ways for a `run` to end, the reason they become, and how to have them on our side. */
const ENDINGS: readonly [title: string, kind: string, reason: number, last: () => void][] = [
  ["returns", "return", DiscReason.ClientQuitting, () => {}],
  [
    "fails",
    "error",
    DiscReason.SubprotocolError,
    () => {
      throw new Error("the protocol gave up");
    },
  ],
  [
    "gives a reason",
    "reason",
    DiscReason.UselessPeer,
    () => {
      throw new DisconnectError(DiscReason.UselessPeer);
    },
  ],
  ["can't decode", "decode", DiscReason.ProtocolError, () => void decodeRlp(Uint8Array.of(0xf8))],
  ["writes a wrong code", "code", DiscReason.ProtocolError, () => {}],
];

/** The cases of this file. */
export const reasonCases: readonly Case[] = [
  ...REASONS.flatMap(([name, reason]): Case[] => [
    {
      title: `it leaves with ${describe(name, reason)}`,
      timeoutMs: TIMEOUT,
      run: (context) => theyLeave(context, reason),
    },
    {
      title: `we leave with ${describe(name, reason)}`,
      timeoutMs: TIMEOUT,
      run: (context) => weLeave(context, reason),
    },
  ]),
  ...ENDINGS.flatMap(([title, kind, reason, last]): Case[] => [
    {
      title: `its run ${title}`,
      timeoutMs: TIMEOUT,
      skip: (peer) =>
        peer === "@ethereumjs/devp2p" ? "its protocols have no run that could end" : undefined,
      run: (context) => theirRunEnds(context, kind, reason),
    },
    {
      title: `our run ${title}`,
      timeoutMs: TIMEOUT,
      run: (context) => ourRunEnds(context, kind, reason, last),
    },
  ]),
];

async function theyLeave(context: CaseContext, reason: number): Promise<void> {
  const { ours, theirs, peer } = await connectPair(context);
  await theirs.disconnect(ours.id, reason);
  const dropped = await theirs.next("drop", { peer: ours.id });
  assert.equal(dropped.reason, reason);
  // go-ethereum doesn't send NetworkError; the other does.
  const sent = reason !== DiscReason.NetworkError || context.kind !== "go-ethereum";
  await expectEnd({ ours, theirs, peer }, reason, sent);
}

async function weLeave(context: CaseContext, reason: number): Promise<void> {
  const { ours, theirs, peer } = await connectPair(context);
  peer.disconnect(reason);
  await expectEnd({ ours, theirs, peer }, reason, false);
  await expectTheirDrop({ ours, theirs }, reason);
}

async function theirRunEnds(context: CaseContext, kind: string, reason: number): Promise<void> {
  const { ours, theirs, peer } = await connectPair(context);
  await theirs.finish(ours.id, THEY_ECHO, kind, reason);
  await theirs.next("drop", { peer: ours.id });
  await expectEnd({ ours, theirs, peer }, reason, true);
}

async function ourRunEnds(
  context: CaseContext,
  kind: string,
  reason: number,
  last: () => void,
): Promise<void> {
  const pair = await connectPair(context);
  const { rw, finish } = pair.run(THEY_ECHO);
  finish(kind === "code" ? () => rw.writeMsg(0x1000, new Uint8Array()) : last);
  await expectEnd(pair, reason, false);
  await expectTheirDrop(pair, reason);
}

/** Expects our peer and our server to tell the same end. */
async function expectEnd(
  { ours, theirs, peer }: Pick<Pair, "ours" | "theirs" | "peer">,
  reason: number,
  remote: boolean,
): Promise<void> {
  const end = await peer.closed;
  assert.deepEqual([end.reason, end.remote], [reason, remote], end.message);
  const event = await ours.next("drop");
  assert.deepEqual([event.peer, event.reason, event.remote], [theirs.id, reason, remote]);
  assert.equal(ours.server.peerCount, 0);
}

/** Expects the other side to have seen our reason, or the end of the stream for the unsent one. */
async function expectTheirDrop(
  { ours, theirs }: Pick<Pair, "ours" | "theirs">,
  reason: number,
): Promise<void> {
  const dropped = await theirs.next("drop", { peer: ours.id });
  const expected = reason === DiscReason.NetworkError ? null : reason;
  assert.equal(dropped.reason ?? null, expected, dropped.error);
}
