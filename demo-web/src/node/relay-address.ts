/**
 * Keeps the server's static node the relay that serves this page, wherever and whoever that is now.
 * @module
 */

import type { NodeAddress, Server } from "@peerkit/core";
import { formatNodeAddress, parseNodeAddress } from "@peerkit/core";
import type { RelayInfo } from "./relay-info.ts";
import { fetchRelayInfo } from "./relay-info.ts";

/** The pause before the origin is asked again that didn't say where its relay is, before it is spread. */
const PAUSE_MS = 4_000;

/** The same pause while a relay that was known is away. */
const CHECK_PAUSE_MS = 2_000;

/** What is told of it. */
export interface RelayAddressOptions {
  readonly server: Pick<Server, "addPeer" | "removePeer" | "redial">;
  /** Called before the relay is dialed for the first time, and when it is another one. */
  readonly onRelay: (address: NodeAddress, info: RelayInfo) => void;
  /** Called when the origin doesn't say where its relay is; it is asked again after `pauseMs`. */
  readonly onFailure: (error: unknown, pauseMs: number) => void;
}

/** The relay's address. */
export class RelayAddress {
  readonly #options: RelayAddressOptions;
  #kept: NodeAddress | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;

  constructor(options: RelayAddressOptions) {
    this.#options = options;
  }

  /** Asks until the address is known. */
  async find(): Promise<void> {
    if (this.#asking) return;
    clearTimeout(this.#timer);
    try {
      await this.#ask();
    } catch (error) {
      const pauseMs = spread(PAUSE_MS);
      this.#options.onFailure(error, pauseMs);
      this.#timer = setTimeout(() => void this.find(), pauseMs);
    }
  }

  /**
   * The relay isn’t connected: asks once more, since one that was set up again has another key. Where
   * nobody answers it asks until somebody does, and has the server dial at once then.
   */
  async check(again = false): Promise<void> {
    if (this.#asking) return;
    this.rest();
    try {
      await this.#ask();
      if (again) this.#options.server.redial();
    } catch {
      this.#timer = setTimeout(() => void this.check(true), spread(CHECK_PAUSE_MS));
    }
  }

  /** The relay is connected: asks no more. */
  rest(): void {
    clearTimeout(this.#timer);
  }

  /** True while nobody could be dialed, since the address isn't known. */
  get unknown(): boolean {
    return this.#kept === undefined;
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      const info = await fetchRelayInfo();
      this.#keep(parseNodeAddress(info.address), info);
    } finally {
      this.#asking = false;
    }
  }

  #keep(address: NodeAddress, info: RelayInfo): void {
    const { server, onRelay } = this.#options;
    const before = this.#kept;
    if (before && formatNodeAddress(before) === formatNodeAddress(address)) return;
    this.#kept = address;
    if (before) void server.removePeer(before);
    onRelay(address, info);
    server.addPeer(address);
  }
}

function spread(ms: number): number {
  return Math.round(ms * (0.5 + Math.random()));
}
