/**
 * The listeners of a server: all are opened, or none, and each connection is asked at the door. Loaded by
 * who listens, which a page can't.
 * @module
 */

import { DiscReason, formatReason, P2PError } from "../../errors.ts";
import type { ListenAddress } from "../../node/address.ts";
import type { LocalNode } from "../../node/local-node.ts";
import type { ByteStream, InboundInfo, Listener, Refusal } from "../../transport.ts";
import type { TurnedAway } from "../admission/door.ts";
import { Door } from "../admission/door.ts";
import type { EventHub } from "../events.ts";
import type { ServerConfig } from "../options.ts";
import { transportFor } from "../transports.ts";
import { announce } from "./announce.ts";

/** Where what comes is taken. */
export interface Entry {
  /** Set when nobody comes in any more. */
  readonly closed: boolean;
  /** Whether one more may be in its handshake. */
  readonly hasPlace: boolean;
  /** Takes a stream, which came by that scheme, through its set-up. */
  accept(stream: ByteStream, scheme: string): void;
  /** Resolves when no port is held any more. */
  close(): Promise<void>;
}

/** What listening needs. */
export interface ListenersOptions {
  readonly config: ServerConfig;
  readonly events: EventHub;
  /** Its record says where we listen. */
  readonly localNode: LocalNode;
  readonly entry: Entry;
}

/** All listeners of one server. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #door: Door;
  readonly #opened: Listener[] = [];

  constructor(options: ListenersOptions) {
    this.#options = options;
    this.#door = new Door(options.config.door);
  }

  /** Where they listen, with the real ports. */
  get addresses(): readonly ListenAddress[] {
    return this.#opened.map((listener) => listener.address);
  }

  /**
   * Opens all, and puts them into our record. When one can't be opened, the entry is closed.
   * @throws P2PError `P2P_ERR_LISTEN_FAILED` or `P2P_ERR_NO_TRANSPORT`.
   */
  async open(): Promise<void> {
    const { config, localNode, entry } = this.#options;
    try {
      for (const address of config.listen) {
        const listener = await this.#open(address);
        this.#opened.push(listener);
        if (entry.closed) await listener.close(); // Stopped while it was being opened.
      }
    } catch (error) {
      await entry.close();
      throw error;
    }
    announce(localNode, this.addresses);
  }

  /** Resolves when no port is held any more. */
  async close(): Promise<void> {
    await Promise.all(this.#opened.map((listener) => listener.close()));
  }

  async #open(address: ListenAddress): Promise<Listener> {
    const transport = transportFor(this.#options.config.transports, address.scheme);
    const listener = await transport.listen?.(address, {
      admit: (info) => this.#admit(info),
      onStream: (stream) => this.#onStream(stream, address.scheme),
    });
    if (listener) return listener;
    throw new P2PError(`the ${transport.name} transport can't listen on this platform`, {
      code: "P2P_ERR_LISTEN_FAILED",
    });
  }

  #admit(info: InboundInfo): true | Refusal {
    const { config, entry } = this.#options;
    if (entry.closed) return QUITTING;
    const answer = entry.hasPlace
      ? this.#door.admit(info, config.clock.now())
      : this.#door.full(info);
    if (answer === true) return true;
    this.#tell(answer);
    return answer.refusal;
  }

  #onStream(stream: ByteStream, scheme: string): void {
    const { entry } = this.#options;
    // Several may have been admitted before the first of them came.
    if (entry.closed || !entry.hasPlace) {
      if (!entry.closed) this.#tell(this.#door.full(stream));
      stream.abort();
      return;
    }
    entry.accept(stream, scheme);
  }

  #tell({ cause, refusal, remoteAddress }: TurnedAway): void {
    const { message: error, retryAfterMs } = refusal;
    this.#options.events.emit({ type: "refuse", cause, error, remoteAddress, retryAfterMs });
  }
}

const QUITTING: Refusal = {
  reason: DiscReason.ClientQuitting,
  message: formatReason(DiscReason.ClientQuitting),
};
