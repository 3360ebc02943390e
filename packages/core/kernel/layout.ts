/**
 * Where things lie in the kernel's memory. The compiler's own constants come first, from 0x400.
 * @module
 */

/** AES: four tables of 256 words. */
export const TABLES: usize = 0x800;
/** AES: 256 bytes. */
export const SBOX: usize = 0x1800;
/** What a permutation gives that isn't kept: 200 bytes. */
export const SCRATCH: usize = 0x1900;
/** One block of 16 bytes. */
export const BLOCK: usize = 0x1a00;
/** Bytes that come from JavaScript and go back. */
export const EXCHANGE: usize = 0x2000;
/** The bytes of the exchange area; its end is where the key stream's area begins. */
export const EXCHANGE_LENGTH: usize = 0x18000;
/**
 * Key stream from a faster source than this kernel, or what snappy gives: as long as the exchange
 * area. Snappy may write a little past it.
 */
export const KEY_STREAM: usize = EXCHANGE + EXCHANGE_LENGTH;
/** What snappy compresses, with room in front of it for a block's length. */
export const PACKED: usize = KEY_STREAM + 16;
/** Snappy: where four bytes stood last, 16,384 numbers of two bytes. */
export const MATCHES: usize = KEY_STREAM + EXCHANGE_LENGTH;
/** The first connection's slot; the others follow, as far as the memory was grown. */
export const SLOTS: usize = MATCHES + 0x8000;

// A slot: the running hash (lanes and position), its current digest, the round keys of both keys.
export const DIGEST: usize = 208;
export const MAC_KEYS: usize = 240;
export const STREAM_KEYS: usize = 480;
export const SLOT_LENGTH: usize = 720;
