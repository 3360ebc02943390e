/**
 * Inbound connections: the listeners, of which all are opened or none, and a bound on how many are in
 * their handshakes.
 * @module
 */

import { DiscReason, formatReason, P2PError } from "../../errors.ts";
import type { ListenAddress } from "../../node/address.ts";
import type { ByteStream, InboundInfo, Listener, Refusal } from "../../transport.ts";
import type { Door, TurnedAway } from "../admission/door.ts";
import type { EventHub } from "../events.ts";
import { refuseEvent } from "../events.ts";
import type { Life } from "../life.ts";
import type { ServerMetrics } from "../metrics.ts";
import type { ServerConfig } from "../options.ts";
import type { Connections } from "../set-up/connections.ts";
import { transportFor } from "../transports.ts";

/** What inbound connections need of their server. */
export interface InboundOptions {
  readonly config: ServerConfig;
  readonly events: EventHub;
  readonly connections: Connections;
  readonly life: Life;
  readonly metrics: ServerMetrics | undefined;
}

/** Takes the inbound connections of one server. */
export class Inbound {
  readonly #options: InboundOptions;
  readonly #listeners: Listener[] = [];
  #pending = 0;
  #closed = false;

  constructor(options: InboundOptions) {
    this.#options = options;
  }

  /** Where it listens, with the real ports; empty before `open`. */
  get addresses(): readonly ListenAddress[] {
    return this.#listeners.map((listener) => listener.address);
  }

  /**
   * Opens all listeners. When one can't be opened, those that were are closed again.
   * @throws P2PError `P2P_ERR_LISTEN_FAILED` or `P2P_ERR_NO_TRANSPORT`.
   */
  async open(): Promise<void> {
    const { listen, transports, door: rules } = this.#options.config;
    if (listen.length === 0) return;
    // Apart from what a page loads, which can't listen.
    const { Door } = await import("../admission/door.ts");
    const door = new Door(rules);
    try {
      for (const address of listen) {
        const transport = transportFor(transports, address.scheme);
        const listener = await transport.listen?.(address, {
          admit: (info) => this.#admit(door, info),
          onStream: (stream) => this.#onStream(door, stream, address.scheme),
        });
        if (!listener) {
          throw new P2PError(`the ${transport.name} transport can't listen on this platform`, {
            code: "P2P_ERR_LISTEN_FAILED",
          });
        }
        this.#listeners.push(listener);
        if (this.#closed) await listener.close(); // Stopped while it was being opened.
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Takes a stream that came by another way than a listener; drops it when there is no room. */
  take(stream: ByteStream, scheme: string): void {
    if (this.#closed || !this.#hasPlace) stream.abort();
    else this.#accept(stream, scheme);
  }

  /** Resolves when no port is held any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  #admit(door: Door, info: InboundInfo): true | Refusal {
    if (this.#closed) return QUITTING;
    const { clock } = this.#options.config;
    const answer = this.#hasPlace ? door.admit(info, clock.now()) : door.full(info);
    if (answer === true) return true;
    this.#tell(answer);
    return answer.refusal;
  }

  #onStream(door: Door, stream: ByteStream, scheme: string): void {
    // Several may have been admitted before the first of them came.
    if (this.#closed || !this.#hasPlace) {
      if (!this.#closed) this.#tell(door.full(stream));
      stream.abort();
      return;
    }
    this.#accept(stream, scheme);
  }

  #accept(stream: ByteStream, scheme: string): void {
    this.#pending++;
    void this.#setUp(stream, scheme).then(() => {
      this.#pending--;
    });
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

  #tell(turned: TurnedAway): void {
    this.#options.events.emit(refuseEvent(turned));
  }

  get #hasPlace(): boolean {
    return this.#pending < this.#options.config.maxPendingPeers;
  }
}

const QUITTING: Refusal = {
  reason: DiscReason.ClientQuitting,
  message: formatReason(DiscReason.ClientQuitting),
};
