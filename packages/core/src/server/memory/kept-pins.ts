/**
 * Keeps over restarts which nodes were sealed. Loaded by servers that have a node database.
 * @see docs/wire/sealed.md, section 2
 * @module
 */

import type { Clock, Logger } from "../../env.ts";
import type { NodeDatabase } from "../../store/node-database.ts";
import type { SealedPins } from "./sealed-pins.ts";
import { WriteBehind } from "./write-behind.ts";

/** Between two writings: it bounds what a stranger can make us write. */
const WRITE_PAUSE_MS = 10_000;

/** What keeping needs. */
export interface KeptPinsOptions {
  readonly pins: SealedPins;
  readonly database: NodeDatabase;
  /** Our node id: several nodes may share a database. */
  readonly id: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The pins of one server, in its database. */
export class KeptPins {
  readonly #options: KeptPinsOptions;
  readonly #writer: WriteBehind;

  constructor(options: KeptPinsOptions) {
    const { pins, database, id, clock, logger } = options;
    this.#options = options;
    this.#writer = new WriteBehind({
      save: () =>
        database.storeSealedNodes(id, { dialed: pins.ids(true), inbound: pins.ids(false) }),
      onError: (error) => logger.warn("nodes that were sealed not kept", error),
      clock,
      pauseMs: WRITE_PAUSE_MS,
    });
  }

  /**
   * Reads what was kept, and keeps every change from now on. Rejects as the database does: to go on
   * without would allow what the pins forbid.
   */
  async load(): Promise<void> {
    const { pins, database, id } = this.#options;
    const kept = await database.sealedNodes(id);
    for (const node of kept?.dialed ?? []) pins.add(node, true);
    for (const node of kept?.inbound ?? []) pins.add(node, false);
    pins.onChange = () => this.#writer.changed();
  }

  /** Resolves when all is kept, or couldn't be. Never rejects. */
  end(): Promise<void> {
    return this.#writer.end();
  }
}
