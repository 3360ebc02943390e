/**
 * What encrypts and authenticates the handshake's packets. `#packet-cipher` is the one for this
 * runtime.
 * @module
 */

/** The primitives of ECIES besides the curve. What they give is new bytes. */
export interface PacketCipher {
  /** AES-128-CTR with an IV of 16 bytes. Encrypts and decrypts. */
  crypt(key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Uint8Array;
  /** HMAC-SHA-256 of both, one after the other. 32 bytes. */
  tag(key: Uint8Array, bytes: Uint8Array, authData: Uint8Array): Uint8Array;
}
