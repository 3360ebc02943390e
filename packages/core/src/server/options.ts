/**
 * What a server is made of, and its defaults.
 * @module
 */

import { simpleClientIdentity } from "../client-identity.ts";
import { generatePrivateKey, isPrivateKey } from "../crypto/secp256k1.ts";
import { MAX_BASE_MESSAGE_SIZE } from "../devp2p/base-protocol.ts";
import type { Protocol } from "../devp2p/protocol.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import type { Clock, Logger, Random } from "../env.ts";
import { silentLogger, systemClock, systemRandom } from "../env.ts";
import type { ListenAddress, NodeAddress } from "../node/address.ts";
import { parseListenAddress, parseNodeAddresses } from "../node/address-text.ts";
import type { SealedMode } from "../rlpx/sealed-offer.ts";
import type { OpenSession } from "../session/open-session.ts";
import { MAX_MESSAGE_SIZE, PSK_LENGTH } from "../session/session.ts";
import type { NodeDatabase } from "../store/node-database.ts";
import type { TraceEvent } from "../trace.ts";
import type { AbortOptions } from "../transport.ts";
import { VERSION } from "../version.ts";
import { abytes } from "../wire/bytes.ts";
import type { AdmissionConfig, AdmissionOptions } from "./admission/options.ts";
import { admissionConfig } from "./admission/options.ts";
import type { Metrics } from "./metrics.ts";
import { count } from "./option-checks.ts";
import type { ServerTransport } from "./transport-host.ts";

/** A sealed session has so many channels. */
const MAX_PROTOCOLS = 128;

/** The options of a `Server`. All are optional. */
export interface ServerOptions extends AdmissionOptions {
  /** The node's identity, 32 bytes. @default a fresh one, which is gone with the server */
  readonly privateKey?: Uint8Array | undefined;
  /** The client name in our Hello, such as `simpleClientIdentity("my-p2p", "1.0")`. @default peerkit's */
  readonly name?: string | undefined;
  /**
   * Sealed sessions, which nobody in between can read: with every node that can ("prefer"), with no
   * others ("require"), or never ("off"). @default "prefer"
   */
  readonly sealed?: SealedMode | undefined;
  /** 32 bytes, unguessable, that both sides of a sealed session must have. @default none */
  readonly psk?: Uint8Array | undefined;
  /**
   * Inbound handshakes that wait for the processor at once; with one more, the one that has waited
   * longest is refused. @default `maxPendingPeers`: then the door refuses the newest before that
   */
  readonly maxQueuedHandshakes?: number | undefined;
  /**
   * Threads that do the arithmetic of handshakes, so that a flood of them holds nobody up. Each
   * takes some 15 MB and makes a single handshake a little slower. Node only: a page has none.
   * @default 0: in the server's own thread, one job between its messages
   */
  readonly handshakeWorkers?: number | undefined;
  /** What to run with each peer. @default none: then any peer is taken, whatever it speaks */
  readonly protocols?: readonly Protocol[] | undefined;
  /** The ways to reach nodes and to be reached. @default none */
  readonly transports?: readonly ServerTransport[] | undefined;
  /** Where to listen: `tcp://0.0.0.0:30303`, `ws://127.0.0.1:8545/p2p`, `:30303`. @default nowhere */
  readonly listen?: readonly string[] | undefined;
  /**
   * Nodes to stay connected to, as `addPeer` does. They take peer slots like all others.
   * @default none
   */
  readonly staticNodes?: readonly (string | NodeAddress)[] | undefined;
  /** Whether to dial neither static nodes nor `dialCandidates`; `connect` dials all the same. @default false */
  readonly noDial?: boolean | undefined;
  /** Dials of static nodes and candidates at once. @default 50 */
  readonly maxPendingDials?: number | undefined;
  /**
   * The longest pause before a static node is dialed again, in ms: it doubles up to the second with
   * each setback in a row, and a random part of it is waited for. @default 1_000
   */
  readonly redialDelay?: number | undefined;
  /**
   * The longest pause of all, in ms; also how long no node is dialed twice that refused us, or that a
   * protocol proposed. Below 35 s go-ethereum's listeners turn us away. @default 35_000
   */
  readonly maxRedialDelay?: number | undefined;
  /**
   * Looks up where a static node is now, when its address has no way to it or couldn't be reached. At
   * most every 60 s for each node, and when it finds nothing less and less often, down to once an hour.
   * It has the time of a dial. @default none
   */
  readonly resolve?: NodeResolver | undefined;
  /** Time for a transport to connect, in ms. @default 15_000 */
  readonly dialTimeout?: number | undefined;
  /** Time that `stop` gives the protocols, in ms. @default 5_000 */
  readonly stopTimeout?: number | undefined;
  /**
   * The largest message that a peer may send, in bytes before compression: who announces a larger one is
   * left with `P2P_ERR_OVERSIZED_MESSAGE`. A peer may hold up so much memory with a message that doesn't
   * come to its end; from 2048 to 16 MiB - 1. @default 16777215
   */
  readonly maxMessageBytes?: number | undefined;
  /** Unread bytes of one protocol of one peer before that peer's reading pauses. @default 16 MiB */
  readonly maxQueuedBytes?: number | undefined;
  /** Unread bytes of all peers together, in the same way. @default 256 MiB */
  readonly maxTotalQueuedBytes?: number | undefined;
  /** Whether `events()` tells of every message. @default false */
  readonly enableMsgEvents?: boolean | undefined;
  /** Called with handshake steps and every frame; must not throw. No cost when absent. */
  readonly trace?: ((event: TraceEvent) => void) | undefined;
  /** Takes metrics under go-ethereum's names. No cost when absent. @default none */
  readonly metrics?: Metrics | undefined;
  /**
   * Keeps the sequence number of our record, the nodes that were reached and those that were sealed,
   * over restarts: a `NodeDatabase` of `@peerkit/core/store`. @default none: the number starts at the time in ms
   */
  readonly nodeDatabase?: NodeDatabase | undefined;
  /** Takes what the server logs; pino and `console` fit. @default says nothing */
  readonly logger?: Logger | undefined;
  /** Time, for every limit and every ping; tests pass a fake one. @default the platform's */
  readonly clock?: Clock | undefined;
  /** Randomness, for keys and nonces; tests pass a fake one. @default the platform's */
  readonly random?: Random | undefined;
}

/** Resolves to the node's address, or to `undefined` when it isn't found. Its key must be the same. */
export type NodeResolver = (
  node: NodeAddress,
  options: AbortOptions,
) => Promise<string | NodeAddress | undefined>;

/** Under this key the test kit says how sessions are opened; no package exports it. */
export const SESSION_OPENER = Symbol("session opener");

/** Options as the test kit passes them. */
export interface TestKitOptions extends ServerOptions {
  readonly [SESSION_OPENER]?: OpenSession;
}

/** Options with every default filled in. */
export interface ServerConfig extends AdmissionConfig {
  readonly privateKey: Uint8Array;
  readonly name: string;
  readonly sealed: SealedMode;
  readonly psk: Uint8Array | undefined;
  readonly maxQueuedHandshakes: number;
  readonly handshakeWorkers: number;
  readonly protocols: readonly Protocol[];
  readonly transports: readonly ServerTransport[];
  readonly listen: readonly ListenAddress[];
  readonly staticNodes: readonly (string | NodeAddress)[];
  readonly noDial: boolean;
  readonly maxPendingDials: number;
  readonly redialDelay: number;
  readonly maxRedialDelay: number;
  readonly resolve: NodeResolver | undefined;
  readonly dialTimeout: number;
  readonly stopTimeout: number;
  readonly maxMessageBytes: number;
  readonly maxQueuedBytes: number;
  readonly maxTotalQueuedBytes: number;
  readonly enableMsgEvents: boolean;
  readonly trace: ((event: TraceEvent) => void) | undefined;
  readonly nodeDatabase: NodeDatabase | undefined;
  readonly metrics: Metrics | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Absent but in simulations. */
  readonly openSession: OpenSession | undefined;
}

/**
 * Fills in the defaults.
 * @throws TypeError or RangeError naming the option that is wrong.
 */
export function resolveOptions(options: TestKitOptions): ServerConfig {
  const random = options.random ?? systemRandom;
  const transports = options.transports ?? [];
  const protocols = allProtocols(options.protocols ?? [], transports);
  const listen = (options.listen ?? []).map(parseListenAddress);
  const admission = admissionConfig(options, listen.length > 0);
  const { maxPendingPeers } = admission;
  return {
    privateKey: privateKeyOption(options.privateKey) ?? generatePrivateKey(random),
    name: options.name ?? simpleClientIdentity("peerkit", VERSION),
    sealed: sealedOption(options.sealed),
    psk: pskOption(options.psk),
    ...admission,
    maxQueuedHandshakes: count(options.maxQueuedHandshakes, maxPendingPeers, "maxQueuedHandshakes"),
    handshakeWorkers: count(options.handshakeWorkers, 0, "handshakeWorkers"),
    protocols,
    transports,
    listen,
    staticNodes: nodes(options.staticNodes, "staticNodes"),
    noDial: options.noDial ?? false,
    maxPendingDials: count(options.maxPendingDials, 50, "maxPendingDials"),
    redialDelay: count(options.redialDelay, 1_000, "redialDelay"),
    maxRedialDelay: count(options.maxRedialDelay, 35_000, "maxRedialDelay"),
    resolve: options.resolve,
    dialTimeout: count(options.dialTimeout, 15_000, "dialTimeout"),
    stopTimeout: count(options.stopTimeout, 5_000, "stopTimeout"),
    maxMessageBytes: messageSize(options.maxMessageBytes),
    maxQueuedBytes: count(options.maxQueuedBytes, 16_777_216, "maxQueuedBytes"),
    maxTotalQueuedBytes: count(options.maxTotalQueuedBytes, 268_435_456, "maxTotalQueuedBytes"),
    enableMsgEvents: options.enableMsgEvents ?? false,
    trace: options.trace,
    nodeDatabase: options.nodeDatabase,
    metrics: options.metrics,
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
    random,
    openSession: options[SESSION_OPENER],
  };
}

/** The application's, and those that transports bring. */
function allProtocols(
  own: readonly Protocol[],
  transports: readonly ServerTransport[],
): readonly Protocol[] {
  const brought = transports.flatMap((transport) => transport.protocols ?? []);
  const protocols = [...own, ...brought].map(defineProtocol);
  const seen = new Set<string>();
  for (const { name, version } of protocols) {
    const key = `${name}/${version}`;
    if (seen.has(key)) throw new RangeError(`protocols: ${key} is there twice`);
    seen.add(key);
  }
  if (seen.size <= MAX_PROTOCOLS) return protocols;
  throw new RangeError(`protocols: expected at most ${MAX_PROTOCOLS}, got ${seen.size}`);
}

function privateKeyOption(key: Uint8Array | undefined): Uint8Array | undefined {
  if (key === undefined) return undefined;
  if (!(key instanceof Uint8Array)) throw new TypeError("privateKey: expected a Uint8Array");
  if (!isPrivateKey(key)) {
    throw new RangeError("privateKey: expected 32 bytes from 1 to the curve's order - 1");
  }
  return key.slice();
}

function sealedOption(mode: SealedMode = "prefer"): SealedMode {
  if (mode === "prefer" || mode === "require" || mode === "off") return mode;
  throw new RangeError(`sealed: expected "prefer", "require" or "off", got ${String(mode)}`);
}

function pskOption(psk: Uint8Array | undefined): Uint8Array | undefined {
  return psk === undefined ? undefined : abytes(psk, PSK_LENGTH, "psk").slice();
}

function messageSize(bytes = MAX_MESSAGE_SIZE): number {
  if (bytes <= MAX_MESSAGE_SIZE) {
    return count(bytes, MAX_MESSAGE_SIZE, "maxMessageBytes", MAX_BASE_MESSAGE_SIZE);
  }
  throw new RangeError(`maxMessageBytes: expected at most ${MAX_MESSAGE_SIZE}, got ${bytes}`);
}

/** Checks them before they are needed. */
function nodes(
  list: readonly (string | NodeAddress)[] = [],
  title: string,
): readonly (string | NodeAddress)[] {
  for (const [i, node] of list.entries()) {
    if (typeof node === "string") parseNodeAddresses(node);
    else abytes(node?.publicKey, 64, `${title}[${i}].publicKey`);
  }
  return [...list];
}
