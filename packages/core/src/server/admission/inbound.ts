/**
 * The listeners of a server: opening them all or none, and bounding what is in its handshake.
 * @module
 */

import type { Clock } from "../../env.ts";
import { DiscReason, formatReason, P2PError } from "../../errors.ts";
import type { ListenAddress, NodeAddress } from "../../node/address.ts";
import type { ByteStream, InboundInfo, Listener, Refusal, Transport } from "../../transport.ts";
import type { Door, DoorRules, TurnedAway } from "./door.ts";

/** What listening needs. */
export interface InboundOptions {
  readonly transports: readonly Transport[];
  readonly listen: readonly ListenAddress[];
  readonly maxPending: number;
  readonly door: DoorRules;
  readonly clock: Clock;
  /** Told of each connection that is turned away at the door. */
  readonly onTurnedAway: (turned: TurnedAway) => void;
  /** Takes a stream, which came by that scheme, through its set-up. Settles when that is over; never rejects. */
  readonly accept: (stream: ByteStream, scheme: string) => Promise<void>;
}

/** All listeners of one server. */
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
    const { listen, transports, door: rules } = this.#options;
    if (listen.length === 0) return;
    // Apart from what a page loads, which can't listen.
    const { Door } = await import("./door.ts");
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

  /** Resolves when no port is held any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  #admit(door: Door, info: InboundInfo): true | Refusal {
    if (this.#closed) return QUITTING;
    const answer = this.#hasPlace ? door.admit(info, this.#options.clock.now()) : door.full(info);
    if (answer === true) return true;
    this.#options.onTurnedAway(answer);
    return answer.refusal;
  }

  #onStream(door: Door, stream: ByteStream, scheme: string): void {
    // Several may have been admitted before the first of them came.
    if (this.#closed || !this.#hasPlace) {
      if (!this.#closed) this.#options.onTurnedAway(door.full(stream));
      stream.abort();
      return;
    }
    this.#pending++;
    void this.#options.accept(stream, scheme).then(() => {
      this.#pending--;
    });
  }

  get #hasPlace(): boolean {
    return this.#pending < this.#options.maxPending;
  }
}

const QUITTING: Refusal = {
  reason: DiscReason.ClientQuitting,
  message: formatReason(DiscReason.ClientQuitting),
};

/**
 * The transport for a scheme.
 * @throws P2PError `P2P_ERR_NO_TRANSPORT`, naming those there are.
 */
export function transportFor(transports: readonly Transport[], scheme: string): Transport {
  const found = transports.find((transport) => transport.schemes.includes(scheme));
  if (found) return found;
  const names = transports.map((transport) => transport.name).join(", ") || "none";
  throw new P2PError(
    `no transport for ${scheme}: pass one in the option "transports", which has ${names}`,
    { code: "P2P_ERR_NO_TRANSPORT" },
  );
}

/** What a dialer would use: `ip`, or without it this machine, where we listen on all interfaces. */
export function dialable(address: ListenAddress, publicKey: Uint8Array, ip?: string): NodeAddress {
  const { scheme, port, path } = address;
  const loopback = LOOPBACK[address.host];
  const host = loopback === undefined ? address.host : (ip ?? loopback);
  return { publicKey, scheme, host, port, ...(path !== undefined && { path }) };
}

/** "All interfaces" is no address to dial. */
const LOOPBACK: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
