/**
 * Connections that the dialed side, or the dialing one, doesn't want.
 * @module
 */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { P2PErrorCode } from "@peerkit/core";
import { DiscReason, P2PError } from "@peerkit/core";
import type { Case, CaseContext, PeerKind } from "../case.ts";
import type { ForeignNode } from "../foreign-node.ts";
import { OurNode } from "../our-node.ts";
import { connectNodes, spec, startOurs, startTheirs, THEY_ECHO } from "../pair.ts";
import { ForeignError } from "../peer-process.ts";

const TIMEOUT = 20_000;

/** The cases of this file. */
export const admissionCases: readonly Case[] = [
  { title: "useless peer: no protocol is shared", timeoutMs: TIMEOUT, run: useless },
  { title: "too many peers", timeoutMs: TIMEOUT, run: tooMany },
  {
    title: "too many peers that dialed: the last place is for others",
    timeoutMs: TIMEOUT,
    skip: hasNoSuchRule,
    run: tooManyInbound,
  },
  {
    title: "a trusted node comes in above the limit",
    timeoutMs: TIMEOUT,
    skip: hasNoSuchRule,
    run: trusted,
  },
  {
    title: "outside the networks of the dialed side",
    timeoutMs: TIMEOUT,
    skip: hasNoSuchRule,
    run: restricted,
  },
  {
    title: "too often from one address",
    timeoutMs: TIMEOUT,
    skip: (kind, direction) =>
      direction === "we dial"
        ? "neither of them limits connections from this machine"
        : hasNoSuchRule(kind),
    run: throttled,
  },
  { title: "already connected", timeoutMs: TIMEOUT, run: alreadyConnected },
  { title: "connected to self: both have one key", timeoutMs: TIMEOUT, run: self },
  { title: "another key than the dialed one", timeoutMs: TIMEOUT, run: wrongKey },
];

async function useless(context: CaseContext): Promise<void> {
  const ours = await startOurs(context, { protocols: [spec("ours/1", "ours")] });
  const theirs = await startTheirs(context, { protocols: [spec("theirs/1", "theirs")] });
  await expectRefusal(context, ours, theirs, DiscReason.UselessPeer);
}

async function tooMany(context: CaseContext): Promise<void> {
  const protocols = (side: "ours" | "theirs") => [spec(THEY_ECHO, side)];
  const weDial = context.direction === "we dial";
  const ours = await startOurs(context, {
    protocols: protocols("ours"),
    maxPeers: weDial ? 50 : 1,
  });
  const theirs = await startTheirs(context, {
    protocols: protocols("theirs"),
    maxPeers: weDial ? 1 : 50,
  });
  const first = await startOurs(context, { protocols: protocols("ours") });
  // Ours keeps its one place for whom it dials; theirs, which doesn't dial, for who dials it.
  if (weDial) {
    await first.server.connect(theirs.enode);
    await theirs.next("run", { peer: first.id });
  } else await ours.server.connect(first.enode);
  await expectRefusal(context, ours, theirs, DiscReason.TooManyPeers);
}

async function tooManyInbound(context: CaseContext): Promise<void> {
  // Of two places one is for who dials: both divide them in the same way.
  const options = { maxPeers: 2, noDial: false };
  const ours = await startOurs(context, { protocols: [spec(THEY_ECHO, "ours")], ...options });
  const theirs = await startTheirs(context, { protocols: [spec(THEY_ECHO, "theirs")], ...options });
  const first = await startOurs(context, { protocols: [spec(THEY_ECHO, "ours")] });
  if (context.direction === "we dial") {
    await first.server.connect(theirs.enode);
    await theirs.next("run", { peer: first.id });
  } else {
    await first.server.connect(ours.enode);
    await ours.next("add");
  }
  await expectRefusal(context, ours, theirs, DiscReason.TooManyPeers);
}

async function trusted(context: CaseContext): Promise<void> {
  const weDial = context.direction === "we dial";
  const key = randomBytes(32).toString("hex");
  // The node that dials has this key; the enode of a first node with it says so to the other.
  const known = weDial
    ? await startOurs(context, { protocols: [spec(THEY_ECHO, "ours")], key })
    : await startTheirs(context, { protocols: [spec(THEY_ECHO, "theirs")], key });
  const full = { maxPeers: 0, trusted: [known.enode] };
  if (known instanceof OurNode) {
    const theirs = await startTheirs(context, { protocols: [spec(THEY_ECHO, "theirs")], ...full });
    await connectNodes(context, known, theirs, [THEY_ECHO]);
  } else {
    const ours = await startOurs(context, { protocols: [spec(THEY_ECHO, "ours")], ...full });
    const { peer } = await connectNodes(context, ours, known, [THEY_ECHO]);
    assert.equal(peer.trusted, true);
  }
}

async function restricted(context: CaseContext): Promise<void> {
  const outside = { netRestrict: "192.0.2.0/24" };
  const weDial = context.direction === "we dial";
  const ours = await startOurs(context, {
    protocols: [spec(THEY_ECHO, "ours")],
    ...(weDial ? {} : outside),
  });
  const theirs = await startTheirs(context, {
    protocols: [spec(THEY_ECHO, "theirs")],
    ...(weDial ? outside : {}),
  });
  await expectSilence(context, ours, theirs);
  if (!weDial) assert.equal((await ours.next("refuse")).cause, "restricted");
}

async function throttled(context: CaseContext): Promise<void> {
  const ours = await startOurs(context, {
    protocols: [spec(THEY_ECHO, "ours")],
    inboundLimit: { exempt: [] },
  });
  const theirs = await startTheirs(context, { protocols: [spec(THEY_ECHO, "theirs")] });
  await connectNodes(context, ours, theirs, [THEY_ECHO]);
  const second = await startTheirs(context, { protocols: [spec(THEY_ECHO, "theirs")] });
  await expectSilence(context, ours, second);
  assert.equal((await ours.next("refuse")).cause, "throttled");
}

async function alreadyConnected(context: CaseContext): Promise<void> {
  const key = randomBytes(32).toString("hex");
  const weDial = context.direction === "we dial";
  const ourTwin = { protocols: [spec(THEY_ECHO, "ours")], ...(weDial ? { key } : {}) };
  const theirTwin = { protocols: [spec(THEY_ECHO, "theirs")], ...(weDial ? {} : { key }) };
  const ours = await startOurs(context, ourTwin);
  const theirs = await startTheirs(context, theirTwin);
  const pair = await connectNodes(context, ours, theirs, [THEY_ECHO]);

  const { AlreadyConnected } = DiscReason;
  if (weDial) {
    await expectRefusal(context, await startOurs(context, ourTwin), theirs, AlreadyConnected);
  } else {
    await expectRefusal(context, ours, await startTheirs(context, theirTwin), AlreadyConnected);
  }

  // The first connection is as it was.
  const { rw, messages } = pair.run(THEY_ECHO);
  await rw.writeMsg(2, Uint8Array.of(0x05));
  await messages.take((m) => m.code === 2, "an echo on the first connection");
}

async function self(context: CaseContext): Promise<void> {
  const key = randomBytes(32).toString("hex");
  const ours = await startOurs(context, { protocols: [spec(THEY_ECHO, "ours")], key });
  const theirs = await startTheirs(context, { protocols: [spec(THEY_ECHO, "theirs")], key });
  assert.equal(ours.id, theirs.id);
  if (context.direction === "it dials us") {
    await expectRefusal(context, ours, theirs, DiscReason.Self);
    return;
  }
  // We see it by the address, so that nothing reaches the other side.
  await assert.rejects(ours.server.connect(theirs.enode), hasCode("P2P_ERR_SELF"));
}

async function wrongKey(context: CaseContext): Promise<void> {
  const ours = await startOurs(context, { protocols: [spec(THEY_ECHO, "ours")] });
  const theirs = await startTheirs(context, { protocols: [spec(THEY_ECHO, "theirs")] });
  const other = await startOurs(context, { protocols: [spec(THEY_ECHO, "ours")] });
  const withKeyOfOther = (enode: string) =>
    `${other.enode.split("@")[0]}@${enode.split("@").slice(1).join("@")}`;
  if (context.direction === "we dial") {
    await assert.rejects(ours.server.connect(withKeyOfOther(theirs.enode)), P2PError);
  } else {
    await assert.rejects(theirs.dial(withKeyOfOther(ours.enode)), ForeignError);
    assert.equal((await ours.next("fail")).code, "P2P_ERR_HANDSHAKE_DECRYPT");
  }
  // Nothing stays behind that would be in the way of the right key.
  await connectNodes(context, ours, theirs, [THEY_ECHO]);
}

function hasCode(code: P2PErrorCode): (error: unknown) => boolean {
  return (error) => P2PError.is(error) && error.code === code;
}

function hasNoSuchRule(kind: PeerKind): string | undefined {
  return kind === "go-ethereum" ? undefined : "it has no such rule";
}

/** Dials and expects an end without any reason: nothing was sent. */
async function expectSilence(
  { direction }: CaseContext,
  ours: OurNode,
  theirs: ForeignNode,
): Promise<void> {
  if (direction === "we dial") {
    const error: unknown = await ours.server.connect(theirs.enode).catch((e: unknown) => e);
    assert.ok(P2PError.is(error), `${error}`);
    assert.match(error.code, /^P2P_ERR_STREAM(_CLOSED)?$/);
    assert.equal(error.reason, undefined);
  } else {
    const error: unknown = await theirs.dial(ours.enode).catch((e: unknown) => e);
    assert.ok(error instanceof ForeignError, `${error}`);
    assert.equal(error.reason, undefined);
    assert.match(error.message, /EOF|reset/);
  }
}

/** Dials and expects to be refused, at once or right after, with this reason. */
async function expectRefusal(
  { direction }: CaseContext,
  ours: OurNode,
  theirs: ForeignNode,
  reason: number,
): Promise<void> {
  if (direction === "we dial") {
    const error: unknown = await ours.server.connect(theirs.enode).then(
      // Its refusal may come after its Hello: then it was a peer for a moment.
      async (peer) => {
        await ours.next("drop");
        return peer.closed;
      },
      (failure: unknown) => failure,
    );
    assert.ok(P2PError.is(error), `${error}`);
    assert.equal(error.reason, reason, error.message);
    assert.equal(ours.server.peerCount, 0);
  } else {
    const seen = await theirs.dial(ours.enode).then(
      () => theirs.next("drop", { peer: ours.id }),
      (error: unknown) => error as ForeignError,
    );
    assert.equal(seen.reason, reason, `${seen}`);
  }
}
