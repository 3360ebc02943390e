/**
 * Message codes at the places where their encoding changes.
 * @module
 */

import assert from "node:assert/strict";
import type { Case, CaseContext } from "../case.ts";
import { connectPair, THEY_ECHO, WE_ECHO } from "../pair.ts";

/** Where the first protocol's codes begin on the wire. */
const OFFSET = 0x10;
const LENGTH = 0x100;
const ONE_BYTE_MAX = 0x7f;

/** The cases of this file. */
export const codeCases: readonly Case[] = [0x10, 0x7f, 0x80, 0xff, 0x100].map((wire) => ({
  title: `code 0x${wire.toString(16)} on the wire, both ways`,
  timeoutMs: 20_000,
  skip: (kind) =>
    kind === "@ethereumjs/devp2p" && wire > ONE_BYTE_MAX
      ? "it reads one byte of a code: 0x80 and more become others without a word"
      : undefined,
  run: (context) => carries(context, wire),
}));

async function carries(context: CaseContext, wire: number): Promise<void> {
  const code = wire - OFFSET;
  const payload = { kind: "random", size: 33, seed: wire } as const;

  // One protocol at a time: each is the first then.
  const there = await connectPair(context, [THEY_ECHO], LENGTH);
  const run = there.run(THEY_ECHO);
  await run.rw.writeMsg(code, Uint8Array.of(0xc1, 0x05));
  assert.equal((await there.theirs.next("message", { peer: there.ours.id })).code, code);
  const echo = await run.messages.take(() => true, "our echo");
  assert.deepEqual([echo.code, [...echo.payload]], [code, [0xc1, 0x05]]);

  const back = await connectPair(context, [WE_ECHO], LENGTH);
  const sent = await back.theirs.send(back.ours.id, WE_ECHO, code, payload);
  const seen = await back.theirs.next("message", { peer: back.ours.id });
  assert.deepEqual([seen.code, seen.sha256], [code, sent]);
}
