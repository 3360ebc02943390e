/**
 * The bytes that are sent: random ones, and a text that snappy makes about six times smaller.
 * @module
 */

/** What a message is made of. */
export type PayloadKind = "random" | "text";

/** Makes a message of `size` bytes, the same ones each time. */
export function makePayload(kind: PayloadKind, size: number): Uint8Array {
  return kind === "random" ? randomBytes(size) : recordsText(size);
}

function randomBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const next = xorshift(0x9e3779b9);
  for (let at = 0; at < size; at++) bytes[at] = next() >>> 24;
  return bytes;
}

/** Lines of JSON as an application has them: the same keys again and again, with other values. */
function recordsText(size: number): Uint8Array {
  const next = xorshift(0x2545f491);
  const lines: string[] = [];
  for (let length = 0; length < size; ) {
    const block = next() % 100_000;
    const line = `{"type":"transfer","network":"mainnet","status":"confirmed","block":${block},"fee":${next() % 1000}}\n`;
    lines.push(line);
    length += line.length;
  }
  return new TextEncoder().encode(lines.join("")).slice(0, size);
}

function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
