/**
 * The secrets of a sealed session: one chain of keys for each direction, from what the handshake
 * exchanged. Both sides compute the same.
 * @see docs/wire/sealed.md, section 3
 * @module
 */

import { hkdfExpand, hkdfExtract } from "../../crypto/hkdf.ts";
import { sha256 } from "../../crypto/sha256.ts";
import type { SealedExchange } from "../../rlpx/handshake.ts";
import { concatBytes } from "../../wire/bytes.ts";
import { PSK_LENGTH } from "../session.ts";

/** What a session starts with: the first secret of each direction. */
export interface SealedSecrets {
  /** Protects what the initiator sends. 32 bytes. */
  readonly fromInitiator: Uint8Array;
  /** Protects what the recipient sends. 32 bytes. */
  readonly fromRecipient: Uint8Array;
  /** 32 bytes for the application, which say nothing about the others. */
  readonly exporter: Uint8Array;
}

/** What the records of one epoch of a direction are encrypted with. */
export interface EpochKeys {
  /** 32 bytes: AES-256. */
  readonly key: Uint8Array;
  /** 12 bytes, to be XORed with the record's number. */
  readonly iv: Uint8Array;
}

const LABEL = new TextEncoder().encode("peerkit/sealed/1");
const SECRET_LENGTH = 32;
const IV_LENGTH = 12;
const NOTHING = new Uint8Array(0);

/**
 * Derives the secrets, and erases the shared secrets and nonces of the exchange. `psk` is 32 bytes that
 * both sides know from elsewhere; without it, zeros stand in its place.
 */
export function deriveSealedSecrets(
  exchange: SealedExchange,
  psk: Uint8Array = new Uint8Array(PSK_LENGTH),
): SealedSecrets {
  const { z1, ss, ee, z2, initiatorNonce, recipientNonce } = exchange;
  const transcript = transcriptHash(exchange);
  const input = concatBytes(z1, ss, ee, z2, psk);
  const root = hkdfExtract(LABEL, input);
  const secrets = {
    fromInitiator: derive(root, "i", transcript, SECRET_LENGTH),
    fromRecipient: derive(root, "r", transcript, SECRET_LENGTH),
    exporter: derive(root, "exporter", transcript, SECRET_LENGTH),
  };
  for (const used of [z1, ss, ee, z2, input, root, initiatorNonce, recipientNonce]) used.fill(0);
  return secrets;
}

/** The keys of the epoch that `secret` belongs to. */
export function epochKeys(secret: Uint8Array): EpochKeys {
  return {
    key: derive(secret, "key", NOTHING, SECRET_LENGTH),
    iv: derive(secret, "iv", NOTHING, IV_LENGTH),
  };
}

/** The secret of the next epoch; what it came from can't be computed back. */
export function nextSecret(secret: Uint8Array): Uint8Array {
  return derive(secret, "next", NOTHING, SECRET_LENGTH);
}

/** Binds the keys to who they are for and to both packets, byte for byte. */
function transcriptHash(exchange: SealedExchange): Uint8Array {
  return sha256(
    LABEL,
    exchange.initiatorKey,
    exchange.recipientKey,
    exchange.initiatorEphemeral,
    exchange.recipientEphemeral,
    exchange.initiatorNonce,
    exchange.recipientNonce,
    exchange.auth,
    exchange.ack,
  );
}

function derive(secret: Uint8Array, name: string, context: Uint8Array, length: number): Uint8Array {
  const text = new TextEncoder().encode(name);
  return hkdfExpand(secret, concatBytes(LABEL, Uint8Array.of(text.length), text, context), length);
}
