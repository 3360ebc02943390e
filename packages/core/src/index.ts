/**
 * The public API of `@peerkit/core`.
 * @module
 */

export { simpleClientIdentity } from "./client-identity.ts";
export { generatePrivateKey, isPrivateKey, isPublicKey, publicKeyOf } from "./crypto/secp256k1.ts";
export {
  type Msg,
  type MsgReader,
  type MsgReadWriter,
  type MsgWriter,
  send,
  sendItems,
} from "./devp2p/message.ts";
export type { Peer } from "./devp2p/peer.ts";
export { defineProtocol, type Protocol } from "./devp2p/protocol.ts";
export type { PeerTraffic } from "./devp2p/traffic.ts";
export type {
  MessageSpec,
  RequestOptions,
  RequestSpec,
  TypedContext,
  TypedHandlers,
  TypedProtocol,
  TypedProtocolOptions,
  TypedRemote,
} from "./devp2p/typed-messages.ts";
export { typedProtocol } from "./devp2p/typed-protocol.ts";
export {
  type Clock,
  type Logger,
  type Random,
  silentLogger,
  systemClock,
  systemRandom,
} from "./env.ts";
export {
  DisconnectError,
  DiscReason,
  formatReason,
  P2PError,
  type P2PErrorCode,
  type P2PErrorOptions,
} from "./errors.ts";
export type { ListenAddress, NodeAddress } from "./node/address.ts";
export {
  formatListenAddress,
  formatNodeAddress,
  parseListenAddress,
  parseNodeAddress,
  parseNodeAddresses,
} from "./node/address-text.ts";
export { compareDistance, logDistance } from "./node/distance.ts";
export {
  type RecordEndpoint,
  recordAddresses,
  recordEndpoint,
  type WebSocketEndpoint,
  webSocketEndpoint,
} from "./node/endpoint.ts";
export { nodeId } from "./node/id.ts";
export { LocalNode, type LocalNodeOptions, type SequenceStore } from "./node/local-node.ts";
export {
  decodeRecord,
  formatRecord,
  type NodeRecord,
  parseRecord,
  type RecordEntry,
  recordEntry,
  signRecord,
} from "./node/record.ts";
export type { SealedMode } from "./rlpx/sealed-offer.ts";
export type { RefusalCause } from "./server/admission/door.ts";
export type { InboundLimit } from "./server/admission/options.ts";
export type { DialRefusal } from "./server/dialing/dial-events.ts";
export type { ServerEvent } from "./server/events.ts";
export type { NodeInfo, PeerInfo } from "./server/info.ts";
export type { Metrics } from "./server/metrics.ts";
export type { NodeResolver, ServerOptions } from "./server/options.ts";
export { Server } from "./server/server.ts";
export type { ServerTransport, TransportHost } from "./server/transport-host.ts";
export type {
  Capability,
  Direction,
  Hello,
  SharedCapability,
  TraceDetail,
  TraceEvent,
} from "./trace.ts";
export type {
  AbortOptions,
  BytePort,
  ByteStream,
  CloseInfo,
  CloseOptions,
  InboundInfo,
  Listener,
  ListenHandlers,
  Refusal,
  StreamPath,
  Transport,
} from "./transport.ts";
export { VERSION } from "./version.ts";
export { bytesToHex, hexToBytes } from "./wire/bytes.ts";
export { decodeRlp, encodeRlp, type RlpInput, type RlpValue } from "./wire/codec.ts";
export {
  bigint,
  bool,
  bytes,
  type Infer,
  type OptionalSchema,
  type RestSchema,
  raw,
  type Schema,
  str,
  uint,
} from "./wire/schema.ts";
export { oneOf } from "./wire/schema-choice.ts";
export { list, optional, rest, struct, tuple } from "./wire/schema-list.ts";
