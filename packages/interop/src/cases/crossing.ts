/**
 * Both sides dial at the same moment.
 * @module
 */

import assert from "node:assert/strict";
import type { Case, CaseContext } from "../case.ts";
import { spec, startOurs, startTheirs, THEY_ECHO } from "../pair.ts";

/** How often: which of the two is faster is chance. */
const ATTEMPTS = 6;

/** The cases of this file. */
export const crossingCases: readonly Case[] = [
  {
    title: "both dial at once, and keep one connection",
    timeoutMs: 30_000,
    skip: (kind, direction) =>
      kind === "go-ethereum"
        ? direction === "we dial"
          ? undefined
          : "it is the same in both directions"
        : "it refuses both",
    run: bothDial,
  },
];

async function bothDial(context: CaseContext): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const ours = await startOurs(context, { protocols: [spec(THEY_ECHO, "ours")] });
    const theirs = await startTheirs(context, { protocols: [spec(THEY_ECHO, "theirs")] });
    await Promise.all([
      ours.server.connect(theirs.enode),
      // The one that loses is refused.
      theirs.dial(ours.enode).catch(() => {}),
    ]);
    let run = await ours.run(THEY_ECHO, theirs.id);
    // It goes by what is ready first, and may refuse the one that we had taken.
    const answered = await run.peer.ping().catch(() => undefined);
    if (answered === undefined) run = await ours.run(THEY_ECHO, theirs.id);
    await run.rw.writeMsg(3, Uint8Array.of(attempt + 1));
    await run.messages.take(({ code }) => code === 3, "an echo on the connection that stays");
    assert.ok(ours.server.peers.length === 1 && ours.server.peers[0] === run.peer);
  }
}
