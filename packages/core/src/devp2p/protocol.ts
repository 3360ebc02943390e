/**
 * A sub-protocol: what an application brings.
 * @module
 */

import type { NodeAddress } from "../node/address.ts";
import type { RecordEntry } from "../node/record.ts";
import { BASE_PROTOCOL_NAME, SENTINEL } from "./base-protocol.ts";
import type { MsgReadWriter } from "./message.ts";
import type { Peer } from "./peer.ts";

/**
 * A sub-protocol, as go-ethereum's `p2p.Protocol` has it. It runs with every peer that lists the
 * same name and version.
 */
export interface Protocol {
  /** Compared byte by byte. The specification asks for at most 8 ASCII characters. */
  readonly name: string;
  readonly version: number;
  /** How many message codes it uses: 0 to `length` − 1. Both sides must have the same. */
  readonly length: number;
  /**
   * Compresses messages in sealed sessions. Only for messages that never mix a secret with text
   * that someone else can influence: their length alone gives the secret away. RLPx v5 compresses
   * in any case. @default false
   */
  readonly compress?: boolean;
  /**
   * Called once for each peer. When it returns or throws, the *whole* peer is left: `ClientQuitting`
   * when it returned, the reason of a thrown `DisconnectError`, `ProtocolError` for a message that
   * couldn't be decoded, else `SubprotocolError`. `signal` is aborted, with the `DisconnectError`
   * as its reason, when the peer leaves.
   */
  run(peer: Peer, rw: MsgReadWriter, signal: AbortSignal): Promise<void>;
  /** Entries for our own node record. A key must not be another protocol's too. @default none */
  readonly attributes?: readonly RecordEntry[] | undefined;
  /**
   * Nodes that are worth being dialed, as texts or addresses, for as long as there are. They are asked
   * for one by one when a slot for a dial is free, in turn with those of other protocols; one for each
   * name of a protocol. What can't be dialed now is skipped. @default none
   */
  readonly dialCandidates?: AsyncIterable<string | NodeAddress> | undefined;
  /** What `server.nodeInfo()` shows of it: anything that JSON can carry. */
  nodeInfo?(): unknown;
  /** What `server.peersInfo()` shows of it for a peer, by its id; `undefined` while there is nothing. */
  peerInfo?(id: string): unknown;
}

/**
 * Checks a protocol and gives it back, typed.
 * @throws TypeError or RangeError naming the field that is wrong.
 */
export function defineProtocol(protocol: Protocol): Protocol {
  const { name, version, length, run, dialCandidates } = protocol;
  if (typeof name !== "string" || name === "") {
    throw new TypeError("protocol.name: expected a string of at least one character");
  }
  if (name === BASE_PROTOCOL_NAME) {
    throw new RangeError(`protocol.name: "${name}" is the base protocol's`);
  }
  if (name === SENTINEL.name) {
    throw new RangeError(`protocol.name: "${name}" says in a Hello that a node can be sealed`);
  }
  if (!Number.isSafeInteger(version) || version < 0) {
    throw new RangeError(`protocol.version: expected an integer from 0, got ${version}`);
  }
  if (!Number.isSafeInteger(length) || length < 0 || length > MAX_LENGTH) {
    throw new RangeError(`protocol.length: expected 0 to ${MAX_LENGTH} codes, got ${length}`);
  }
  if (typeof run !== "function") throw new TypeError("protocol.run: expected a function");
  if (dialCandidates !== undefined && !(Symbol.asyncIterator in Object(dialCandidates))) {
    throw new TypeError("protocol.dialCandidates: expected an async iterable");
  }
  return protocol;
}

/** Far above what anyone uses, and small enough that offsets stay exact. */
const MAX_LENGTH = 0xff_ff_ff;
