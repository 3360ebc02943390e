/**
 * Messages of every size, there and back, byte for byte.
 * @module
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { P2PError } from "@peerkit/core";
import type { Case, CaseContext } from "../case.ts";
import { connectPair, THEY_ECHO, WE_ECHO } from "../pair.ts";
import type { Payload } from "../payload.ts";
import { makePayload } from "../payload.ts";

const SECONDS = 1000;
const KB = 1024;
const MB = 1024 * 1024;
/** How long one large message may take, in ms: `@ethereumjs/devp2p` joins what it has at each chunk. */
const WAIT = 150 * SECONDS;
/** The largest message there is, in bytes. */
const MAX = 16 * MB - 1;

const SIZES: readonly [title: string, payload: Payload][] = [
  ["0 B", { kind: "zero", size: 0, seed: 1 }],
  ["1 B", { kind: "random", size: 1, seed: 2 }],
  ["1 KB", { kind: "random", size: KB, seed: 3 }],
  ["64 KB", { kind: "random", size: 64 * KB, seed: 4 }],
  ["1 MB", { kind: "random", size: MB, seed: 5 }],
  ["1 MB of text", { kind: "text", size: MB, seed: 0 }],
  ["16 MiB − 1 of zeros", { kind: "zero", size: MAX, seed: 0 }],
  ["16 MiB − 1 of text", { kind: "text", size: MAX, seed: 0 }],
  // Snappy adds 3 bytes to every 64 KB that it can't compress, and a frame has a 24-bit size.
  ["16,776,000 B, random", { kind: "random", size: 16_776_000, seed: 6 }],
];

/** The cases of this file. */
export const payloadCases: readonly Case[] = [
  ...SIZES.map(([title, payload]) => ({
    title: `echo of ${title}, both ways`,
    timeoutMs: payload.size > MB ? 3 * WAIT : WAIT,
    run: (context: CaseContext) => echoes(context, payload),
  })),
  {
    title: "16 MiB − 1 of random bytes are refused, the connection lives",
    timeoutMs: 30 * SECONDS,
    run: refusesTooLarge,
  },
];

async function echoes(context: CaseContext, payload: Payload): Promise<void> {
  const pair = await connectPair(context);
  const { ours, theirs } = pair;
  const data = makePayload(payload);
  const run = pair.run(THEY_ECHO);
  await run.rw.writeMsg(3, data);
  const seen = await theirs.next("message", { protocol: THEY_ECHO, peer: ours.id }, WAIT);
  assert.equal(seen.sha256, createHash("sha256").update(data).digest("hex"));
  const echo = await run.messages.take((m) => m.code === 3, "our echo", WAIT);
  assert.equal(echo.size, payload.size);
  assert.ok(Buffer.from(data.buffer).equals(echo.payload), "our echo differs");

  const sent = await theirs.send(ours.id, WE_ECHO, 5, payload);
  const back = await theirs.next("message", { protocol: WE_ECHO, peer: ours.id }, WAIT);
  assert.deepEqual([back.code, back.size, back.sha256], [5, payload.size, sent]);
}

async function refusesTooLarge(context: CaseContext): Promise<void> {
  const pair = await connectPair(context);
  const { rw, messages } = pair.run(THEY_ECHO);
  for (const data of [
    makePayload({ kind: "random", size: MAX, seed: 7 }),
    new Uint8Array(MAX + 1),
  ]) {
    await assert.rejects(rw.writeMsg(0, data), (error) => {
      assert.ok(P2PError.is(error));
      assert.equal(error.code, "P2P_ERR_MESSAGE_TOO_LARGE");
      return true;
    });
  }
  await rw.writeMsg(1, Uint8Array.of(0xc0));
  const echo = await messages.take(() => true, "an echo after the refusal");
  assert.deepEqual([echo.code, echo.size], [1, 1]);
}
