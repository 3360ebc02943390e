/**
 * Inbound connections: from a stream that came to its set-up, with a bound on how many are in their
 * handshakes.
 * @module
 */

import type { ListenAddress } from "../../node/address.ts";
import type { LocalNode } from "../../node/local-node.ts";
import type { ByteStream } from "../../transport.ts";
import type { EventHub } from "../events.ts";
import type { Life } from "../life.ts";
import type { ServerMetrics } from "../metrics.ts";
import type { ServerConfig } from "../options.ts";
import type { Connections } from "../set-up/connections.ts";
import type { Entry, Listeners } from "./listeners.ts";

/** What inbound connections need of their server. */
export interface InboundOptions {
  readonly config: ServerConfig;
  readonly events: EventHub;
  readonly localNode: LocalNode;
  readonly connections: Connections;
  readonly life: Life;
  readonly metrics: ServerMetrics | undefined;
}

/** Takes the inbound connections of one server. */
export class Inbound implements Entry {
  closed = false;
  readonly #options: InboundOptions;
  #listeners: Listeners | undefined;
  #pending = 0;

  constructor(options: InboundOptions) {
    this.#options = options;
  }

  /** Where it listens, with the real ports; empty before `open`. */
  get addresses(): readonly ListenAddress[] {
    return this.#listeners?.addresses ?? [];
  }

  get hasPlace(): boolean {
    return this.#pending < this.#options.config.maxPendingPeers;
  }

  /**
   * Opens all listeners, and puts them into our record. When one can't be opened, those that were are
   * closed again.
   * @throws P2PError `P2P_ERR_LISTEN_FAILED` or `P2P_ERR_NO_TRANSPORT`.
   */
  async open(): Promise<void> {
    if (this.#options.config.listen.length === 0) return;
    const { Listeners } = await import("./listeners.ts");
    this.#listeners = new Listeners({ ...this.#options, entry: this });
    await this.#listeners.open();
  }

  /** Takes a stream that came by another way than a listener; drops it when there is no room. */
  take(stream: ByteStream, scheme: string): void {
    if (this.closed || !this.hasPlace) stream.abort();
    else this.accept(stream, scheme);
  }

  accept(stream: ByteStream, scheme: string): void {
    this.#pending++;
    void this.#setUp(stream, scheme).then(() => {
      this.#pending--;
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.#listeners?.close();
  }

  /** Never rejects. */
  async #setUp(stream: ByteStream, transport: string): Promise<void> {
    const { connections, life, metrics } = this.#options;
    const trace = connections.newTracer();
    metrics?.served();
    try {
      await life.run(undefined, ({ signal }) =>
        connections.open({ stream, signal, trace, transport }),
      );
    } catch (error) {
      const { remoteAddress } = stream;
      connections.failed(error, { inbound: true, remoteAddress, trace });
    }
  }
}
