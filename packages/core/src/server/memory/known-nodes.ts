/**
 * Tells the node database which nodes were reached, and which couldn't be.
 * @module
 */

import type { Clock, Logger } from "../../env.ts";
import type { NodeDatabase } from "../../store/node-database.ts";
import type { PeerSet } from "../admission/peer-set.ts";
import type { ServerEvent } from "../events.ts";

/** How often those that stay connected are noted: a process that dies can't say goodbye. */
const NOTE_MS = 3_600_000;

/** What is needed for it. */
export interface KnownNodesOptions {
  readonly database: NodeDatabase;
  readonly peers: PeerSet;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The notes of one server. Nothing but `end` waits for the database. */
export class KnownNodes {
  readonly #options: KnownNodesOptions;
  #kept: Promise<unknown> = Promise.resolve();
  /** Set only while there are peers, so that it alone keeps no process alive. */
  #cancel: (() => void) | undefined;

  constructor(options: KnownNodesOptions) {
    this.#options = options;
  }

  /** Takes what the server tells its watchers. */
  onEvent(event: ServerEvent): void {
    const { database } = this.#options;
    if (event.type === "add") this.#onAdd(event.peer);
    else if (event.type === "drop") this.#keep(database.seen(event.peer));
    else if (event.type === "fail" && isNodesFailure(event)) {
      this.#keep(database.failed(event.peer));
    }
  }

  /** Resolves when all that was noted is kept, or couldn't be. */
  async end(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#kept;
  }

  #onAdd(id: string): void {
    const { database, peers } = this.#options;
    // Who dialed us has no address: its port isn't where it listens.
    const address = peers.get(id)?.address;
    this.#keep(address ? database.connected(address) : database.seen(id));
    this.#cancel ??= this.#setTimer();
  }

  #setTimer(): () => void {
    return this.#options.clock.setTimer(NOTE_MS, () => this.#noteAll());
  }

  #noteAll(): void {
    const { database, peers } = this.#options;
    for (const { id } of peers) this.#keep(database.seen(id));
    this.#cancel = peers.size > 0 ? this.#setTimer() : undefined;
  }

  #keep(work: Promise<void>): void {
    const { logger } = this.#options;
    const done = work.catch((error: unknown) => logger.warn("node database not written", error));
    this.#kept = Promise.all([this.#kept, done]);
  }
}

type Fail = Extract<ServerEvent, { type: "fail" }>;

/** A node that refused us with a reason is alive, and that we stopped is not its failure. */
function isNodesFailure(event: Fail): event is Fail & { readonly peer: string } {
  if (event.inbound || event.peer === undefined || event.reason !== undefined) return false;
  return event.code !== "P2P_ERR_NOT_RUNNING";
}
