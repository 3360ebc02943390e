/**
 * The frames of RLPx, one direction of one connection to a slot: AES-256-CTR and the MAC in one
 * pass over the exchange area. Counts of bytes are multiples of 16. `block` is the number of the
 * first block of key stream; where `stream` isn't 0 the key stream lies there already.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#framing
 * @module
 */

import { encryptBlock, expandKey, makeTables } from "./aes";
import { absorb, snapshot } from "./keccak";
import {
  BLOCK,
  DIGEST,
  EXCHANGE,
  EXCHANGE_LENGTH,
  KEY_STREAM,
  MAC_KEYS,
  PACKED,
  SCRATCH,
  SLOT_LENGTH,
  SLOTS,
  STREAM_KEYS,
} from "./layout";
import { compress, decompress } from "./snappy";

makeTables();

export const exchange: usize = EXCHANGE;
export const exchangeLength: usize = EXCHANGE_LENGTH;
export const keyStream: usize = KEY_STREAM;
export const packed: usize = PACKED;
export const slots: usize = SLOTS;
export const slotLength: usize = SLOT_LENGTH;

/** Sets a slot up from the exchange area: the stream's key, the MAC's key, `seedLength` more bytes. */
export function open(slot: usize, seedLength: usize): void {
  memory.fill(slot, 0, SLOT_LENGTH);
  expandKey(EXCHANGE, slot + STREAM_KEYS);
  expandKey(EXCHANGE + 32, slot + MAC_KEYS);
  absorb(slot, EXCHANGE + 64, seedLength);
  remember(slot);
}

/** Forgets a slot's secrets. */
export function close(slot: usize): void {
  memory.fill(slot, 0, SLOT_LENGTH);
}

/**
 * Seals the frames from `at` to `end`: each has a header of 16 bytes, 16 for its MAC, the body that
 * the header tells the size of, padded, and 16 for its MAC.
 */
export function seal(slot: usize, at: usize, end: usize, block: f64, stream: usize): void {
  while (at < end) {
    const size: usize = bswap<u32>(load<u32>(at)) >> 8;
    const length = (size + 15) & ~15;
    sealHeader(slot, at, block, stream);
    crypt(slot, at + 32, length, block + 1, stream ? stream + 16 : 0);
    absorb(slot, at + 32, length);
    finish(slot, at + 32 + length);
    at += 48 + length;
    block += <f64>(1 + (length >> 4));
    if (stream) stream += 16 + length;
  }
}

/** Encrypts the header of 16 bytes at `at` and writes its MAC behind it. */
export function sealHeader(slot: usize, at: usize, block: f64, stream: usize): void {
  crypt(slot, at, 16, block, stream);
  stir(slot, at);
  writeMac(slot, at + 16);
}

/** Writes the MAC of the body that was absorbed to `at`. */
export function finish(slot: usize, at: usize): void {
  remember(slot);
  stir(slot, slot + DIGEST);
  writeMac(slot, at);
}

/** Decrypts the header of 16 bytes at `at` if the MAC behind it is right; says whether it is. */
export function openHeader(slot: usize, at: usize, block: f64, stream: usize): bool {
  stir(slot, at);
  if (!isMac(slot, at + 16)) return false;
  crypt(slot, at, 16, block, stream);
  return true;
}

/** Decrypts the body of `length` bytes at `at` if the MAC behind it is right; says whether it is. */
export function openBody(slot: usize, at: usize, length: usize, block: f64, stream: usize): bool {
  absorb(slot, at, length);
  if (!check(slot, at + length)) return false;
  crypt(slot, at, length, block, stream);
  return true;
}

/** Whether the MAC at `at` is that of the body that was absorbed. */
export function check(slot: usize, at: usize): bool {
  remember(slot);
  stir(slot, slot + DIGEST);
  return isMac(slot, at);
}

/** XORs `length` bytes at `at` with key stream. */
export function crypt(slot: usize, at: usize, length: usize, block: f64, stream: usize): void {
  const end = at + length;
  if (stream) {
    for (; at < end; at += 8, stream += 8) store<u64>(at, load<u64>(at) ^ load<u64>(stream));
    return;
  }
  let counter = <u64>block;
  for (; at < end; at += 16, counter++) {
    encryptBlock(slot + STREAM_KEYS, 0, bswap<u64>(counter), BLOCK);
    store<u64>(at, load<u64>(at) ^ load<u64>(BLOCK));
    store<u64>(at, load<u64>(at, 8) ^ load<u64>(BLOCK, 8), 8);
  }
}

export { absorb };

/** Compresses `length` bytes, at most 65,536, to `packed`; gives how many they are then. */
export function snappyCompress(length: usize): usize {
  return compress(EXCHANGE, length, PACKED) - PACKED;
}

/**
 * Decompresses the elements at `at`, `length` bytes, to `size` bytes in the key stream's area; says
 * whether they are right.
 */
export function snappyDecompress(at: usize, length: usize, size: usize): bool {
  return decompress(at, length, KEY_STREAM, size);
}

/** Stirs the encrypted digest, XORed with the 16 bytes of `seed`, into the hash. */
function stir(slot: usize, seed: usize): void {
  const digest = slot + DIGEST;
  encryptBlock(slot + MAC_KEYS, load<u64>(digest), load<u64>(digest, 8), BLOCK);
  store<u64>(BLOCK, load<u64>(BLOCK) ^ load<u64>(seed));
  store<u64>(BLOCK, load<u64>(BLOCK, 8) ^ load<u64>(seed, 8), 8);
  absorb(slot, BLOCK, 16);
  remember(slot);
}

/** Keeps the hash's digest so far. */
function remember(slot: usize): void {
  snapshot(slot, SCRATCH);
  store<u64>(slot + DIGEST, load<u64>(SCRATCH));
  store<u64>(slot + DIGEST, load<u64>(SCRATCH, 8), 8);
}

function writeMac(slot: usize, to: usize): void {
  store<u64>(to, load<u64>(slot + DIGEST));
  store<u64>(to, load<u64>(slot + DIGEST, 8), 8);
}

/** Compares in constant time. */
function isMac(slot: usize, at: usize): bool {
  const digest = slot + DIGEST;
  return ((load<u64>(digest) ^ load<u64>(at)) | (load<u64>(digest, 8) ^ load<u64>(at, 8))) === 0;
}
