/**
 * Handshake packets as an attacker makes them, or makes them anew with a key that has leaked.
 * @module
 */

import { decode, encode } from "rlp";
import { eciesDecrypt, eciesEncrypt, eciesEntropy } from "../../crypto/ecies.ts";
import { publicKeyOf } from "../../crypto/secp256k1.ts";
import { systemRandom } from "../../env.ts";
import { decodeSize, encodeSize } from "../../rlpx/packets.ts";
import { concatBytes } from "../../wire/bytes.ts";

/** A packet's list, as RLP. */
type Elements = (Uint8Array | Elements)[];

/** A whole packet for the holder of `key`, with what its maker knows of it. */
export function packetFor(key: Uint8Array, content: Uint8Array) {
  const size = encodeSize(content.length + 113);
  const { message, secret } = eciesEncrypt(key, content, size, eciesEntropy(systemRandom));
  return { packet: concatBytes(size, message), secret };
}

/**
 * What somebody in between who has the receiver's private key makes of the packet that `bytes`
 * begin with: its list is changed, it is encrypted anew, and what follows it stays.
 */
export function rewritten(
  bytes: Uint8Array,
  key: Uint8Array,
  change: (list: Elements) => Elements,
): Uint8Array {
  const end = 2 + decodeSize(bytes);
  const { content } = eciesDecrypt(key, bytes.slice(2, end), bytes.slice(0, 2));
  const { data } = decode(content, true);
  const changed = concatBytes(encode(change(data as Elements)), new Uint8Array(120));
  return concatBytes(packetFor(publicKeyOf(key), changed).packet, bytes.slice(end));
}
