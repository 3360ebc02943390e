/**
 * The Hello message, the first of each side, and what is wrong with a bad one.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#hello-0x00
 * @module
 */

import { decode, encode } from "rlp";
import { PUBLIC_KEY_LENGTH } from "../crypto/secp256k1.ts";
import { DisconnectError, P2PError } from "../errors.ts";
import type { SessionMessage } from "../session/session.ts";
import type { Capability, Hello } from "../trace.ts";
import { bytesToUtf8 } from "../wire/bytes.ts";
import { BaseCode, MAX_BASE_MESSAGE_SIZE } from "./base-protocol.ts";
import { decodeDisconnect } from "./disconnect.ts";

/** The payload of a Hello. */
export function encodeHello(hello: Hello): Uint8Array {
  const caps = hello.caps.map(({ name, version }) => [name, version]);
  return encode([
    hello.version,
    new TextEncoder().encode(hello.name),
    caps,
    hello.listenPort,
    hello.publicKey,
  ]);
}

/**
 * Reads a connection's first message. More elements than it knows are ignored.
 * @throws DisconnectError when the peer refuses us instead; P2PError `P2P_ERR_BAD_HELLO` when it
 * is anything else but a Hello of at most 2,048 bytes.
 */
export function readHello(message: SessionMessage): Hello {
  const { code, payload } = message;
  if (payload.length > MAX_BASE_MESSAGE_SIZE) {
    throw bad(`expected at most ${MAX_BASE_MESSAGE_SIZE} bytes, got ${payload.length}`);
  }
  if (code === BaseCode.Disconnect) {
    throw new DisconnectError(decodeDisconnect(payload), { remote: true });
  }
  if (code !== BaseCode.Hello) {
    throw bad(`expected message code 0x00, got 0x${code.toString(16).padStart(2, "0")}`);
  }
  return decodeHello(payload);
}

function decodeHello(payload: Uint8Array): Hello {
  const [version, name, caps, listenPort, publicKey] = listOf(decodeSmall(payload), "it");
  return {
    version: integer(version, "version"),
    name: text(name, "client name"),
    caps: listOf(caps, "capabilities").map(capability),
    listenPort: integer(listenPort, "listen port"),
    publicKey: identity(publicKey),
  };
}

// --- fields ---

function decodeSmall(payload: Uint8Array): unknown {
  try {
    return decode(payload);
  } catch (cause) {
    throw bad("it is not RLP", cause);
  }
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw bad(`${what}: expected an RLP list`);
  return value;
}

function bytesOf(value: unknown, what: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw bad(`${what}: expected bytes`);
  return value;
}

function integer(value: unknown, what: string): number {
  const bytes = bytesOf(value, what);
  if (bytes.length > 6 || bytes[0] === 0) throw bad(`${what}: expected a canonical integer`);
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

function text(value: unknown, what: string): string {
  // A name is for people: what isn't UTF-8 is shown with replacement characters.
  return new TextDecoder().decode(bytesOf(value, what));
}

function capability(value: unknown): Capability {
  const [name, version] = listOf(value, "capability");
  return { name: capabilityName(name), version: integer(version, "capability version") };
}

function capabilityName(value: unknown): string {
  const bytes = bytesOf(value, "capability name");
  try {
    return bytesToUtf8(bytes);
  } catch (cause) {
    throw bad("capability name: expected UTF-8", cause);
  }
}

function identity(value: unknown): Uint8Array {
  const key = bytesOf(value, "node key");
  if (key.length !== PUBLIC_KEY_LENGTH || key.every((byte) => byte === 0)) {
    throw bad(`node key: expected ${PUBLIC_KEY_LENGTH} bytes, not all zero, got ${key.length}`);
  }
  return key;
}

function bad(why: string, cause?: unknown): P2PError {
  return new P2PError(`bad hello: ${why}`, { code: "P2P_ERR_BAD_HELLO", cause });
}
