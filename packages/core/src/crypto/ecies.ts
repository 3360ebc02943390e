/**
 * ECIES as RLPx uses it for its handshake packets: `0x04 ‖ R(64) ‖ iv(16) ‖ ciphertext ‖ tag(32)`.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#ecies-encryption
 * @module
 */

import { packetCipher } from "#packet-cipher";
import type { Random } from "../env.ts";
import { P2PError } from "../errors.ts";
import { equalBytes } from "../wire/bytes.ts";
import { generatePrivateKey, PUBLIC_KEY_LENGTH, publicKeyOf, sharedSecret } from "./secp256k1.ts";
import { sha256 } from "./sha256.ts";

const POINT_LENGTH = 1 + PUBLIC_KEY_LENGTH;
const IV_LENGTH = 16;
const TAG_LENGTH = 32;
const KDF_COUNTER = Uint8Array.of(0, 0, 0, 1);

/** How many bytes longer than its content a message is. */
export const ECIES_OVERHEAD = POINT_LENGTH + IV_LENGTH + TAG_LENGTH;

/** What is random in a message: it must be fresh for each. */
export interface EciesEntropy {
  /** The private key of R, 32 bytes. Whoever made it wipes it. */
  readonly ephemeral: Uint8Array;
  /** 16 bytes. */
  readonly iv: Uint8Array;
}

/** An encrypted message, and the x-coordinate of R's shared point, 32 bytes. */
export interface EciesSealed {
  readonly message: Uint8Array;
  readonly secret: Uint8Array;
}

/** A decrypted message, with the same secret that its sender got. */
export interface EciesOpened {
  readonly content: Uint8Array;
  readonly secret: Uint8Array;
}

/** Draws what one message needs. */
export function eciesEntropy(random: Random): EciesEntropy {
  return { ephemeral: generatePrivateKey(random), iv: random(new Uint8Array(IV_LENGTH)) };
}

/** Encrypts for the holder of `publicKey`. `authData` is bound to it but not part of it. */
export function eciesEncrypt(
  publicKey: Uint8Array,
  content: Uint8Array,
  authData: Uint8Array,
  { ephemeral, iv }: EciesEntropy,
): EciesSealed {
  const secret = sharedSecret(ephemeral, publicKey);
  const keys = deriveKeys(secret);
  const message = new Uint8Array(content.length + ECIES_OVERHEAD);
  message[0] = 0x04;
  message.set(publicKeyOf(ephemeral), 1);
  message.set(iv, POINT_LENGTH);
  message.set(packetCipher.crypt(keys.encryption, iv, content), POINT_LENGTH + IV_LENGTH);
  const sealed = message.subarray(POINT_LENGTH, message.length - TAG_LENGTH);
  message.set(packetCipher.tag(keys.mac, sealed, authData), message.length - TAG_LENGTH);
  return { message, secret };
}

/**
 * Decrypts a message for the holder of `privateKey`.
 * @throws P2PError `P2P_ERR_HANDSHAKE_DECRYPT` when it is too short, of another format or not for
 * this key; `P2P_ERR_BAD_POINT` when R is off the curve, before anything is computed with it.
 */
export function eciesDecrypt(
  privateKey: Uint8Array,
  message: Uint8Array,
  authData: Uint8Array,
): EciesOpened {
  if (message.length < ECIES_OVERHEAD) {
    throw undecipherable(`expected at least ${ECIES_OVERHEAD} bytes, got ${message.length}`);
  }
  if (message[0] !== 0x04) throw undecipherable("expected an uncompressed point");
  const secret = sharedSecret(privateKey, message.subarray(1, POINT_LENGTH));
  const keys = deriveKeys(secret);
  const sealed = message.subarray(POINT_LENGTH, message.length - TAG_LENGTH);
  const tag = message.subarray(message.length - TAG_LENGTH);
  if (!equalBytes(packetCipher.tag(keys.mac, sealed, authData), tag)) {
    throw undecipherable("it was changed on its way or made for another key");
  }
  const iv = sealed.subarray(0, IV_LENGTH);
  const content = packetCipher.crypt(keys.encryption, iv, sealed.subarray(IV_LENGTH));
  return { content, secret };
}

/** NIST SP 800-56 concatenation KDF, one round of SHA-256. */
function deriveKeys(secret: Uint8Array): { encryption: Uint8Array; mac: Uint8Array } {
  const derived = sha256(KDF_COUNTER, secret);
  return { encryption: derived.subarray(0, 16), mac: sha256(derived.subarray(16)) };
}

function undecipherable(why: string): P2PError {
  return new P2PError(`the handshake packet can't be decrypted: ${why}`, {
    code: "P2P_ERR_HANDSHAKE_DECRYPT",
  });
}
