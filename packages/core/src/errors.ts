/**
 * Every error that a peer or the network can cause, and the reasons a peer may be left for.
 * @module
 */

/** Why a peer was left, as devp2p's Disconnect message carries it. `Invalid` never goes on the wire. */
export const DiscReason = {
  Requested: 0x00,
  NetworkError: 0x01,
  ProtocolError: 0x02,
  UselessPeer: 0x03,
  TooManyPeers: 0x04,
  AlreadyConnected: 0x05,
  IncompatibleVersion: 0x06,
  InvalidIdentity: 0x07,
  ClientQuitting: 0x08,
  UnexpectedIdentity: 0x09,
  Self: 0x0a,
  ReadTimeout: 0x0b,
  SubprotocolError: 0x10,
  Invalid: 0xff,
} as const;

/** A reason's number. Numbers that have no name above may arrive from a peer and are kept as they are. */
export type DiscReason = number;

const REASON_TEXT: Readonly<Record<number, string>> = {
  0: "disconnect requested",
  1: "network error",
  2: "breach of protocol",
  3: "useless peer",
  4: "too many peers",
  5: "already connected",
  6: "incompatible p2p protocol version",
  7: "invalid node identity",
  8: "client quitting",
  9: "unexpected identity",
  10: "connected to self",
  11: "read timeout",
  16: "subprotocol error",
  255: "invalid disconnect reason",
};

/** A reason in words, such as `too many peers (0x04)`. */
export function formatReason(reason: DiscReason): string {
  const hex = `0x${reason.toString(16).padStart(2, "0")}`;
  return `${REASON_TEXT[reason] ?? "unknown disconnect reason"} (${hex})`;
}

/** The stable codes of {@link P2PError}. Each has a heading in `docs/errors.md`. */
export type P2PErrorCode =
  // Addresses and transports
  | "P2P_ERR_BAD_ADDRESS"
  | "P2P_ERR_BAD_RECORD"
  | "P2P_ERR_NO_TRANSPORT"
  | "P2P_ERR_MIXED_CONTENT"
  | "P2P_ERR_DIAL_FAILED"
  | "P2P_ERR_DIAL_TIMEOUT"
  | "P2P_ERR_NET_RESTRICTED"
  | "P2P_ERR_LISTEN_FAILED"
  | "P2P_ERR_STREAM"
  | "P2P_ERR_STREAM_CLOSED"
  | "P2P_ERR_INBOUND_OVERFLOW"
  // RLPx handshake and frames
  | "P2P_ERR_HANDSHAKE_TIMEOUT"
  | "P2P_ERR_HANDSHAKE_OVERLOAD"
  | "P2P_ERR_HANDSHAKE_SIZE"
  | "P2P_ERR_HANDSHAKE_DECRYPT"
  | "P2P_ERR_HANDSHAKE_FORMAT"
  | "P2P_ERR_BAD_POINT"
  | "P2P_ERR_BAD_SIGNATURE"
  | "P2P_ERR_BAD_HEADER_MAC"
  | "P2P_ERR_BAD_FRAME_MAC"
  | "P2P_ERR_BAD_FRAME"
  | "P2P_ERR_BAD_SNAPPY"
  | "P2P_ERR_MESSAGE_TOO_LARGE"
  | "P2P_ERR_OVERSIZED_MESSAGE"
  // The sealed session
  | "P2P_ERR_SEALED_OFFER"
  | "P2P_ERR_SEALED_REQUIRED"
  | "P2P_ERR_SEALED_DOWNGRADE"
  | "P2P_ERR_SEALED_HANDSHAKE"
  | "P2P_ERR_SEALED_RECORD"
  | "P2P_ERR_SEALED_CHUNK"
  | "P2P_ERR_SEALED_WINDOW"
  | "P2P_ERR_TRUNCATED"
  // devp2p
  | "P2P_ERR_BAD_HELLO"
  | "P2P_ERR_UNEXPECTED_IDENTITY"
  | "P2P_ERR_READ_TIMEOUT"
  | "P2P_ERR_WRITE_TIMEOUT"
  | "P2P_ERR_WRITE_QUEUE_FULL"
  | "P2P_ERR_BAD_MSG_CODE"
  | "P2P_ERR_PROTOCOL_STALLED"
  | "P2P_ERR_REPLACED"
  | "P2P_ERR_DISCONNECTED"
  // What a protocol's `run` meets
  | "P2P_ERR_BAD_RLP"
  | "P2P_ERR_INVALID_MSG_CODE"
  | "P2P_ERR_CLOSED"
  | "P2P_ERR_REQUEST_TIMEOUT"
  // Relays
  | "P2P_ERR_RELAY_LOST"
  | "P2P_ERR_RELAY_REFUSED"
  | "P2P_ERR_RELAY_NOT_ALLOWED"
  | "P2P_ERR_RELAY_NO_TARGET"
  | "P2P_ERR_RELAY_BUDGET"
  | "P2P_ERR_RELAY_DIAL_FAILED"
  | "P2P_ERR_RELAY_DRAINING"
  | "P2P_ERR_RELAY_DIRECTORY"
  | "P2P_ERR_PIPE_TAKEN"
  | "P2P_ERR_PIPE_EXPIRED"
  | "P2P_ERR_PIPE_NO_ANSWER"
  | "P2P_ERR_PIPE_SHAPE"
  | "P2P_ERR_PIPE_STALLED"
  | "P2P_ERR_PIPE_LIMIT"
  // Server
  | "P2P_ERR_TOO_MANY_PEERS"
  | "P2P_ERR_SELF"
  | "P2P_ERR_NOT_RUNNING"
  | "P2P_ERR_NOT_LOADED"
  | "P2P_ERR_STOP_TIMEOUT"
  // Stores and keys
  | "P2P_ERR_STORE_FAILED"
  | "P2P_ERR_STORE_CORRUPT"
  | "P2P_ERR_STORE_PERMISSIONS"
  | "P2P_ERR_BAD_KEY";

const BRAND = Symbol.for("peerkit.P2PError");

/** What a {@link P2PError} carries besides its text. */
export interface P2PErrorOptions {
  readonly code: P2PErrorCode;
  /** The reason to tell the peer, where the table in `docs/errors.md` has one. */
  readonly reason?: DiscReason;
  readonly cause?: unknown;
}

/**
 * Wrong behaviour of the network or of a peer. Match on {@link P2PError.code}, which is stable;
 * the text is for people. Wrong arguments by the caller are `TypeError` or `RangeError` instead.
 */
export class P2PError extends Error {
  readonly code: P2PErrorCode;
  /** The disconnect reason that goes with it, if one does. */
  readonly reason: DiscReason | undefined;

  constructor(message: string, options: P2PErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.reason = options.reason;
    Object.defineProperty(this, BRAND, { value: true });
  }

  override get name(): string {
    return "P2PError";
  }

  /** True for a `P2PError` of any copy of this package that is loaded. */
  static is(value: unknown): value is P2PError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

/**
 * The end of a peer. Thrown from `run`, it leaves the peer with its reason; it is also what
 * `peer.closed` resolves to and what `signal.reason` is.
 */
export class DisconnectError extends P2PError {
  /** The reason that was sent or received; `NetworkError` where none was. */
  override readonly reason: DiscReason;
  /** True when the other side sent the reason. */
  readonly remote: boolean;

  constructor(
    reason: DiscReason,
    options: {
      readonly remote?: boolean;
      readonly cause?: unknown;
      readonly message?: string;
      readonly code?: P2PErrorCode;
    } = {},
  ) {
    const remote = options.remote ?? false;
    super(options.message ?? `${remote ? "the peer left: " : ""}${formatReason(reason)}`, {
      code: options.code ?? "P2P_ERR_DISCONNECTED",
      reason,
      cause: options.cause,
    });
    this.reason = reason;
    this.remote = remote;
  }

  override get name(): string {
    return "DisconnectError";
  }
}
