/**
 * The settings of the WebSocket transport, the same text for Node and for a page.
 * @module
 */

import type { ByteStream, Clock, InboundInfo, Refusal } from "@peerkit/core";

/** Settings of `webSocket`. What a platform can't do it doesn't look at. */
export interface WebSocketOptions {
  /**
   * Node: a running or starting HTTP or HTTPS server to attach listeners to, each at the path of its
   * listen address. It stays yours: closing a listener doesn't close it.
   * @default each listener has its own HTTP server
   */
  readonly server?: AttachableServer;
  /**
   * Node: the origins whose pages may connect, such as `https://app.example`. Programs that send no
   * Origin header are not asked.
   * @default any
   */
  readonly origins?: readonly string[];
  /**
   * Node: ms within which a client must have sent its request, where the listener has its own HTTP
   * server.
   * @default 5000
   */
  readonly handshakeTimeout?: number;
  /**
   * Node: the largest message that a listener takes, in bytes, at least 66560; a larger one ends the
   * stream. Each connection may hold as many of a message that hasn't come whole.
   * @default 1048576
   */
  readonly maxMessageBytes?: number;
  /**
   * The sub-protocols (`Sec-WebSocket-Protocol`) that a dial offers. The listener must take one.
   * @default none
   */
  readonly offer?: readonly string[];
  /**
   * Node: who takes the WebSockets whose clients offer certain sub-protocols, in place of the
   * listener's server.
   * @default nobody
   */
  readonly takers?: readonly SubprotocolTaker[];
  /**
   * Page: how many bytes may wait unread. A page can't slow a sender down; a stream with more is
   * aborted with `P2P_ERR_INBOUND_OVERFLOW`.
   * @default 16777216
   */
  readonly maxInboundBytes?: number;
  /** For the time limit of `close()`. @default the system's */
  readonly clock?: Clock;
}

/** Takes the WebSockets of one sub-protocol. Called synchronously; must not throw. */
export interface SubprotocolTaker {
  /** The sub-protocol that it takes, and answers with. */
  readonly subprotocol: string;
  /** As in `ListenHandlers`. */
  admit(info: InboundInfo): true | Refusal;
  /** `offered` is all that the client offered, in its order. */
  onStream(stream: ByteStream, offered: readonly string[]): void;
}

/** What a listener needs of an HTTP server: Node's `http.Server` and `https.Server` fit. */
export interface AttachableServer {
  readonly listening: boolean;
  address(): { readonly port: number } | string | null;
  listenerCount(event: string): number;
  on(event: string, listener: (...details: unknown[]) => void): unknown;
  off(event: string, listener: (...details: unknown[]) => void): unknown;
}
