/**
 * Opens the records of a stream and gives them in order. Where the cipher answers later, several
 * are being opened at once, and the stream is read meanwhile.
 * @see docs/wire/sealed.md, section 4
 * @module
 */

import type { MaybePromise } from "../../crypto/gcm.ts";
import { P2PError } from "../../errors.ts";
import { Fifo } from "../../fifo.ts";
import type { BytePort } from "../../transport.ts";
import type { ByteReader } from "../byte-reader.ts";
import type { Epochs } from "./epochs.ts";
import { MAX_RECORD, RECORD_HEADER, RecordReader } from "./record-reader.ts";

/** How many bytes of records may be opened before those in front of them are taken. */
const MAX_AHEAD = 262_144;

/** A record that is being opened. */
interface Opening {
  /** Of the record. */
  readonly bytes: number;
  /** Settles when the cipher has answered; never rejects. */
  answered: Promise<void>;
  /** One of the two is set from then on. */
  plaintext?: Uint8Array;
  fault?: { readonly cause: unknown };
}

/** The way in of one session. */
export class RecordSource {
  readonly #port: BytePort;
  readonly #epochs: Epochs;
  readonly #records = new RecordReader();
  /** In the order of the stream; with a cipher that answers at once it stays empty. */
  readonly #openings = new Fifo<Opening>();
  #openingBytes = 0;
  /** Until the port has called back. All records that came were cut out of what they came in. */
  #waiting = false;
  /** Who waits for that. */
  #later: (() => void) | undefined;
  /** The stream has ended, in order or not. */
  #ended = false;
  /** Nothing is opened any more: a fault waits to be taken, or nobody takes anything. */
  #stopped = false;

  /** `reader` has read the handshake; what came after it is opened first. */
  constructor(reader: Pick<ByteReader, "port" | "rest">, epochs: Epochs) {
    this.#port = reader.port;
    this.#epochs = epochs;
    this.#records.push(reader.rest);
  }

  /**
   * The next record's plaintext, if it is open: all before it were genuine.
   * @throws P2PError `P2P_ERR_SEALED_RECORD` in place of a record that isn't one; what the stream
   * or the cipher failed with. It is of no more use then, but to `discard`.
   */
  take(): Uint8Array | undefined {
    if (this.#openings.length === 0 && !this.#stopped) {
      const record = this.#records.next();
      if (!record) return undefined;
      const opened = this.#open(record);
      if (!(opened instanceof Promise)) return opened;
      this.#keep(record.length, opened);
    }
    return this.#takeOpened();
  }

  /**
   * For when `take` has given nothing: whether it may give more now, or never. If later, `later` is
   * called once when it is time to ask again.
   */
  more(later: () => void): "now" | "later" | "never" {
    this.#openAhead();
    const came = this.#readAhead();
    const { first } = this.#openings;
    if (first) {
      if (first.plaintext || first.fault) return "now";
      void first.answered.then(later);
      return "later";
    }
    if (came) return "now";
    if (this.#ended) return "never";
    this.#later = later;
    return "later";
  }

  /** What is here, and what still comes, is thrown away. */
  discard(): void {
    this.#stopped = true;
    this.#openings.clear();
    this.#openingBytes = 0;
  }

  #takeOpened(): Uint8Array | undefined {
    const first = this.#openings.first;
    if (first?.fault) throw first.fault.cause;
    if (!first?.plaintext) return undefined;
    this.#openings.shift();
    this.#openingBytes -= first.bytes;
    return first.plaintext;
  }

  /** Throws or rejects as `take` throws. */
  #open(record: Uint8Array): MaybePromise<Uint8Array> {
    const { gcm, nonce } = this.#epochs.take();
    const opened = gcm.open(nonce, record, RECORD_HEADER);
    if (opened instanceof Promise) return opened.then(authentic);
    this.#records.giveBack(record);
    return authentic(opened);
  }

  get #full(): boolean {
    return this.#openingBytes + MAX_RECORD > MAX_AHEAD;
  }

  #openAhead(): void {
    try {
      while (!this.#stopped && !this.#full) {
        const record = this.#records.next();
        if (!record) return;
        this.#keep(record.length, this.#open(record));
      }
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #keep(bytes: number, opened: MaybePromise<Uint8Array>): void {
    const settle = async (): Promise<void> => {
      try {
        opening.plaintext = await opened;
      } catch (cause) {
        opening.fault = { cause };
      }
    };
    const opening: Opening = { bytes, answered: DONE };
    opening.answered = settle();
    this.#openings.push(opening);
    this.#openingBytes += bytes;
  }

  /** What failed has its place behind the records that came before it. */
  #fail(cause: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#openings.push({ bytes: 0, answered: DONE, fault: { cause } });
  }

  /** True when something came that `take` opens: what needs no queue where the cipher answers at once. */
  #readAhead(): boolean {
    while (!this.#waiting && !this.#ended && !this.#full) {
      const bytes = this.#port.read();
      if (bytes === undefined) this.#wait();
      else if (!this.#stopped) {
        this.#records.push(bytes);
        if (this.#openings.length === 0) return true;
        this.#openAhead();
      }
    }
    return false;
  }

  #wait(): void {
    const { ended } = this.#port;
    if (!ended) {
      this.#waiting = true;
      this.#port.whenReadable(this.#onReadable);
      return;
    }
    this.#ended = true;
    if (ended.error) this.#fail(ended.error);
  }

  readonly #onReadable = (): void => {
    this.#waiting = false;
    const later = this.#later;
    this.#later = undefined;
    if (later) later();
    else if (this.#openings.length > 0) this.#readAhead();
  };
}

const DONE = Promise.resolve();

function authentic(plaintext: Uint8Array | undefined): Uint8Array {
  if (plaintext) return plaintext;
  throw new P2PError("bad record: it was changed, or the peer has another key", {
    code: "P2P_ERR_SEALED_RECORD",
  });
}
