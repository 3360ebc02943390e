/**
 * The packets' cipher in JavaScript: WebCrypto would answer only later, and a page has few
 * handshakes.
 * @module
 */

import { aesCtr } from "./aes.ts";
import type { PacketCipher } from "./packet-cipher.ts";
import { hmacSha256 } from "./sha256.ts";

/** @see PacketCipher */
export const packetCipher: PacketCipher = { crypt: aesCtr, tag: hmacSha256 };
