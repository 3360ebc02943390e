/**
 * A connection that nothing happens on, and many at once.
 * @module
 */

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Case, CaseContext } from "../case.ts";
import type { Pair } from "../pair.ts";
import { connectNodes, connectPair, spec, startOurs, startTheirs, THEY_ECHO } from "../pair.ts";

/** Longer than four of both sides' ping intervals of 15 s, and than two silences of 30 s. In ms. */
const IDLE = 65_000;

const MANY = 50;

// How many dial at one moment: for 50 handshakes the library, on its one thread, may need more than
// the 5 s that each has.
const AT_ONCE = { "go-ethereum": MANY, "@ethereumjs/devp2p": 10 } as const;

/** The cases of this file. */
export const enduranceCases: readonly Case[] = [
  {
    title: "an idle connection outlives four ping intervals",
    timeoutMs: IDLE + 25_000,
    background: true,
    run: staysIdle,
  },
  { title: `${MANY} connections at once`, timeoutMs: 90_000, run: connectsMany },
];

async function staysIdle(context: CaseContext): Promise<void> {
  const { ours, theirs, peer, run } = await connectPair(context);
  // Two clocks that round in their own ways.
  await sleep(IDLE + 10);
  assert.equal(ours.server.peerCount, 1);
  assert.ok(peer.lifetime >= IDLE, `${peer.lifetime} ms`);
  assert.ok(peer.latency !== undefined, "none of our pings was answered");
  assert.equal(theirs.has("drop", ours.id), false);
  const { rw, messages } = run(THEY_ECHO);
  await rw.writeMsg(0, Uint8Array.of(0xc0));
  await messages.take(() => true, "an echo after the idle time");
}

async function connectsMany(context: CaseContext): Promise<void> {
  const maxPeers = 2 * MANY;
  const weDial = context.direction === "we dial";
  const options = (side: "ours" | "theirs") => ({ protocols: [spec(THEY_ECHO, side)], maxPeers });
  // One on the dialed side, many on the dialing one.
  const hub = weDial
    ? { theirs: await startTheirs(context, options("theirs")) }
    : { ours: await startOurs(context, options("ours")) };
  const nodes = await Promise.all(
    Array.from({ length: MANY }, async () => ({
      ours: hub.ours ?? (await startOurs(context, options("ours"))),
      theirs: hub.theirs ?? (await startTheirs(context, options("theirs"))),
    })),
  );
  const pairs: Pair[] = [];
  const atOnce = AT_ONCE[context.kind];
  while (pairs.length < MANY) {
    const wave = nodes.slice(pairs.length, pairs.length + atOnce);
    const connecting = wave.map(({ ours, theirs }) =>
      connectNodes(context, ours, theirs, [THEY_ECHO]),
    );
    pairs.push(...(await Promise.all(connecting)));
  }
  if (!weDial) assert.equal(pairs[0]?.ours.server.peerCount, MANY);
  await Promise.all(
    pairs.map(async ({ run }, i) => {
      const { rw, messages } = run(THEY_ECHO);
      await rw.writeMsg(1, new Uint8Array(i));
      assert.equal((await messages.take(() => true, `echo ${i}`)).size, i);
    }),
  );
}
