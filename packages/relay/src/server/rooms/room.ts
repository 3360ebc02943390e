/**
 * One room: its members, and what they don't know of each other yet.
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Clock, Peer } from "@peerkit/core";
import { bytesToHex } from "@peerkit/core";
import type { FarChange, FarMember } from "../neighbours/far-members.ts";

const TOPIC_BYTES = 16;
/** For how long changes are gathered, in ms. */
const GATHER_MS = 50;

/** Who came and who left, as keys. */
export interface RoomChange {
  readonly joined: Uint8Array[];
  readonly left: Uint8Array[];
}

/** What relays call a room among each other: the first half of its name's SHA-256, in hex. */
export function topicOf(name: string): string {
  return bytesToHex(sha256(utf8ToBytes(name)).subarray(0, TOPIC_BYTES));
}

/** A room that has members here; at other relays it may have more. */
export class Room {
  readonly name: string;
  /** What other relays know it by. */
  readonly topic: string;
  readonly #clock: Clock;
  readonly #tell: (peer: Peer, change: RoomChange) => void;
  readonly #members = new Map<string, Peer>();
  /** At other relays; one that is here too counts as here. */
  readonly #far = new Map<string, FarMember>();
  /** By node id; bounded by the rate at which each node may come and go, and gone in 50 ms. */
  readonly #joined = new Map<string, Uint8Array>();
  readonly #left = new Map<string, Uint8Array>();
  #cancel: (() => void) | undefined;

  /** `tell` brings a change to a member. */
  constructor(name: string, clock: Clock, tell: (peer: Peer, change: RoomChange) => void) {
    this.name = name;
    this.topic = topicOf(name);
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Members here. */
  get here(): number {
    return this.#members.size;
  }

  /** All members. */
  get size(): number {
    return this.#all().size;
  }

  has(peer: Peer): boolean {
    return this.#members.get(peer.id) === peer;
  }

  /** The members' keys, without one's own. */
  keysBut({ id }: Peer): Uint8Array[] {
    return [...this.#all().values()].filter((one) => one.id !== id).map((one) => one.publicKey);
  }

  /** Adds a peer; in place of another connection of the same key, if there is one. */
  add(peer: Peer): void {
    this.#members.set(peer.id, peer);
    this.#came(peer);
  }

  remove(peer: Peer): void {
    if (!this.has(peer)) return;
    this.#members.delete(peer.id);
    if (!this.#far.has(peer.id)) this.#went(peer);
  }

  /** What happened at other relays. */
  changeFar({ joined, left }: FarChange): void {
    for (const member of joined) {
      this.#far.set(member.id, member);
      if (!this.#members.has(member.id)) this.#came(member);
    }
    for (const member of left) {
      if (this.#far.delete(member.id) && !this.#members.has(member.id)) this.#went(member);
    }
  }

  close(): void {
    this.#cancel?.();
  }

  #all(): ReadonlyMap<string, FarMember> {
    return this.#far.size === 0 ? this.#members : new Map([...this.#far, ...this.#members]);
  }

  #came({ id, publicKey }: FarMember): void {
    this.#left.delete(id);
    this.#joined.set(id, publicKey);
    this.#schedule();
  }

  #went({ id, publicKey }: FarMember): void {
    this.#joined.delete(id);
    // Also where nobody was told of it: a newcomer's list may have it.
    this.#left.set(id, publicKey);
    this.#schedule();
  }

  #schedule(): void {
    this.#cancel ??= this.#clock.setTimer(GATHER_MS, () => this.#flush());
  }

  #flush(): void {
    this.#cancel = undefined;
    const joined = [...this.#joined];
    const left = [...this.#left.values()];
    this.#joined.clear();
    this.#left.clear();
    for (const [id, peer] of this.#members) {
      const news = joined.filter(([who]) => who !== id).map(([, key]) => key);
      if (news.length > 0 || left.length > 0) this.#tell(peer, { joined: news, left });
    }
  }
}
