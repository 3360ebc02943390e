/**
 * The bytes of a made-up message: the same in TypeScript, in this script's peer, and in `geth/payload.go`.
 * @module
 */

const PHRASE = new TextEncoder().encode(
  "All happy frames are alike; each unhappy frame is unhappy in its own way. ",
);

/** `size` bytes of a kind: `zero`, `text` (compresses well) or `random` (doesn't compress). */
export function makePayload(kind, size, seed) {
  const data = new Uint8Array(size);
  if (kind === "text") for (let at = 0; at < size; at++) data[at] = PHRASE[at % PHRASE.length];
  if (kind === "random") fillRandom(data, seed);
  return data;
}

/** xorshift32: even bits, nothing for snappy to find, the same in any language. */
function fillRandom(data, seed) {
  let state = seed | 1;
  for (let at = 0; at < data.length; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    for (let i = 0; i < 4 && at + i < data.length; i++) data[at + i] = state >>> (8 * i);
  }
}
