/**
 * What the `trace` hook tells of connections: the handshake step by step, and every frame. It
 * never carries private or ephemeral keys, nonces or derived secrets.
 * @module
 */

import type { DiscReason } from "./errors.ts";
import type { NodeAddress } from "./node/address.ts";

/** Whether we sent it or got it. */
export type Direction = "in" | "out";

/** A capability that a Hello lists. */
export interface Capability {
  readonly name: string;
  readonly version: number;
}

/** A capability that both sides have, with its place in the connection's code space. */
export interface SharedCapability extends Capability {
  /** Its first code on the wire; 0x10 for the first protocol. */
  readonly offset: number;
  /** How many codes it has. */
  readonly length: number;
}

/** A Hello, decoded. */
export interface Hello {
  /** The version of devp2p's base protocol; 5 and up means messages are compressed. */
  readonly version: number;
  readonly name: string;
  readonly caps: readonly Capability[];
  readonly listenPort: number;
  /** 64 bytes. */
  readonly publicKey: Uint8Array;
}

/** One event. `connection` numbers the connections of a server from 1; `at` is the server's clock in ms. */
export type TraceEvent = { readonly connection: number; readonly at: number } & TraceDetail;

/** What happened. */
export type TraceDetail =
  /** A dial starts. */
  | { readonly type: "dial"; readonly address: NodeAddress }
  /** The transport's stream is open; the handshake starts. */
  | { readonly type: "open"; readonly inbound: boolean; readonly remoteAddress?: string }
  /** A handshake packet was sent, or received and understood. `bytes` counts its size prefix. */
  | {
      readonly type: "handshake";
      readonly step: "auth" | "ack";
      readonly direction: Direction;
      readonly bytes: number;
      /** The RLPx version it names. */
      readonly version: number;
      /** The versions of the sealed session that it offers, or the one that it chooses. */
      readonly sealed?: readonly number[];
      /** 64 bytes, in `auth` only: the initiator's own key. */
      readonly publicKey?: Uint8Array;
    }
  | { readonly type: "hello"; readonly direction: Direction; readonly hello: Hello }
  /** What both agreed on; the protocols start. */
  | { readonly type: "capabilities"; readonly shared: readonly SharedCapability[] }
  /** A message, Hello and the other base messages among them. */
  | {
      readonly type: "frame";
      readonly direction: Direction;
      /** `p2p` for the base protocol. */
      readonly protocol: string;
      readonly version: number;
      /** Relative to the protocol. */
      readonly code: number;
      /** As it stands on the wire. */
      readonly wireCode: number;
      /** Bytes of payload before compression. */
      readonly size: number;
      /** Bytes of payload on the wire, after compression. */
      readonly wireSize: number;
      /** The message's own bytes, not a copy: don't write to it. */
      readonly payload: Uint8Array;
    }
  /** The connection ended. */
  | {
      readonly type: "close";
      readonly code: string;
      readonly message: string;
      readonly reason?: DiscReason;
      /** True when the other side gave the reason. */
      readonly remote: boolean;
    };

/** Takes the events of one connection. */
export type Tracer = (detail: TraceDetail) => void;
