/**
 * A node of theirs that a node of ours reaches through a relay, as a page does: it knows of nothing.
 * @module
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Peer } from "@peerkit/core";
import { Server } from "@peerkit/core";
import { relay } from "@peerkit/relay";
import type { Relay } from "@peerkit/relay/server";
import { createRelay } from "@peerkit/relay/server";
import { webSocket } from "@peerkit/ws";
import type { EthStatus } from "peerkit/protocols";
import { ethStatus } from "peerkit/protocols";
import type { Case, CaseContext } from "../case.ts";
import type { ForeignNode } from "../foreign-node.ts";
import type { Run } from "../our-node.ts";
import { OurNode } from "../our-node.ts";
import { spec, startTheirs, THEY_ECHO, WE_ECHO } from "../pair.ts";
import { makePayload } from "../payload.ts";

const SECONDS = 1_000;
const WAIT = 30 * SECONDS;
const MB = 1024 * 1024;

const onlyDialed = (_: unknown, direction: CaseContext["direction"]) =>
  direction === "we dial" ? undefined : "a node behind a relay is the one that dials";

/** The cases of this file. */
export const relayCases: readonly Case[] = [
  {
    title: "through a relay: a handshake, and who it says it is",
    timeoutMs: WAIT,
    skip: onlyDialed,
    run: shakesHands,
  },
  {
    title: "through a relay: echo of 1 MB, both ways",
    timeoutMs: 3 * WAIT,
    skip: onlyDialed,
    run: echoes,
  },
  {
    title: "through a relay: its reason for leaving arrives",
    timeoutMs: WAIT,
    skip: onlyDialed,
    run: hearsReason,
  },
  {
    title: "through a relay: its eth Status, which says which chain it has",
    timeoutMs: WAIT,
    skip: (kind, direction) =>
      kind === "go-ethereum"
        ? onlyDialed(kind, direction)
        : "its eth protocol is older than the Status of today",
    run: showsChain,
  },
  {
    title: "through a relay that doesn't name it: refused",
    timeoutMs: WAIT,
    skip: onlyDialed,
    run: isRefused,
  },
];

const ETH_NETWORK = 1337n;

async function showsChain(context: CaseContext): Promise<void> {
  const theirs = await startTheirs(context, { protocols: [], eth: true });
  const made = await startRelay(context, [theirs.enode]);
  let onStatus = (_: EthStatus): void => {};
  const seen = new Promise<EthStatus>((resolve) => {
    onStatus = resolve;
  });
  const protocols = ethStatus(onStatus);
  const server = context.keep(new Server({ protocols, transports: [webSocket(), relay()] }));
  await server.start();
  await server.connect(through(made, theirs));
  // It takes ours, which says the same as its own; else it had left.
  const { protocol, genesis } = await theirs.next("eth", { peer: server.id });
  const status = await seen;
  assert.equal(`eth/${status.version}`, protocol);
  assert.deepEqual([status.networkId, status.latestBlock], [ETH_NETWORK, 0n]);
  assert.deepEqual([status.genesis, status.latestBlockHash], [genesis, genesis]);
}

/** A node of theirs, and one of ours that reaches it through a relay only. */
interface Bridged {
  readonly theirs: ForeignNode;
  readonly ours: OurNode;
  readonly peer: Peer;
  run(protocol: string): Promise<Run>;
}

async function shakesHands(context: CaseContext): Promise<void> {
  const { theirs, peer } = await bridge(context);
  assert.equal(peer.id, theirs.id);
  assert.deepEqual([peer.path, peer.sealed, peer.transport], ["bridge", false, "via"]);
  assert.ok(peer.fullname.includes(theirs.name), peer.fullname);
}

async function echoes(context: CaseContext): Promise<void> {
  const { theirs, ours, run } = await bridge(context);
  const payload = { kind: "random", size: MB, seed: 8 } as const;
  const data = makePayload(payload);
  const { rw, messages } = await run(THEY_ECHO);
  await rw.writeMsg(3, data);
  const seen = await theirs.next("message", { protocol: THEY_ECHO, peer: ours.id }, WAIT);
  assert.equal(seen.sha256, createHash("sha256").update(data).digest("hex"));
  const echo = await messages.take((m) => m.code === 3, "our echo", WAIT);
  assert.ok(Buffer.from(data.buffer).equals(echo.payload), "our echo differs");
  const sent = await theirs.send(ours.id, WE_ECHO, 5, payload);
  const back = await theirs.next("message", { protocol: WE_ECHO, peer: ours.id }, WAIT);
  assert.deepEqual([back.code, back.sha256], [5, sent]);
}

async function hearsReason(context: CaseContext): Promise<void> {
  const { theirs, ours, peer } = await bridge(context);
  await theirs.disconnect(ours.id, 0x04);
  const { reason, remote } = await peer.closed;
  assert.deepEqual([reason, remote], [0x04, true]);
}

async function isRefused(context: CaseContext): Promise<void> {
  const theirs = await startTheirs(context, { protocols: [spec(THEY_ECHO, "theirs")] });
  const made = await startRelay(context, []);
  const ours = await startTab(context);
  await assert.rejects(ours.server.connect(through(made, theirs)), {
    code: "P2P_ERR_RELAY_NOT_ALLOWED",
  });
  assert.equal(made.stats.bridges, 0);
}

async function bridge(context: CaseContext): Promise<Bridged> {
  const protocols = [THEY_ECHO, WE_ECHO].map((id) => spec(id, "theirs"));
  const theirs = await startTheirs(context, { protocols });
  const made = await startRelay(context, [theirs.enode]);
  const ours = await startTab(context);
  const peer = await ours.server.connect(through(made, theirs));
  await theirs.next("run", { protocol: THEY_ECHO, peer: ours.id });
  return { theirs, ours, peer, run: (protocol) => ours.run(protocol, theirs.id) };
}

async function startRelay(context: CaseContext, allow: readonly string[]): Promise<Relay> {
  const made = createRelay({ allow });
  context.keep(made);
  await made.start();
  return made;
}

/** A node as a page is one: it dials relays, and nothing else. */
async function startTab(context: CaseContext): Promise<OurNode> {
  const protocols = [THEY_ECHO, WE_ECHO].map((id) => spec(id, "ours"));
  const reach = { transports: [webSocket(), relay()], listen: [] };
  return context.keep(await OurNode.start({ protocols }, reach));
}

function through(made: Relay, { enode }: ForeignNode): string {
  return `${enode.replace(/\?.*$/, "")}?via=${encodeURIComponent(made.urls[0] ?? "")}`;
}
