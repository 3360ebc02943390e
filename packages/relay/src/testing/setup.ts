/**
 * What the suite asks of those who run it, and what its cases stand on.
 * @module
 */

import assert from "node:assert/strict";
import { P2PError } from "@peerkit/core";
import type { ContractCase } from "@peerkit/core/testing";
import type { Directory, OpenDirectory } from "../server/neighbours/directory.ts";

/** A directory under test without a row in it. */
export interface DirectorySetup {
  readonly directory: Directory;
  cleanup?(): Promise<void>;
}

/** Opens the directory for one relay more. */
export type Open = (
  name: string,
  answer?: (question: Uint8Array) => Uint8Array,
) => Promise<OpenDirectory>;

/** A case whose members are closed behind it. */
export function membersCase(
  name: string,
  run: (open: Open) => Promise<void>,
): ContractCase<DirectorySetup> {
  return [
    name,
    async ({ directory }) => {
      const members: OpenDirectory[] = [];
      const open: Open = async (memberName, answer = (question) => question) => {
        const member = await directory.open({ name: memberName, answer, onLoss() {} });
        members.push(member);
        return member;
      };
      try {
        await run(open);
      } finally {
        await Promise.all(members.map((member) => member.close()));
      }
    },
  ];
}

/** What a watch was told, as `key=value` or `key gone`. */
export class Told {
  readonly all: string[] = [];
  #wake = (): void => {};

  readonly onRow = (key: string, value: Uint8Array | undefined): void => {
    this.all.push(value ? `${key}=${textOf(value)}` : `${key} gone`);
    this.#wake();
  };

  /** Resolves when this was told so often, or is already. */
  async until(line: string, times = 1): Promise<void> {
    while (this.all.filter((each) => each === line).length < times) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Fails unless it rejects as directories do. */
export async function rejects(promise: Promise<unknown>): Promise<void> {
  await assert.rejects(
    promise,
    (error) => P2PError.is(error) && error.code === "P2P_ERR_RELAY_DIRECTORY",
  );
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(value: Uint8Array | undefined): string | undefined {
  return value && new TextDecoder().decode(value);
}
