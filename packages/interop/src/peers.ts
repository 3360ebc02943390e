/**
 * The other implementations, by name.
 * @module
 */

import type { Case, PeerKind } from "./case.ts";
import { startDevp2p } from "./devp2p-process.ts";
import { startGeth } from "./geth-process.ts";
import type { PeerProcess } from "./peer-process.ts";

/** Every implementation and how its programs are started, in the order of the table. */
export const PEERS: ReadonlyMap<PeerKind, () => Promise<PeerPrograms>> = new Map([
  ["go-ethereum", () => PeerPrograms.start(startGeth)],
  ["@ethereumjs/devp2p", () => PeerPrograms.start(startDevp2p)],
]);

/**
 * Two programs of one implementation. The cases that wait have their own: a large message keeps the
 * one thread of `@ethereumjs/devp2p` busy for so long that it would miss its own pongs.
 */
export class PeerPrograms {
  readonly #busy: PeerProcess;
  readonly #quiet: PeerProcess;

  private constructor(busy: PeerProcess, quiet: PeerProcess) {
    this.#busy = busy;
    this.#quiet = quiet;
  }

  /** Starts both. Rejects as `start` does; then neither runs. */
  static async start(start: () => Promise<PeerProcess>): Promise<PeerPrograms> {
    const busy = await start();
    try {
      return new PeerPrograms(busy, await start());
    } catch (error) {
      await busy.stop();
      throw error;
    }
  }

  /** Its name and version. */
  get program(): string {
    return this.#busy.program;
  }

  /** The one that a case is run against. */
  for(each: Case): PeerProcess {
    return each.background ? this.#quiet : this.#busy;
  }

  /** Ends both. */
  async stop(): Promise<void> {
    await Promise.all([this.#busy.stop(), this.#quiet.stop()]);
  }
}
