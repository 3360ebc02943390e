/**
 * What a server is made of, and its defaults.
 * @module
 */

import { simpleClientIdentity } from "../client-identity.ts";
import { generatePrivateKey, isPrivateKey } from "../crypto/secp256k1.ts";
import type { Protocol } from "../devp2p/protocol.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import type { Clock, Logger, Random } from "../env.ts";
import { silentLogger, systemClock, systemRandom } from "../env.ts";
import type { ListenAddress } from "../node/address.ts";
import { parseListenAddress } from "../node/address.ts";
import type { SealedMode } from "../rlpx/sealed-offer.ts";
import type { OpenSession } from "../session/open-session.ts";
import { PSK_LENGTH } from "../session/session.ts";
import type { NodeDatabase } from "../store/node-database.ts";
import type { TraceEvent } from "../trace.ts";
import type { Transport } from "../transport.ts";
import { VERSION } from "../version.ts";
import { abytes } from "../wire/bytes.ts";
import type { Metrics } from "./metrics.ts";

/** A sealed session has so many channels. */
const MAX_PROTOCOLS = 128;

/** The options of a `Server`. All are optional. */
export interface ServerOptions {
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
  /** Connected peers at once. @default 50 */
  readonly maxPeers?: number | undefined;
  /** Inbound connections that are still in their handshakes at once. @default 50 */
  readonly maxPendingPeers?: number | undefined;
  /** What to run with each peer. @default none: then any peer is taken, whatever it speaks */
  readonly protocols?: readonly Protocol[] | undefined;
  /** The ways to reach nodes and to be reached. @default none */
  readonly transports?: readonly Transport[] | undefined;
  /** Where to listen: `tcp://0.0.0.0:30303`, `ws://127.0.0.1:8545/p2p`, `:30303`. @default nowhere */
  readonly listen?: readonly string[] | undefined;
  /** Time for a transport to connect, in ms. @default 15_000 */
  readonly dialTimeout?: number | undefined;
  /** Time that `stop` gives the protocols, in ms. @default 5_000 */
  readonly stopTimeout?: number | undefined;
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

/** Under this key the test kit says how sessions are opened; no package exports it. */
export const SESSION_OPENER = Symbol("session opener");

/** Options as the test kit passes them. */
export interface TestKitOptions extends ServerOptions {
  readonly [SESSION_OPENER]?: OpenSession;
}

/** Options with every default filled in. */
export interface ServerConfig {
  readonly privateKey: Uint8Array;
  readonly name: string;
  readonly sealed: SealedMode;
  readonly psk: Uint8Array | undefined;
  readonly maxPeers: number;
  readonly maxPendingPeers: number;
  readonly protocols: readonly Protocol[];
  readonly transports: readonly Transport[];
  readonly listen: readonly ListenAddress[];
  readonly dialTimeout: number;
  readonly stopTimeout: number;
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
  const protocols = (options.protocols ?? []).map(defineProtocol);
  refuseDuplicates(protocols);
  if (protocols.length > MAX_PROTOCOLS) {
    throw new RangeError(`protocols: expected at most ${MAX_PROTOCOLS}, got ${protocols.length}`);
  }
  return {
    privateKey: privateKeyOption(options.privateKey) ?? generatePrivateKey(random),
    name: options.name ?? simpleClientIdentity("peerkit", VERSION),
    sealed: sealedOption(options.sealed),
    psk: pskOption(options.psk),
    maxPeers: count(options.maxPeers, 50, "maxPeers"),
    maxPendingPeers: count(options.maxPendingPeers, 50, "maxPendingPeers"),
    protocols,
    transports: options.transports ?? [],
    listen: (options.listen ?? []).map(parseListenAddress),
    dialTimeout: count(options.dialTimeout, 15_000, "dialTimeout"),
    stopTimeout: count(options.stopTimeout, 5_000, "stopTimeout"),
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

function count(value: number | undefined, fallback: number, title: string): number {
  if (value === undefined) return fallback;
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${title}: expected an integer from 0, got ${value}`);
  }
  return value;
}

function refuseDuplicates(protocols: readonly Protocol[]): void {
  const seen = new Set<string>();
  for (const { name, version } of protocols) {
    const key = `${name}/${version}`;
    if (seen.has(key)) throw new RangeError(`protocols: ${key} is there twice`);
    seen.add(key);
  }
}
