/**
 * AES-256 by tables, which secret bytes index: not constant-time. Words are little-endian columns.
 * @see https://nvlpubs.nist.gov/nistpubs/FIPS/NIST.FIPS.197-upd1.pdf
 * @module
 */

import { SBOX, TABLES } from "./layout";

const ROUNDS = 14;
/** Bytes of one table: 256 words. */
const TABLE: usize = 1024;

/** Fills the tables; called once. */
export function makeTables(): void {
  let p: u32 = 1;
  let q: u32 = 1;
  do {
    p = (p ^ (p << 1) ^ (p & 0x80 ? 0x11b : 0)) & 0xff; // p times 3, and q divided by it.
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 0xff;
    if (q & 0x80) q ^= 0x09;
    makeEntry(
      p,
      q ^ rotateByte(q, 1) ^ rotateByte(q, 2) ^ rotateByte(q, 3) ^ rotateByte(q, 4) ^ 0x63,
    );
  } while (p !== 1);
  makeEntry(0, 0x63);
}

function rotateByte(byte: u32, by: u32): u32 {
  return ((byte << by) | (byte >> (8 - by))) & 0xff;
}

function makeEntry(index: u32, s: u32): void {
  store<u8>(SBOX + index, s);
  const double = (s << 1) ^ (s & 0x80 ? 0x11b : 0);
  const column = double | (s << 8) | (s << 16) | ((double ^ s) << 24);
  for (let row: usize = 0; row < 4; row++) {
    store<u32>(TABLES + row * TABLE + index * 4, rotl<u32>(column, <u32>row * 8));
  }
}

/** Expands a key of 32 bytes to the 240 of its round keys. */
export function expandKey(key: usize, to: usize): void {
  memory.copy(to, key, 32);
  let constant: u32 = 1;
  for (let i: usize = 8; i < 60; i++) {
    const at = to + i * 4;
    let word = load<u32>(at - 4);
    if (i % 8 === 0) {
      word = substitute(rotr<u32>(word, 8)) ^ constant;
      constant <<= 1;
    } else if (i % 8 === 4) {
      word = substitute(word);
    }
    store<u32>(at, load<u32>(at - 32) ^ word);
  }
}

function substitute(word: u32): u32 {
  return box(word) | (box(word >> 8) << 8) | (box(word >> 16) << 16) | (box(word >> 24) << 24);
}

function box(word: u32): u32 {
  return load<u8>(SBOX + (word & 0xff));
}

/** Encrypts the block of two words, `low` first, to `to`. */
export function encryptBlock(keys: usize, low: u64, high: u64, to: usize): void {
  let s0 = <u32>low ^ load<u32>(keys);
  let s1 = <u32>(low >> 32) ^ load<u32>(keys, 4);
  let s2 = <u32>high ^ load<u32>(keys, 8);
  let s3 = <u32>(high >> 32) ^ load<u32>(keys, 12);
  for (let round = 1; round < ROUNDS; round++) {
    keys += 16;
    const t0 = mix(s0, s1, s2, s3) ^ load<u32>(keys);
    const t1 = mix(s1, s2, s3, s0) ^ load<u32>(keys, 4);
    const t2 = mix(s2, s3, s0, s1) ^ load<u32>(keys, 8);
    s3 = mix(s3, s0, s1, s2) ^ load<u32>(keys, 12);
    s0 = t0;
    s1 = t1;
    s2 = t2;
  }
  keys += 16;
  store<u32>(to, last(s0, s1, s2, s3) ^ load<u32>(keys));
  store<u32>(to, last(s1, s2, s3, s0) ^ load<u32>(keys, 4), 4);
  store<u32>(to, last(s2, s3, s0, s1) ^ load<u32>(keys, 8), 8);
  store<u32>(to, last(s3, s0, s1, s2) ^ load<u32>(keys, 12), 12);
}

/** One column of a round: the bytes of the four words, substituted, shifted and mixed. */
function mix(a: u32, b: u32, c: u32, d: u32): u32 {
  return (
    load<u32>(TABLES + ((a & 0xff) << 2)) ^
    load<u32>(TABLES + (((b >> 8) & 0xff) << 2), TABLE) ^
    load<u32>(TABLES + (((c >> 16) & 0xff) << 2), 2 * TABLE) ^
    load<u32>(TABLES + ((d >> 24) << 2), 3 * TABLE)
  );
}

/** One column of the last round, which doesn't mix. */
function last(a: u32, b: u32, c: u32, d: u32): u32 {
  return box(a) | (box(b >> 8) << 8) | (box(c >> 16) << 16) | (box(d >> 24) << 24);
}
