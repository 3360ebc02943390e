/**
 * Opens the records of a stream and gives them in order. Where the cipher answers later, several
 * are being opened at once, and the stream is read meanwhile.
 * @see docs/wire/sealed.md, section 4
 * @module
 */

import type { MaybePromise } from "../../crypto/gcm.ts";
import { P2PError } from "../../errors.ts";
import type { ByteReader } from "../byte-reader.ts";
import type { Epochs } from "./epochs.ts";
import { Fifo } from "./fifo.ts";
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
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #epochs: Epochs;
  readonly #records = new RecordReader();
  /** In the order of the stream; with a cipher that answers at once it stays empty. */
  readonly #openings = new Fifo<Opening>();
  #openingBytes = 0;
  /** A chunk is on its way. */
  #reading: Promise<boolean> | undefined;
  /** The stream has ended, in order or not. */
  #ended = false;
  /** Nothing is opened any more: a fault waits to be taken, or nobody takes anything. */
  #stopped = false;

  /** `reader` has read the handshake; what came after it is opened first. */
  constructor(reader: Pick<ByteReader, "chunks" | "rest">, epochs: Epochs) {
    this.#chunks = reader.chunks;
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

  /** Resolves when `take` may give more; to false when nothing will come any more. Never rejects. */
  more(): Promise<boolean> {
    this.#openAhead();
    this.#readAhead();
    const answered = this.#openings.first?.answered;
    if (answered) return answered.then(this.#mayGive);
    return this.#reading ?? Promise.resolve(this.#mayGive());
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

  #readAhead(): void {
    if (this.#reading || this.#ended || this.#full) return;
    this.#reading = this.#chunks.next().then(this.#onChunk, this.#onFault);
  }

  readonly #onChunk = ({ value, done }: IteratorResult<Uint8Array>): boolean => {
    if (done) this.#ended = true;
    else if (!this.#stopped) this.#records.push(value);
    return this.#goOn();
  };

  readonly #onFault = (cause: unknown): boolean => {
    this.#ended = true;
    this.#fail(cause);
    return this.#goOn();
  };

  #goOn(): boolean {
    this.#reading = undefined;
    // Else `take` opens it, and needs no queue where the cipher answers at once.
    if (this.#openings.length > 0) {
      this.#openAhead();
      this.#readAhead();
    }
    return this.#mayGive();
  }

  readonly #mayGive = (): boolean => this.#openings.length > 0 || !this.#ended;
}

const DONE = Promise.resolve();

function authentic(plaintext: Uint8Array | undefined): Uint8Array {
  if (plaintext) return plaintext;
  throw new P2PError("bad record: it was changed, or the peer has another key", {
    code: "P2P_ERR_SEALED_RECORD",
  });
}
