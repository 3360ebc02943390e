/**
 * What `relay()` takes and gives.
 * @module
 */

import type { NodeAddress, Protocol, ServerTransport } from "@peerkit/core";
import type { WebSocketOptions } from "@peerkit/ws";
import type { RelayEvent } from "./relay-event.ts";
import type { Membership, RoomHandlers } from "./rooms/relay-rooms.ts";

/** The options of `relay()`. All are optional. */
export interface RelayTransportOptions {
  /**
   * Relays, `enode+ws://…` or `enode+wss://…`, to stay connected to and to be reachable through.
   * @default none
   */
  readonly reserve?: readonly string[] | undefined;
  /** Streams through relays at once, both ways together. @default 64 */
  readonly maxPipes?: number | undefined;
  /** 32 bytes that both ends of a circuit must have, in place of the server's `psk`. @default none */
  readonly psk?: Uint8Array | undefined;
  /** Called with what becomes of a relay that we stay connected to; must not throw. */
  readonly onRelay?: ((event: RelayEvent) => void) | undefined;
  /** For the WebSockets of pipes. @default the transport's */
  readonly webSocket?: Pick<WebSocketOptions, "maxInboundBytes" | "clock"> | undefined;
}

/** A transport for addresses with a `via`. */
export interface RelayTransport extends ServerTransport {
  readonly protocols: readonly Protocol[];
  /** Streams through relays that are open now. */
  readonly pipes: number;
  /** Our addresses for others, `enode://<our key>?via=…`: one for each relay with a reservation. */
  readonly addresses: readonly NodeAddress[];
  /**
   * Stays connected to a relay from now on, and reachable through it. Resolves when we are, the first
   * time. Rejects with `P2P_ERR_NOT_RUNNING` before the server has started, with
   * `P2P_ERR_BAD_ADDRESS`, where it isn't allowed, and when the server stops first.
   */
  reserve(relay: string): Promise<void>;
  /**
   * Joins a room of a relay, and joins it again whenever the relay was lost. Resolves when we are in
   * it. Rejects as `reserve` does, and with the relay's no.
   */
  join(relay: string, room: string, handlers: RoomHandlers): Promise<Membership>;
}
