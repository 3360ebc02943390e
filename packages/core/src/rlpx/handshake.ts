/**
 * The RLPx handshake, `auth` there and `ack` back, as a coroutine: it says what it wants to read,
 * write and compute, and knows no socket, clock or promise.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#initial-handshake
 * @module
 */

import { ECIES_OVERHEAD } from "../crypto/ecies.ts";
import { generatePrivateKey } from "../crypto/secp256k1.ts";
import type { Random } from "../env.ts";
import type { Tracer } from "../trace.ts";
import { concatBytes } from "../wire/bytes.ts";
import type { Job } from "./jobs.ts";
import {
  decodeAck,
  decodeAuth,
  decodeSize,
  encodeAck,
  encodeAuth,
  encodeSize,
  NONCE_LENGTH,
} from "./packets.ts";
import type { Secrets } from "./secrets.ts";
import { deriveSecrets, xor } from "./secrets.ts";

/** What a handshake asks its driver for. The answer to `read` and `compute` is bytes. */
export type Step =
  | { readonly do: "read"; readonly length: number }
  | { readonly do: "write"; readonly bytes: Uint8Array }
  | { readonly do: "compute"; readonly job: Job };

/** A handshake under way. It throws a `P2PError` where the other side breaks the rules. */
export type Handshake = Generator<Step, HandshakeResult, Uint8Array>;

/** What a handshake gives. The other side has proved its key when its first frame is authentic. */
export interface HandshakeResult {
  /** The other side's static key, 64 bytes. */
  readonly remoteKey: Uint8Array;
  readonly secrets: Secrets;
}

/** What both roles need. */
export interface HandshakeOptions {
  /** Our static key, 32 bytes. */
  readonly privateKey: Uint8Array;
  readonly random: Random;
  readonly trace?: Tracer | undefined;
}

/** The side that dialed: sends `auth` for the node with `remoteKey`. */
export function* initiate(remoteKey: Uint8Array, options: HandshakeOptions): Handshake {
  const { privateKey, random, trace } = options;
  const ephemeral = generatePrivateKey(random);
  const nonce = random(new Uint8Array(NONCE_LENGTH));

  const publicKey = yield* compute({ op: "public-key", privateKey });
  const token = yield* compute({ op: "shared-secret", privateKey, publicKey: remoteKey });
  const digest = xor(token, nonce);
  const signature = yield* compute({ op: "sign", privateKey: ephemeral, digest });
  const auth = yield* sealPacket(remoteKey, encodeAuth({ signature, publicKey, nonce }, random));
  yield { do: "write", bytes: auth };
  trace?.(packetTrace("auth", "out", auth, 4, publicKey));

  const ack = yield* openPacket(privateKey);
  const answer = decodeAck(ack.content);
  const ephemeralSecret = yield* compute({
    op: "shared-secret",
    privateKey: ephemeral,
    publicKey: answer.ephemeralKey,
  });
  trace?.(packetTrace("ack", "in", ack.packet, answer.version));
  ephemeral.fill(0);
  const secrets = deriveSecrets({
    initiator: true,
    ephemeralSecret,
    initiatorNonce: nonce,
    recipientNonce: answer.nonce,
    auth,
    ack: ack.packet,
  });
  return { remoteKey, secrets };
}

/** The side that was dialed: reads `auth`, answers with `ack`. */
export function* receive(options: HandshakeOptions): Handshake {
  const { privateKey, random, trace } = options;
  const auth = yield* openPacket(privateKey);
  const request = decodeAuth(auth.content);
  const remoteKey = request.publicKey;
  const token = yield* compute({ op: "shared-secret", privateKey, publicKey: remoteKey });
  const digest = xor(token, request.nonce);
  const remoteEphemeral = yield* compute({ op: "recover", digest, signature: request.signature });
  trace?.(packetTrace("auth", "in", auth.packet, request.version, remoteKey));

  const ephemeral = generatePrivateKey(random);
  const nonce = random(new Uint8Array(NONCE_LENGTH));
  const ephemeralKey = yield* compute({ op: "public-key", privateKey: ephemeral });
  const ack = yield* sealPacket(remoteKey, encodeAck({ ephemeralKey, nonce }, random));
  yield { do: "write", bytes: ack };
  trace?.(packetTrace("ack", "out", ack, 4));
  const ephemeralSecret = yield* compute({
    op: "shared-secret",
    privateKey: ephemeral,
    publicKey: remoteEphemeral,
  });
  ephemeral.fill(0);
  const secrets = deriveSecrets({
    initiator: false,
    ephemeralSecret,
    initiatorNonce: request.nonce,
    recipientNonce: nonce,
    auth: auth.packet,
    ack,
  });
  return { remoteKey, secrets };
}

// --- steps ---

type Steps<T> = Generator<Step, T, Uint8Array>;

function* compute(job: Job): Steps<Uint8Array> {
  return yield { do: "compute", job };
}

/** Encrypts the content; the packet comes with its size prefix. */
function* sealPacket(publicKey: Uint8Array, content: Uint8Array): Steps<Uint8Array> {
  const size = encodeSize(content.length + ECIES_OVERHEAD);
  const message = yield* compute({ op: "ecies-encrypt", publicKey, content, authData: size });
  return concatBytes(size, message);
}

/** Reads one packet and decrypts it. `packet` has the size prefix. */
function* openPacket(
  privateKey: Uint8Array,
): Steps<{ readonly packet: Uint8Array; readonly content: Uint8Array }> {
  const authData = yield { do: "read", length: 2 };
  const message = yield { do: "read", length: decodeSize(authData) };
  const content = yield* compute({ op: "ecies-decrypt", privateKey, message, authData });
  return { packet: concatBytes(authData, message), content };
}

function packetTrace(
  step: "auth" | "ack",
  direction: "in" | "out",
  packet: Uint8Array,
  version: number,
  publicKey?: Uint8Array,
): Parameters<Tracer>[0] {
  const detail = { type: "handshake", step, direction, bytes: packet.length, version } as const;
  return publicKey ? { ...detail, publicKey } : detail;
}
