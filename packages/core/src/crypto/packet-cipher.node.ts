/**
 * The packets' cipher by Node's own cryptography: constant-time, and several times as fast as
 * JavaScript.
 * @module
 */

import { plainView } from "../wire/bytes.ts";
import type { PacketCipher } from "./packet-cipher.ts";

/** The part of `node:crypto` that is used; core has no types of Node. */
interface NodeCrypto {
  createCipheriv(algorithm: string, key: Uint8Array, iv: Uint8Array): Cipher;
  createHmac(algorithm: string, key: Uint8Array): Hmac;
}

interface Cipher {
  update(bytes: Uint8Array): Uint8Array;
}

interface Hmac {
  update(bytes: Uint8Array): Hmac;
  digest(): Uint8Array;
}

declare const process: { getBuiltinModule(name: "node:crypto"): NodeCrypto };

const { createCipheriv, createHmac } = process.getBuiltinModule("node:crypto");

/** @see PacketCipher */
export const packetCipher: PacketCipher = {
  crypt: (key, iv, bytes) => plainView(createCipheriv("aes-128-ctr", key, iv).update(bytes)),
  tag: (key, bytes, authData) =>
    plainView(createHmac("sha256", key).update(bytes).update(authData).digest()),
};
