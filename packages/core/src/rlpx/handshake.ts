/**
 * The RLPx handshake, `auth` there and `ack` back, as a coroutine: it says what it wants to read,
 * write and compute, and knows no socket, clock or promise.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#initial-handshake
 * @module
 */

import { ECIES_OVERHEAD, eciesEntropy } from "../crypto/ecies.ts";
import { generatePrivateKey } from "../crypto/secp256k1.ts";
import type { Random } from "../env.ts";
import { P2PError } from "../errors.ts";
import type { Tracer } from "../trace.ts";
import { concatBytes, equalBytes } from "../wire/bytes.ts";
import type { Job } from "./jobs.ts";
import { ECIES_SECRET_LENGTH } from "./jobs.ts";
import type { Auth } from "./packets.ts";
import {
  decodeAck,
  decodeAuth,
  decodeSize,
  encodeAck,
  encodeAuth,
  encodeSize,
  NONCE_LENGTH,
} from "./packets.ts";
import type { SealedMode } from "./sealed-offer.ts";
import {
  choiceTail,
  choose,
  offerTail,
  readChoice,
  readOffer,
  SEALED_VERSION,
} from "./sealed-offer.ts";
import type { Exchange, Secrets } from "./secrets.ts";
import { deriveSecrets, xor } from "./secrets.ts";

/** What a handshake asks its driver for. The answer to `read` and `compute` is bytes. */
export type Step =
  | { readonly do: "read"; readonly length: number }
  | { readonly do: "write"; readonly bytes: Uint8Array }
  | { readonly do: "compute"; readonly job: Job };

/** A handshake under way. It throws a `P2PError` where the other side breaks the rules. */
export type Handshake = Generator<Step, HandshakeResult, Uint8Array>;

/**
 * What a handshake gives: the secrets of RLPx v5, or what a sealed session makes its own from. The
 * other side has proved its key when its first frame, or record, is authentic.
 */
export type HandshakeResult = {
  /** The other side's static key, 64 bytes. */
  readonly remoteKey: Uint8Array;
} & (
  | { readonly sealed: false; readonly secrets: Secrets }
  | { readonly sealed: true; readonly exchange: SealedExchange }
);

/**
 * What both sides of a sealed session put in; each holds the other's key as *it* believes it. The
 * four shared secrets are x-coordinates, 32 bytes; packets are whole, size prefix included.
 */
export interface SealedExchange {
  readonly initiator: boolean;
  readonly initiatorKey: Uint8Array;
  readonly recipientKey: Uint8Array;
  readonly initiatorEphemeral: Uint8Array;
  readonly recipientEphemeral: Uint8Array;
  readonly initiatorNonce: Uint8Array;
  readonly recipientNonce: Uint8Array;
  readonly auth: Uint8Array;
  /** The recipient's driver sends it, in one write with its first record. */
  readonly ack: Uint8Array;
  /** Of `auth`'s ECIES key with the recipient's static key. */
  readonly z1: Uint8Array;
  /** Of both static keys. */
  readonly ss: Uint8Array;
  /** Of both ephemeral keys. */
  readonly ee: Uint8Array;
  /** Of `ack`'s ECIES key with the initiator's static key. */
  readonly z2: Uint8Array;
}

/** What both roles need. */
export interface HandshakeOptions {
  /** Our static key, 32 bytes. */
  readonly privateKey: Uint8Array;
  /** Its public key, 64 bytes, where it is known already. */
  readonly publicKey?: Uint8Array | undefined;
  readonly random: Random;
  readonly trace?: Tracer | undefined;
  /** Whether to offer or take a sealed session. @default "off" */
  readonly sealed?: SealedMode | undefined;
}

/** The side that dialed: sends `auth` for the node with `remoteKey`. */
export function* initiate(remoteKey: Uint8Array, options: HandshakeOptions): Handshake {
  const { privateKey, random, trace, sealed = "off" } = options;
  const ephemeral = generatePrivateKey(random);
  const nonce = random(new Uint8Array(NONCE_LENGTH));

  const publicKey = options.publicKey ?? (yield* compute({ op: "public-key", privateKey }));
  if (sealed !== "off") refuseOwnKey(publicKey, remoteKey);
  const ss = yield* compute({ op: "shared-secret", privateKey, publicKey: remoteKey });
  const digest = xor(ss, nonce);
  const signature = yield* compute({ op: "sign", privateKey: ephemeral, digest });
  const content = encodeAuth({ signature, publicKey, nonce }, offerTail(sealed), random);
  const { packet: auth, secret: z1 } = yield* sealPacket(remoteKey, content, random);
  yield { do: "write", bytes: auth };
  const offered = sealed === "off" ? undefined : [SEALED_VERSION];
  trace?.(packetTrace("auth", "out", auth, { version: 4, sealed: offered, publicKey }));

  const { packet: ack, content: reply, secret: z2 } = yield* openPacket(privateKey);
  const { ephemeralKey: recipientEphemeral, nonce: recipientNonce, ...rest } = decodeAck(reply);
  const choice = readChoice(rest.tail, sealed);
  const ee = yield* compute({
    op: "shared-secret",
    privateKey: ephemeral,
    publicKey: recipientEphemeral,
  });
  trace?.(packetTrace("ack", "in", ack, { version: rest.version, sealed: listed(choice) }));
  const packets = { initiator: true, initiatorNonce: nonce, recipientNonce, auth, ack };
  if (choice === undefined)
    return v5Result(remoteKey, ephemeral, { ...packets, ephemeralSecret: ee });
  const initiatorEphemeral = yield* compute({ op: "public-key", privateKey: ephemeral });
  ephemeral.fill(0);
  const keys = { initiatorKey: publicKey, recipientKey: remoteKey };
  const ephemerals = { initiatorEphemeral, recipientEphemeral };
  const exchange = { ...packets, ...keys, ...ephemerals, z1, ss, ee, z2 };
  return { remoteKey, sealed: true, exchange };
}

/** The side that was dialed: reads `auth`, answers with `ack`. */
export function* receive(options: HandshakeOptions): Handshake {
  const { privateKey, random, trace } = options;
  const { remoteKey, choice, auth, z1, ...request } = yield* readAuth(options);

  const ephemeral = generatePrivateKey(random);
  const nonce = random(new Uint8Array(NONCE_LENGTH));
  const ephemeralKey = yield* compute({ op: "public-key", privateKey: ephemeral });
  const content = encodeAck({ ephemeralKey, nonce }, choiceTail(choice), random);
  const { packet: ack, secret: z2 } = yield* sealPacket(remoteKey, content, random);
  if (choice === undefined) yield { do: "write", bytes: ack };
  trace?.(packetTrace("ack", "out", ack, { version: 4, sealed: listed(choice) }));
  // The answer didn't need these: the other side is at work on it while they are computed.
  const ss = yield* compute({ op: "shared-secret", privateKey, publicKey: remoteKey });
  const digest = xor(ss, request.nonce);
  const initiatorEphemeral = yield* compute({
    op: "recover",
    digest,
    signature: request.signature,
  });
  const ee = yield* compute({
    op: "shared-secret",
    privateKey: ephemeral,
    publicKey: initiatorEphemeral,
  });
  const nonces = { initiatorNonce: request.nonce, recipientNonce: nonce };
  const packets = { initiator: false, ...nonces, auth, ack };
  if (choice === undefined)
    return v5Result(remoteKey, ephemeral, { ...packets, ephemeralSecret: ee });
  ephemeral.fill(0);
  const recipientKey = options.publicKey ?? (yield* compute({ op: "public-key", privateKey }));
  refuseOwnKey(recipientKey, remoteKey);
  const keys = { initiatorKey: remoteKey, recipientKey };
  const ephemerals = { initiatorEphemeral, recipientEphemeral: ephemeralKey };
  const exchange = { ...packets, ...keys, ...ephemerals, z1, ss, ee, z2 };
  return { remoteKey, sealed: true, exchange };
}

/** What `auth` says, and whether it will be a sealed session. */
function* readAuth(options: HandshakeOptions): Steps<
  Pick<Auth, "nonce" | "signature"> &
    Pick<SealedExchange, "auth" | "z1"> & {
      readonly remoteKey: Uint8Array;
      readonly choice: number | undefined;
    }
> {
  const { privateKey, trace, sealed = "off" } = options;
  const { packet: auth, content, secret: z1 } = yield* openPacket(privateKey);
  const { publicKey: remoteKey, nonce, signature, version, tail } = decodeAuth(content);
  const offer = sealed === "off" ? undefined : readOffer(tail);
  trace?.(packetTrace("auth", "in", auth, { version, sealed: offer, publicKey: remoteKey }));
  return { auth, z1, remoteKey, nonce, signature, choice: choose(offer, sealed) };
}

function v5Result(
  remoteKey: Uint8Array,
  ephemeral: Uint8Array,
  exchange: Exchange,
): HandshakeResult {
  ephemeral.fill(0);
  return { remoteKey, sealed: false, secrets: deriveSecrets(exchange) };
}

/** A key with our own x-coordinate is ours or its mirror image: nobody but us holds it. */
function refuseOwnKey(own: Uint8Array, theirs: Uint8Array): void {
  if (!equalBytes(own.subarray(0, 32), theirs.subarray(0, 32))) return;
  throw new P2PError("the other side's key is our own", { code: "P2P_ERR_SELF" });
}

// --- steps ---

type Steps<T> = Generator<Step, T, Uint8Array>;

function* compute(job: Job): Steps<Uint8Array> {
  return yield { do: "compute", job };
}

/** Encrypts the content; the packet comes with its size prefix, and with its ECIES secret. */
function* sealPacket(
  publicKey: Uint8Array,
  content: Uint8Array,
  random: Random,
): Steps<{ readonly packet: Uint8Array; readonly secret: Uint8Array }> {
  const authData = encodeSize(content.length + ECIES_OVERHEAD);
  const entropy = eciesEntropy(random);
  const sealed = yield* compute({ op: "ecies-encrypt", publicKey, content, authData, ...entropy });
  entropy.ephemeral.fill(0);
  const packet = concatBytes(authData, sealed.subarray(ECIES_SECRET_LENGTH));
  return { packet, secret: sealed.subarray(0, ECIES_SECRET_LENGTH) };
}

/** Reads one packet and decrypts it. `packet` has the size prefix. */
function* openPacket(privateKey: Uint8Array): Steps<{
  readonly packet: Uint8Array;
  readonly content: Uint8Array;
  readonly secret: Uint8Array;
}> {
  const authData = yield { do: "read", length: 2 };
  const message = yield { do: "read", length: decodeSize(authData) };
  const opened = yield* compute({ op: "ecies-decrypt", privateKey, message, authData });
  return {
    packet: concatBytes(authData, message),
    content: opened.subarray(ECIES_SECRET_LENGTH),
    secret: opened.subarray(0, ECIES_SECRET_LENGTH),
  };
}

function packetTrace(
  step: "auth" | "ack",
  direction: "in" | "out",
  packet: Uint8Array,
  more: {
    readonly version: number;
    readonly sealed: readonly number[] | undefined;
    readonly publicKey?: Uint8Array;
  },
): Parameters<Tracer>[0] {
  const { version, sealed, publicKey } = more;
  return {
    type: "handshake",
    step,
    direction,
    bytes: packet.length,
    version,
    ...(sealed && { sealed }),
    ...(publicKey && { publicKey }),
  };
}

function listed(choice: number | undefined): readonly number[] | undefined {
  return choice === undefined ? undefined : [choice];
}
