/// <reference lib="esnext.disposable" preserve="true" />
/**
 * A room of a relay whose members are our peers.
 * @module
 */

import type { NodeAddress, Peer, Server } from "@peerkit/core";
import { bytesToHex } from "@peerkit/core";
import { pauseFor, sleep } from "../pauses.ts";
import { Feed } from "./feed.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Membership } from "./relay-rooms.ts";

/** A room that was joined; see `join`. */
export class Room implements AsyncIterable<Peer>, AsyncDisposable {
  readonly name: string;
  /** Our node: made for this room, and stopped by `leave`. */
  readonly server: Server;
  readonly #relay: string;
  readonly #ownKey: string;
  readonly #left = new AbortController();
  readonly #feed = new Feed<Peer>();
  readonly #seen = new WeakSet<Peer>();
  /** What ends the dialing of each member that we are to dial; bounded by the room's members. */
  readonly #dialing = new Map<string, AbortController>();
  #members: readonly Uint8Array[] = [];
  #membership: Membership | undefined;
  #gone: Promise<void> | undefined;

  /** `server` has been started. */
  constructor(name: string, server: Server, relay: string) {
    this.name = name;
    this.server = server;
    this.#relay = relay;
    this.#ownKey = bytesToHex(server.publicKey);
    void this.#watch();
  }

  /**
   * The keys of the others in the room, 64 bytes each, as the relay has them. That is its word: a peer
   * has proved its key, and `fingerprint` tells whether that is the right one.
   */
  get members(): readonly Uint8Array[] {
    return this.#members;
  }

  /** The others that we are connected to now. */
  get peers(): readonly Peer[] {
    return this.server.peers.filter(({ path }) => path === "circuit");
  }

  /** Sixty digits that are the same for us and for the peer, unless somebody stands in between. */
  fingerprint(peer: Peer): string {
    return fingerprint(this.server.publicKey, peer.publicKey);
  }

  /**
   * The peers that there are, then those that come; one that was lost and is back comes again. Ends
   * when we leave, or when the loop is left.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Peer> {
    return this.#feed.read(this.peers);
  }

  /** Leaves the room and all its peers. Idempotent. Rejects as `Server.stop` does. */
  leave(): Promise<void> {
    this.#gone ??= this.#leave();
    return this.#gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }

  /** Takes what the relay says of the room, for as long as we are in it. */
  enter(membership: Membership): void {
    this.#membership = membership;
    if (this.#left.signal.aborted) membership.leave();
  }

  /** Takes the members that there are now. */
  setMembers(members: readonly Uint8Array[]): void {
    if (this.#left.signal.aborted) return;
    this.#members = members;
    const wanted = new Map(members.map((key) => [bytesToHex(key), key]));
    for (const [name, control] of this.#dialing) {
      if (wanted.has(name)) continue;
      control.abort();
      this.#dialing.delete(name);
    }
    for (const [name, key] of wanted) {
      // One of the two dials: the one with the lower key.
      if (this.#ownKey >= name || this.#dialing.has(name)) continue;
      const control = new AbortController();
      this.#dialing.set(name, control);
      void this.#stayConnected(key, control.signal);
    }
  }

  async #leave(): Promise<void> {
    this.#left.abort();
    this.#membership?.leave();
    for (const control of this.#dialing.values()) control.abort();
    this.#feed.end();
    await this.server.stop();
  }

  async #stayConnected(publicKey: Uint8Array, signal: AbortSignal): Promise<void> {
    const address: NodeAddress = { publicKey, scheme: "tcp", via: this.#relay };
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const peer = await this.server.connect(address, { signal });
        failures = 0;
        await peer.closed;
      } catch {
        // Why is among the server's events; the next attempt may do better.
      }
      await sleep(pauseFor(failures), signal);
    }
  }

  /** Tells of new peers; looks at all of them, so that no event that is lost matters. */
  async #watch(): Promise<void> {
    for await (const _ of this.server.events({ signal: this.#left.signal })) {
      for (const peer of this.peers) {
        if (this.#seen.has(peer)) continue;
        this.#seen.add(peer);
        this.#feed.push(peer);
      }
    }
  }
}
