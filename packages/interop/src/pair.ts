/**
 * A connection between one node of each side: what most cases begin with.
 * @module
 */

import type { Peer } from "@peerkit/core";
import type { CaseContext } from "./case.ts";
import type { NodeOptions, ProtocolSpec } from "./foreign-node.ts";
import { ForeignNode } from "./foreign-node.ts";
import type { Run } from "./our-node.ts";
import { OurNode } from "./our-node.ts";

/** A protocol of which the other side echoes. */
export const THEY_ECHO = "echo/1";
/** A protocol of which our side echoes. */
export const WE_ECHO = "mirror/1";

/** How long a protocol of the cases is, where it doesn't matter. */
const LENGTH = 16;

/** One node of each side, connected. */
export interface Pair {
  readonly ours: OurNode;
  readonly theirs: ForeignNode;
  /** Their node, as our server has it. */
  readonly peer: Peer;
  /** The call of our protocol's `run`. */
  run(protocol: string): Run;
}

/** A protocol for one side: `side` says whose it is. */
export function spec(id: string, side: "ours" | "theirs", length: number = LENGTH): ProtocolSpec {
  const [name = "", version] = id.split("/");
  const echo = id === (side === "ours" ? WE_ECHO : THEY_ECHO);
  return { name, version: Number(version), length, echo };
}

/** Starts a node of ours for this case. */
export async function startOurs(
  context: CaseContext,
  options: Parameters<typeof OurNode.start>[0],
): Promise<OurNode> {
  return context.keep(await OurNode.start(options));
}

/** Starts a node of theirs for this case. */
export async function startTheirs(
  context: CaseContext,
  options: NodeOptions & { readonly noDial?: boolean },
): Promise<ForeignNode> {
  return context.keep(await ForeignNode.start(context.process, options));
}

/** Starts a node on each side and connects them, dialing in the case's direction. */
export async function connectPair(
  context: CaseContext,
  protocols: readonly string[] = [THEY_ECHO, WE_ECHO],
  length?: number,
): Promise<Pair> {
  const ours = await startOurs(context, {
    protocols: protocols.map((id) => spec(id, "ours", length)),
  });
  const theirs = await startTheirs(context, {
    protocols: protocols.map((id) => spec(id, "theirs", length)),
  });
  return connectNodes(context, ours, theirs, protocols);
}

/** Connects two nodes and waits until every one of these protocols runs on both sides. */
export async function connectNodes(
  context: CaseContext,
  ours: OurNode,
  theirs: ForeignNode,
  protocols: readonly string[],
): Promise<Pair> {
  if (context.direction === "we dial") await ours.server.connect(theirs.enode);
  else await theirs.dial(ours.enode);
  const runs = new Map<string, Run>();
  for (const protocol of protocols) {
    runs.set(protocol, await ours.run(protocol, theirs.id));
    await theirs.next("run", { protocol, peer: ours.id });
  }
  const [first] = runs.values();
  if (first === undefined) throw new Error("a pair needs a protocol");
  return {
    ours,
    theirs,
    peer: first.peer,
    run(protocol) {
      const run = runs.get(protocol);
      if (run === undefined) throw new Error(`${protocol} isn't running`);
      return run;
    },
  };
}
