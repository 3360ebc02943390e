/**
 * Node records: what a node says of itself, signed. EIP-778 with the identity scheme "v4".
 * @see https://eips.ethereum.org/EIPS/eip-778
 * @module
 */

import {
  COMPRESSED_KEY_LENGTH,
  compressPublicKey,
  decompressPublicKey,
  verifySignature,
} from "../crypto/compressed.ts";
import { keccak256 } from "../crypto/keccak.ts";
import { publicKeyOf, sign } from "../crypto/secp256k1.ts";
import { P2PError } from "../errors.ts";
import { abytes, typeName, utf8ToBytes } from "../wire/bytes.ts";
import type { RlpInput } from "../wire/codec.ts";
import { decodeRlp, encodeRlp } from "../wire/codec.ts";
import type { Schema } from "../wire/schema.ts";
import { bigint, bytes, raw, str } from "../wire/schema.ts";
import { rest, tuple } from "../wire/schema-list.ts";
import { decodeBase64Url, encodeBase64Url } from "./base64url.ts";

/** The largest record, in bytes. */
const MAX_RECORD_SIZE = 300;

/** A node record whose signature is right. Plain, cloneable data. */
export interface NodeRecord {
  /** Grows with each change of the record. */
  readonly seq: bigint;
  /** 64 bytes; the signature is this key's. */
  readonly publicKey: Uint8Array;
  /** The values by their keys, each as the RLP item that it is on the wire. In order of the keys. */
  readonly entries: ReadonlyMap<string, Uint8Array>;
  /** 64 bytes: r and s. */
  readonly signature: Uint8Array;
  /** The whole record as it goes on the wire, at most 300 bytes. */
  readonly bytes: Uint8Array;
}

/** One entry of a record, to be signed. */
export interface RecordEntry {
  readonly key: string;
  readonly value: RlpInput;
}

const SIGNATURE_SIZE = 64;
/** The highest sequence number. */
export const MAX_SEQ = 2n ** 64n - 1n;
const SCHEME = "v4";
const PREFIX = "enr:";
/** `ceil(300 * 4 / 3)` letters and the prefix: a longer text isn't looked at. */
const MAX_TEXT = PREFIX.length + (MAX_RECORD_SIZE * 4) / 3;

const whole = tuple(bytes(), bigint, rest(raw));
const signed = tuple(bigint, rest(raw));
const keySchema = bytes(COMPRESSED_KEY_LENGTH);

/**
 * Makes a record. The entries `id` and `secp256k1` are added; the order doesn't matter.
 * @throws RangeError or TypeError for a wrong `seq` or key, a key that is there twice, and when the
 * record would have more than 300 bytes.
 */
export function signRecord(
  record: { readonly seq: bigint; readonly entries?: Iterable<RecordEntry> },
  privateKey: Uint8Array,
): NodeRecord {
  const { seq } = record;
  if (typeof seq !== "bigint") throw new TypeError(`seq: expected a bigint, got ${typeName(seq)}`);
  if (seq < 0n || seq > MAX_SEQ) throw new RangeError("seq: expected 0 to 2^64 - 1");
  const publicKey = publicKeyOf(privateKey);
  const entries = layOut(seq, record.entries ?? [], publicKey);
  const pairs = pairsOf(entries);
  const digest = keccak256(encodeRlp([seq, ...pairs], signed));
  const signature = sign(digest, privateKey).slice(0, SIGNATURE_SIZE);
  const encoded = encodeRlp([signature, seq, ...pairs], whole);
  return { seq, publicKey, entries, signature, bytes: encoded };
}

/**
 * The entries of a record as they will be: with ours, each as its RLP, in order.
 * @throws RangeError or TypeError as {@link signRecord} does, without the work of signing.
 */
export function layOut(
  seq: bigint,
  entries: Iterable<RecordEntry>,
  publicKey: Uint8Array,
): Map<string, Uint8Array> {
  const sorted = sortEntries([
    ...entries,
    { key: "id", value: SCHEME },
    { key: "secp256k1", value: compressPublicKey(publicKey) },
  ]);
  const size = encodeRlp([new Uint8Array(SIGNATURE_SIZE), seq, ...pairsOf(sorted)], whole).length;
  if (size <= MAX_RECORD_SIZE) return sorted;
  throw new RangeError(`entries: the record has ${size} bytes, at most ${MAX_RECORD_SIZE} fit`);
}

/**
 * Reads a record and checks its signature.
 * @throws P2PError `P2P_ERR_BAD_RECORD`, saying what is wrong with it.
 */
export function decodeRecord(encoded: Uint8Array): NodeRecord {
  abytes(encoded, undefined, "encoded");
  if (encoded.length > MAX_RECORD_SIZE) {
    throw bad(`it has ${encoded.length} bytes, at most ${MAX_RECORD_SIZE} are allowed`);
  }
  const own = encoded.slice();
  const [signature, seq, ...pairs] = readRlp(own, whole);
  if (seq > MAX_SEQ) throw bad("the sequence number has more than 64 bits");
  const entries = readPairs(pairs);
  const scheme = recordEntry({ entries }, "id", str);
  if (scheme !== SCHEME) throw bad(`identity scheme ${scheme ?? "missing"}, expected ${SCHEME}`);
  const compressed = recordEntry({ entries }, "secp256k1", keySchema);
  const publicKey = compressed && decompressPublicKey(compressed);
  if (!compressed || !publicKey) throw bad("its public key is no point of the curve");
  const digest = keccak256(encodeRlp([seq, ...pairs], signed));
  if (signature.length !== SIGNATURE_SIZE || !verifySignature(signature, digest, compressed)) {
    throw bad("its signature is wrong");
  }
  return { seq, publicKey, entries, signature, bytes: own };
}

/**
 * Reads a record's text, `enr:` and base64 for URLs, and checks its signature. Space around it is
 * ignored.
 * @throws P2PError `P2P_ERR_BAD_RECORD`, saying what is wrong with it.
 */
export function parseRecord(text: string): NodeRecord {
  if (typeof text !== "string") {
    throw new TypeError(`text: expected a string, got ${typeName(text)}`);
  }
  const trimmed = text.trim();
  if (!trimmed.startsWith(PREFIX)) throw bad(`expected ${PREFIX} at the start`);
  if (trimmed.length > MAX_TEXT) throw bad(`it has more than ${MAX_TEXT} characters`);
  const encoded = decodeBase64Url(trimmed.slice(PREFIX.length));
  if (!encoded) throw bad("expected base64 for URLs, without padding");
  return decodeRecord(encoded);
}

/** The text of a record, as {@link parseRecord} reads it. */
export function formatRecord(record: NodeRecord): string {
  return PREFIX + encodeBase64Url(record.bytes);
}

/**
 * The value of an entry; `undefined` when the record has none of that key, or one that doesn't fit
 * the schema: a node may say what it likes.
 */
export function recordEntry<T>(
  record: Pick<NodeRecord, "entries">,
  key: string,
  schema: Schema<T>,
): T | undefined {
  const value = record.entries.get(key);
  if (!value) return undefined;
  try {
    return decodeRlp(value, schema);
  } catch (error) {
    if (P2PError.is(error)) return undefined;
    throw error;
  }
}

function pairsOf(entries: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  return [...entries].flatMap(([key, value]) => [encodeRlp(key), value]);
}

/** The entries' RLP by their keys, in order of the keys' bytes. */
function sortEntries(entries: readonly RecordEntry[]): Map<string, Uint8Array> {
  const sorted = new Map<string, Uint8Array>();
  for (const { key, value } of [...entries].sort((a, b) => compareKeys(a.key, b.key))) {
    if (sorted.has(key)) throw new RangeError(`entries: "${key}" is there twice, or is set by us`);
    sorted.set(key, encodeRlp(value));
  }
  return sorted;
}

function readPairs(pairs: readonly Uint8Array[]): Map<string, Uint8Array> {
  if (pairs.length % 2 !== 0) throw bad("its last key has no value");
  const entries = new Map<string, Uint8Array>();
  let previous: string | undefined;
  for (let at = 0; at < pairs.length; at += 2) {
    const key = readRlp(pairs[at] ?? EMPTY, str);
    const order = previous === undefined ? 1 : compareKeys(key, previous);
    if (order === 0) throw bad(`the key "${key}" is there twice`);
    if (order < 0) throw bad(`its keys are not in order: "${key}" comes after "${previous}"`);
    entries.set(key, pairs[at + 1] ?? EMPTY);
    previous = key;
  }
  return entries;
}

const EMPTY = new Uint8Array(0);

/** The order of the UTF-8 bytes, which is not that of JavaScript's strings. */
function compareKeys(a: string, b: string): number {
  const left = utf8ToBytes(a);
  const right = utf8ToBytes(b);
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function readRlp<T>(encoded: Uint8Array, schema: Schema<T>): T {
  try {
    return decodeRlp(encoded, schema);
  } catch (cause) {
    throw bad(cause instanceof Error ? cause.message : "it is not RLP", cause);
  }
}

function bad(problem: string, cause?: unknown): P2PError {
  return new P2PError(`bad node record: ${problem}`, { code: "P2P_ERR_BAD_RECORD", cause });
}
