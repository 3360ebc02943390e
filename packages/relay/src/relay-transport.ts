/**
 * What `relay()` takes and gives.
 * @module
 */

import type { NodeAddress, P2PError, Protocol, ServerTransport } from "@peerkit/core";
import type { WebSocketOptions } from "@peerkit/ws";
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

/** What becomes of a relay that we stay connected to: plain, cloneable data. */
export type RelayEvent =
  /** We are reachable through it. */
  | { readonly type: "reserved"; readonly relay: string }
  /** It stops within that time; we come back to it, or to what takes its place. */
  | { readonly type: "draining"; readonly relay: string; readonly withinMs: number }
  /** We aren't reachable through it, and try again after that time. */
  | {
      readonly type: "lost";
      readonly relay: string;
      readonly code: P2PError["code"];
      /** Why, in words. */
      readonly error: string;
      readonly retryAfterMs: number;
    };

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
