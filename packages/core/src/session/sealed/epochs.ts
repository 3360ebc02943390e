/**
 * The numbers and keys of one direction's records: each number is used once, and every 65,536
 * records a new key comes from the last secret.
 * @see docs/wire/sealed.md, section 4
 * @module
 */

import type { Gcm, NewGcm } from "../../crypto/gcm.ts";
import { P2PError } from "../../errors.ts";
import { epochKeys, nextSecret } from "./secrets.ts";

/** Records under one key. */
export const EPOCH_RECORDS = 65_536;
/** The session ends before a record would have this number. */
const MAX_RECORDS = 2 ** 48;

/** What one record is encrypted with. */
export interface RecordKey {
  readonly gcm: Gcm;
  /** 12 bytes. The next `take` writes over them. */
  readonly nonce: Uint8Array;
}

/** Counts one direction's records. */
export class Epochs {
  readonly #newGcm: NewGcm;
  readonly #nonce = new Uint8Array(12);
  readonly #nonceView = new DataView(this.#nonce.buffer);
  #secret: Uint8Array;
  #key: RecordKey;
  /** The last 8 bytes of the epoch's iv. */
  #ivHigh = 0;
  #ivLow = 0;
  /** The next record's number; only `take` changes it. */
  #seq = 0;

  /** Takes over `secret`, 32 bytes, and erases it when its epoch is over. */
  constructor(secret: Uint8Array, newGcm: NewGcm) {
    this.#newGcm = newGcm;
    this.#secret = secret;
    this.#key = this.#begin();
  }

  /**
   * The key and nonce of the next record. Its number is spent, whatever becomes of the record.
   * @throws P2PError `P2P_ERR_SEALED_RECORD` when all numbers are spent.
   */
  take(): RecordKey {
    if (this.#seq >= MAX_RECORDS) {
      throw new P2PError("the session has had as many records as it may have", {
        code: "P2P_ERR_SEALED_RECORD",
      });
    }
    if (this.#seq > 0 && this.#seq % EPOCH_RECORDS === 0) this.#advance();
    this.#nonceView.setUint32(4, this.#ivHigh ^ Math.floor(this.#seq / 2 ** 32));
    this.#nonceView.setUint32(8, this.#ivLow ^ (this.#seq % 2 ** 32));
    this.#seq += 1;
    return this.#key;
  }

  #advance(): void {
    const secret = nextSecret(this.#secret);
    this.#secret.fill(0);
    this.#secret = secret;
    this.#key = this.#begin();
  }

  /** Starts an epoch with the secret that there is. */
  #begin(): RecordKey {
    const { key, iv } = epochKeys(this.#secret);
    this.#nonce.set(iv);
    this.#ivHigh = this.#nonceView.getUint32(4);
    this.#ivLow = this.#nonceView.getUint32(8);
    return { gcm: this.#newGcm(key), nonce: this.#nonce };
  }
}
