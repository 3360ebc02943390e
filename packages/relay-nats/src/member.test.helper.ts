/**
 * Relays' members of a directory, for tests.
 * @module
 */

import type { OpenDirectory } from "@peerkit/relay/server";
import { onTestFinished, vi } from "vitest";
import type { NatsDirectoryOptions } from "./nats-directory.ts";
import { natsDirectory } from "./nats-directory.ts";

/** Above what a reconnection takes, with the pauses between its attempts. */
const PATIENCE_MS = 60_000;

/** A member, and what it was told. */
export interface TestMember {
  readonly member: OpenDirectory;
  /** How often it was told that rows may be lost. */
  losses(): number;
}

/** Opens the directory as a relay that answers with what it was asked. Closed after the test. */
export async function openMember(name: string, options: NatsDirectoryOptions): Promise<TestMember> {
  let losses = 0;
  const member = await natsDirectory(options).open({
    name,
    answer: (question) => question,
    onLoss() {
      losses += 1;
    },
  });
  onTestFinished(() => member.close());
  return { member, losses: () => losses };
}

/** What a watch was told, as `key=value` or `key gone`. */
export class Told {
  readonly all: string[] = [];

  readonly onRow = (key: string, value: Uint8Array | undefined): void => {
    this.all.push(value ? `${key}=${text(value)}` : `${key} gone`);
  };
}

/** Resolves when it holds, with what it gives; it is tried again until then. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: PATIENCE_MS, interval: 20 });
}

export function bytes(of: string): Uint8Array {
  return new TextEncoder().encode(of);
}

export function text(value: Uint8Array | undefined): string | undefined {
  return value && new TextDecoder().decode(value);
}
