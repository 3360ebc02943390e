/**
 * What a server remembers of other nodes: which were sealed, and which were reached. With a node
 * database it does so over restarts.
 * @module
 */

import type { Clock, Logger } from "../../env.ts";
import type { NodeDatabase } from "../../store/node-database.ts";
import type { PeerSet } from "../admission/peer-set.ts";
import type { ServerEvent } from "../events.ts";
import type { KeptPins } from "./kept-pins.ts";
import type { KnownNodes } from "./known-nodes.ts";
import { SealedPins } from "./sealed-pins.ts";

/** What remembering needs. */
export interface MemoryOptions {
  /** Our own node id. */
  readonly self: string;
  readonly peers: PeerSet;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The memory of one server. */
export class Memory {
  readonly pins = new SealedPins();
  readonly #options: MemoryOptions;
  #loaded: Promise<void> = Promise.resolve();
  #keptPins: KeptPins | undefined;
  #knownNodes: KnownNodes | undefined;

  constructor(options: MemoryOptions) {
    this.#options = options;
  }

  /** Settles as `load` does; at once where it wasn't called. */
  get loaded(): Promise<void> {
    return this.#loaded;
  }

  /**
   * Reads what the database has, if there is one, and keeps there what changes from now on. Rejects as
   * the database does.
   */
  load(database: NodeDatabase | undefined): Promise<void> {
    this.#loaded = this.#load(database);
    return this.#loaded;
  }

  /** Takes what the server tells its watchers. */
  onEvent(event: ServerEvent): void {
    this.#knownNodes?.onEvent(event);
  }

  /** Resolves when what is to be kept is, or couldn't be. Never rejects. */
  async end(): Promise<void> {
    await Promise.all([this.#knownNodes?.end(), this.#keptPins?.end()]);
  }

  /** Only who keeps a node database loads what it takes. */
  async #load(database: NodeDatabase | undefined): Promise<void> {
    if (!database) return;
    const { self: id, peers, clock, logger } = this.#options;
    const [{ KeptPins }, { KnownNodes }] = await Promise.all([
      import("./kept-pins.ts"),
      import("./known-nodes.ts"),
    ]);
    const kept = new KeptPins({ pins: this.pins, database, id, clock, logger });
    await kept.load();
    this.#keptPins = kept;
    this.#knownNodes = new KnownNodes({ database, peers, clock, logger });
  }
}
