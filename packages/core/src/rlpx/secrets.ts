/**
 * The secrets of a connection, from what the handshake exchanged.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#initial-handshake
 * @module
 */

import { keccak256 } from "../crypto/keccak.ts";
import { concatBytes } from "../wire/bytes.ts";

/** What the frames of a connection are encrypted and authenticated with. */
export interface Secrets {
  /** 32 bytes: AES-256, in both directions. RLPx v5 has no other key, so it is not confidential. */
  readonly aes: Uint8Array;
  /** 32 bytes: AES-256 of the MAC. */
  readonly mac: Uint8Array;
  /** What the MAC of the frames that go out has absorbed before the first. */
  readonly egress: Uint8Array;
  /** The same for those that come in. */
  readonly ingress: Uint8Array;
}

/** What both sides put in. Packets are whole, size prefix included. */
export interface Exchange {
  readonly initiator: boolean;
  /** The shared secret of both ephemeral keys, 32 bytes. */
  readonly ephemeralSecret: Uint8Array;
  readonly initiatorNonce: Uint8Array;
  readonly recipientNonce: Uint8Array;
  readonly auth: Uint8Array;
  readonly ack: Uint8Array;
}

/** Derives the secrets, as seen from one side. */
export function deriveSecrets(exchange: Exchange): Secrets {
  const { ephemeralSecret, initiatorNonce, recipientNonce } = exchange;
  const shared = keccak256(ephemeralSecret, keccak256(recipientNonce, initiatorNonce));
  const aes = keccak256(ephemeralSecret, shared);
  const mac = keccak256(ephemeralSecret, aes);

  const fromInitiator = concatBytes(xor(mac, recipientNonce), exchange.auth);
  const fromRecipient = concatBytes(xor(mac, initiatorNonce), exchange.ack);
  const [egress, ingress] = exchange.initiator
    ? [fromInitiator, fromRecipient]
    : [fromRecipient, fromInitiator];
  return { aes, mac, egress, ingress };
}

/** `a` XOR `b`, which are equally long, as new bytes. */
export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ (b[i] ?? 0));
}
