/**
 * What a case is, what it is given, and how it is run.
 * @module
 */

import type { ForeignNode } from "./foreign-node.ts";
import type { OurNode } from "./our-node.ts";
import type { PeerProcess } from "./peer-process.ts";

/** Who is on the other side. */
export type PeerKind = "go-ethereum" | "@ethereumjs/devp2p";

/** Who opens the connection. */
export type Direction = "we dial" | "it dials us";

/** Both, in the order of the table. */
export const DIRECTIONS: readonly Direction[] = ["we dial", "it dials us"];

/** What a case is given. */
export interface CaseContext {
  readonly kind: PeerKind;
  readonly direction: Direction;
  readonly process: PeerProcess;
  /** Has a node stopped when the case is over. */
  keep<T extends ForeignNode | OurNode>(node: T): T;
}

/** One thing to show against one peer in one direction. */
export interface Case {
  readonly title: string;
  /** The longest it may take, in ms. */
  readonly timeoutMs: number;
  /** True for a case that mostly waits: it runs beside the others. */
  readonly background?: boolean;
  /** Why the peer can't do it in a direction, or undefined. */
  skip?(kind: PeerKind, direction: Direction): string | undefined;
  /** Rejects where something is not as it should be. */
  run(context: CaseContext): Promise<void>;
}

/** How a case went. */
export interface CaseResult {
  readonly kind: PeerKind;
  readonly direction: Direction;
  readonly title: string;
  readonly result: "passed" | "failed" | "skipped";
  readonly ms: number;
  /** Why it was skipped. */
  readonly note?: string;
  /** Why it failed. */
  readonly error?: unknown;
}

/** The longest that stopping a case's nodes may take, in ms. */
const CLEANUP_TIMEOUT = 10_000;

/** Runs one case and stops its nodes. Never rejects, and never takes longer than its time and 10 s. */
export async function runCase(
  each: Case,
  kind: PeerKind,
  direction: Direction,
  process: PeerProcess,
): Promise<CaseResult> {
  const row = { kind, direction, title: each.title };
  const note = each.skip?.(kind, direction);
  if (note !== undefined) return { ...row, result: "skipped", ms: 0, note };
  const nodes: (ForeignNode | OurNode)[] = [];
  const context: CaseContext = {
    kind,
    direction,
    process,
    keep(node) {
      nodes.push(node);
      return node;
    },
  };
  const begin = performance.now();
  const elapsed = () => Math.round(performance.now() - begin);
  try {
    await within(each.timeoutMs, each.run(context), "the case");
    const ms = elapsed();
    await stopAll(nodes);
    return { ...row, result: "passed", ms };
  } catch (error) {
    const ms = elapsed();
    await stopAll(nodes).catch(() => {});
    return { ...row, result: "failed", ms, error };
  }
}

async function stopAll(nodes: readonly (ForeignNode | OurNode)[]): Promise<void> {
  const stopping = Promise.all(nodes.map((node) => node.stop()));
  await within(CLEANUP_TIMEOUT, stopping, "stopping its nodes");
}

async function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
