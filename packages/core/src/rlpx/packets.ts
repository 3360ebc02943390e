/**
 * The two handshake packets, `auth` and `ack`, as EIP-8 has them: an RLP list with room for more
 * elements, padding of random length, and a size prefix that the encryption binds.
 * @see https://eips.ethereum.org/EIPS/eip-8
 * @module
 */

import { decode, encode } from "rlp";
import { PUBLIC_KEY_LENGTH, SIGNATURE_LENGTH } from "../crypto/secp256k1.ts";
import type { Random } from "../env.ts";
import { P2PError } from "../errors.ts";
import { concatBytes } from "../wire/bytes.ts";

/** The largest handshake packet that is read, without its size prefix, in bytes. */
const MAX_HANDSHAKE_SIZE = 2048;
/** Bytes of a handshake nonce. */
export const NONCE_LENGTH = 32;

const PACKET_VERSION = 4;
const MIN_PADDING = 100;
const PADDING_SPREAD = 100;

/** What `auth` says. */
export interface Auth {
  /** By the initiator's ephemeral key, over the static shared secret XOR the nonce. 65 bytes. */
  readonly signature: Uint8Array;
  /** The initiator's static key, 64 bytes. */
  readonly publicKey: Uint8Array;
  readonly nonce: Uint8Array;
  readonly version: number;
  /** What the list holds after the version, as decoded RLP: extensions of others, or ours. */
  readonly tail: readonly unknown[];
}

/** What `ack` says. */
export interface Ack {
  /** The recipient's ephemeral key, 64 bytes. */
  readonly ephemeralKey: Uint8Array;
  readonly nonce: Uint8Array;
  readonly version: number;
  /** As in {@link Auth}. */
  readonly tail: readonly unknown[];
}

/** Our extra elements of a packet's list: RLP of bytes, numbers and lists. */
export type Tail = readonly (Uint8Array | number)[][];

/** The content of an `auth` to encrypt, padded. */
export function encodeAuth(
  auth: Omit<Auth, "version" | "tail">,
  tail: Tail,
  random: Random,
): Uint8Array {
  const { signature, publicKey, nonce } = auth;
  return pad(encode([signature, publicKey, nonce, PACKET_VERSION, ...tail]), random);
}

/** The content of an `ack` to encrypt, padded. */
export function encodeAck(
  ack: Omit<Ack, "version" | "tail">,
  tail: Tail,
  random: Random,
): Uint8Array {
  return pad(encode([ack.ephemeralKey, ack.nonce, PACKET_VERSION, ...tail]), random);
}

/**
 * Reads a decrypted `auth`. Any version and what follows the list are ignored.
 * @throws P2PError `P2P_ERR_HANDSHAKE_FORMAT`.
 */
export function decodeAuth(content: Uint8Array): Auth {
  const [signature, publicKey, nonce, version, ...tail] = decodePacket(content, "auth");
  return {
    signature: field(signature, SIGNATURE_LENGTH, "auth's signature"),
    publicKey: field(publicKey, PUBLIC_KEY_LENGTH, "auth's public key"),
    nonce: field(nonce, NONCE_LENGTH, "auth's nonce"),
    version: versionOf(version, "auth's version"),
    tail,
  };
}

/**
 * Reads a decrypted `ack`, as {@link decodeAuth} does.
 * @throws P2PError `P2P_ERR_HANDSHAKE_FORMAT`.
 */
export function decodeAck(content: Uint8Array): Ack {
  const [ephemeralKey, nonce, version, ...tail] = decodePacket(content, "ack");
  return {
    ephemeralKey: field(ephemeralKey, PUBLIC_KEY_LENGTH, "ack's ephemeral key"),
    nonce: field(nonce, NONCE_LENGTH, "ack's nonce"),
    version: versionOf(version, "ack's version"),
    tail,
  };
}

/** The size prefix, 2 bytes, of a packet of `size` bytes. */
export function encodeSize(size: number): Uint8Array {
  return Uint8Array.of(size >> 8, size & 0xff);
}

/**
 * Reads a size prefix.
 * @throws P2PError `P2P_ERR_HANDSHAKE_SIZE` above 2,048 bytes, before anything is kept for it.
 */
export function decodeSize(prefix: Uint8Array): number {
  const size = ((prefix[0] ?? 0) << 8) | (prefix[1] ?? 0);
  if (size > MAX_HANDSHAKE_SIZE) {
    throw new P2PError(
      `handshake packet: expected at most ${MAX_HANDSHAKE_SIZE} bytes, it announces ${size}`,
      { code: "P2P_ERR_HANDSHAKE_SIZE" },
    );
  }
  return size;
}

/** 100 to 199 zero bytes, so that a packet's size tells it from those before EIP-8. */
function pad(content: Uint8Array, random: Random): Uint8Array {
  const [byte = 0] = random(new Uint8Array(1));
  return concatBytes(content, new Uint8Array(MIN_PADDING + (byte % PADDING_SPREAD)));
}

function decodePacket(content: Uint8Array, what: string): readonly unknown[] {
  let data: unknown;
  try {
    // A stream: bytes after the list are padding.
    ({ data } = decode(content, true));
  } catch (cause) {
    throw malformed(`${what} is not RLP`, cause);
  }
  if (!Array.isArray(data)) throw malformed(`${what}: expected an RLP list`);
  return data;
}

function field(value: unknown, length: number, what: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw malformed(`${what}: expected bytes`);
  if (value.length !== length) {
    throw malformed(`${what}: expected ${length} bytes, got ${value.length}`);
  }
  return value;
}

function versionOf(value: unknown, what: string): number {
  if (!(value instanceof Uint8Array) || value.length > 4 || value[0] === 0) {
    throw malformed(`${what}: expected a canonical integer`);
  }
  return value.reduce((number, byte) => number * 256 + byte, 0);
}

function malformed(message: string, cause?: unknown): P2PError {
  return new P2PError(message, { code: "P2P_ERR_HANDSHAKE_FORMAT", cause });
}
