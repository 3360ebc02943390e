/**
 * What the connections of a server need before the first of them can be set up: it is loaded when
 * the server starts, and kept for all of them.
 * @module
 */

import type { HandshakeWork } from "../../session/handshake-work.ts";
import type { ServerConfig } from "../options.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import { loadParts } from "./load-parts.ts";

/** Where the connections of one server are made. */
export class Workshop {
  readonly #config: ServerConfig;
  #work: HandshakeWork | undefined;
  #closed = false;

  constructor(config: ServerConfig) {
    this.#config = config;
  }

  /** What the arithmetic of handshakes waits its turn in; there once it is prepared. */
  get work(): HandshakeWork | undefined {
    return this.#work;
  }

  /**
   * Resolves when all is there that connections need; each waits for it.
   * @throws P2PError `P2P_ERR_NOT_LOADED` where a page can't load it; the next call tries again.
   */
  async prepare(): Promise<ConnectionParts> {
    const { sealed, maxQueuedHandshakes, handshakeWorkers, logger } = this.#config;
    const parts = await loadParts(sealed);
    if (!this.#work && !this.#closed) {
      this.#work = new parts.HandshakeWork(maxQueuedHandshakes);
      this.#work.open(handshakeWorkers, logger);
    }
    return parts;
  }

  /** Ends the work of handshakes; resolves when no thread of it is left. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#work?.close();
  }
}
