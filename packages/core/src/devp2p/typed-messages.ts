/**
 * What a typed protocol is made of and what it gives, as types: messages, requests, handlers.
 * @module
 */

import type { Clock } from "../env.ts";
import type { AbortOptions } from "../transport.ts";
import type { Infer, Schema } from "../wire/schema.ts";
import type { Peer } from "./peer.ts";
import type { Protocol } from "./protocol.ts";

/** A message: its code, and the schema of its payload. */
export interface MessageSpec {
  readonly code: number;
  readonly body: Schema<unknown>;
}

/**
 * A request with its answer. Both go as a list of the request's id and the body, as in eth/66 and
 * later.
 */
export interface RequestSpec extends MessageSpec {
  readonly answer: MessageSpec;
}

/** Messages by their names. */
export type Messages = Readonly<Record<string, MessageSpec>>;
/** Requests by their names. */
export type Requests = Readonly<Record<string, RequestSpec>>;
type BodyOf<S extends MessageSpec> = Infer<S["body"]>;

/** Sends to one peer. */
export interface TypedRemote<M extends Messages, R extends Requests> {
  /** Sends a message. Settles as `writeMsg` does. */
  send<K extends keyof M & string>(name: K, body: BodyOf<M[K]>): Promise<void>;
  /**
   * Sends a request; resolves to its answer. Rejects with `P2P_ERR_REQUEST_TIMEOUT` when none came in
   * time, with the signal's reason when it is aborted first, with `P2P_ERR_CLOSED` when the peer
   * leaves, and as `writeMsg` does. An answer that comes too late is ignored.
   */
  request<K extends keyof R & string>(
    name: K,
    body: BodyOf<R[K]>,
    options?: RequestOptions,
  ): Promise<BodyOf<R[K]["answer"]>>;
}

/** How long a request waits. */
export interface RequestOptions extends AbortOptions {
  /** In ms. @default the protocol's `requestTimeout` */
  readonly timeout?: number | undefined;
}

/** What a handler gets besides the body. */
export interface TypedContext<M extends Messages, R extends Requests> {
  readonly peer: Peer;
  readonly remote: TypedRemote<M, R>;
  /** Aborted when the peer leaves. */
  readonly signal: AbortSignal;
}

/** One function for each message, and for each request one that gives the answer. */
export type TypedHandlers<M extends Messages, R extends Requests> = {
  readonly [K in keyof M]: (
    body: BodyOf<M[K]>,
    context: TypedContext<M, R>,
  ) => Promise<void> | void;
} & {
  readonly [K in keyof R]: (
    body: BodyOf<R[K]>,
    context: TypedContext<M, R>,
  ) => Promise<BodyOf<R[K]["answer"]>> | BodyOf<R[K]["answer"]>;
};

/** What a typed protocol is made of. */
export interface TypedProtocolOptions<M extends Messages, R extends Requests>
  extends Pick<Protocol, "name" | "version" | "compress" | "attributes" | "nodeInfo" | "peerInfo"> {
  /** @default none */
  readonly messages?: M;
  /** @default none */
  readonly requests?: R;
  /**
   * Called in the order in which messages come; one doesn't wait for the promise of the one before.
   * What a handler throws ends the peer, as if `run` had thrown it.
   */
  readonly handlers: TypedHandlers<M, R>;
  /** Called for each peer, beside the handlers. When it returns, the peer is left. @default stays */
  readonly run?: (context: TypedContext<M, R>) => Promise<void>;
  /** @default the highest code + 1 */
  readonly length?: number;
  /** How long a request waits for its answer, in ms. @default 10_000 */
  readonly requestTimeout?: number;
  /** @default the platform's */
  readonly clock?: Clock;
}

/** A protocol that also sends from outside its handlers. */
export interface TypedProtocol<M extends Messages, R extends Requests> extends Protocol {
  /** To send to a peer, from a button's handler say; `undefined` where it isn't running with it. */
  remote(peer: Peer): TypedRemote<M, R> | undefined;
}
