/**
 * A directory in memory, for relays of one program.
 * @module
 */

import { P2PError } from "@peerkit/core";
import type { Claim, Desk, Directory, OpenDirectory } from "./directory.ts";

type OnRow = (key: string, value: Uint8Array | undefined) => void;

/** Makes a directory that the relays of this process can share. */
export function memoryDirectory(): Directory {
  const shared: Shared = { rows: new Map(), members: new Map() };
  return {
    async open(desk) {
      const member = new MemoryMember(shared, desk);
      shared.members.set(desk.name, member);
      return member;
    },
  };
}

/** What is common to all. Bounded by what the relays that are there have: each by its own options. */
interface Shared {
  readonly rows: Map<string, Row>;
  readonly members: Map<string, MemoryMember>;
}

interface Row {
  readonly value: Uint8Array;
  readonly owner: MemoryMember;
}

class MemoryMember implements OpenDirectory {
  readonly #shared: Shared;
  readonly #desk: Desk;
  readonly #watchers: { readonly word: string; readonly onRow: OnRow }[] = [];

  constructor(shared: Shared, desk: Desk) {
    this.#shared = shared;
    this.#desk = desk;
  }

  async claim(key: string, value: Uint8Array): Promise<Claim> {
    const row: Row = { value: value.slice(), owner: this };
    const write = (): void => {
      this.#shared.rows.set(key, row);
      this.#tellAll(key, row.value);
    };
    write();
    return {
      renew: async () => {
        const isFree = (this.#shared.rows.get(key) ?? row) === row;
        if (isFree) write();
        return isFree;
      },
      release: async () => {
        if (this.#shared.rows.get(key) === row) this.#remove(key);
      },
    };
  }

  async lookup(key: string): Promise<Uint8Array | undefined> {
    return this.#shared.rows.get(key)?.value;
  }

  async watch(word: string, onRow: OnRow): Promise<void> {
    const watcher = { word, onRow };
    this.#watchers.push(watcher);
    for (const [key, { value }] of this.#shared.rows) tell(watcher, key, value);
  }

  async ask(name: string, question: Uint8Array): Promise<Uint8Array> {
    await undefined; // As on a network, nothing is there at once.
    try {
      const asked = this.#shared.members.get(name);
      if (asked) return asked.#desk.answer(question);
    } catch {
      // To who asks it is the same as no answer.
    }
    throw new P2PError("the other relay doesn't answer", { code: "P2P_ERR_RELAY_DIRECTORY" });
  }

  async close(): Promise<void> {
    this.#watchers.length = 0;
    const { members, rows } = this.#shared;
    if (members.get(this.#desk.name) === this) members.delete(this.#desk.name);
    // Nobody renews them any more, and there is no clock here to forget them by.
    for (const [key, { owner }] of rows) if (owner === this) this.#remove(key);
  }

  #remove(key: string): void {
    this.#shared.rows.delete(key);
    this.#tellAll(key, undefined);
  }

  #tellAll(key: string, value: Uint8Array | undefined): void {
    for (const member of this.#shared.members.values()) {
      for (const watcher of member.#watchers) tell(watcher, key, value);
    }
  }
}

function tell(
  { word, onRow }: { readonly word: string; readonly onRow: OnRow },
  key: string,
  value: Uint8Array | undefined,
): void {
  if (key === word || key.startsWith(`${word}.`)) onRow(key, value);
}
