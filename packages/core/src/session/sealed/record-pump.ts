/**
 * Sends records one at a time: each is built when the stream is ready for it, so that what is
 * urgent waits behind one record at most.
 * @module
 */

import type { MaybePromise } from "../../crypto/gcm.ts";
import type { Clock } from "../../env.ts";
import { onTickEnd } from "../../env.ts";
import type { P2PError } from "../../errors.ts";
import type { BytePort, ByteStream } from "../../transport.ts";
import { concatBytes } from "../../wire/bytes.ts";
import type { Gate } from "../stream-writer.ts";
import { newGate, StreamWriter, writeError } from "../stream-writer.ts";
import type { Epochs } from "./epochs.ts";
import type { Outbound } from "./outbound.ts";
import { RECORD_HEADER } from "./record-reader.ts";

/** How long the end waits for credit, so that what was written before it gets through. */
const DRAIN_TIMEOUT_MS = 500;

/** What a pump needs. */
export interface RecordPumpOptions {
  readonly stream: ByteStream;
  readonly port: BytePort;
  readonly clock: Clock;
  readonly epochs: Epochs;
  readonly outbound: Outbound;
  /** Goes out with the first record, in one write. */
  readonly prefix: Uint8Array | undefined;
  /** Called once when writing has failed; the pump is of no more use then. */
  readonly onError: (error: P2PError) => void;
}

/** The way out of one session. */
export class RecordPump {
  readonly #options: Omit<RecordPumpOptions, "prefix">;
  readonly #writer: StreamWriter;
  #prefix: Uint8Array | undefined;
  #scheduled = false;
  /** From building a record until nothing is left that may go. */
  #sending = false;
  /** A base message waits for its turn. */
  #cancelWait = (): void => {};
  #state: "open" | "draining" | "over" = "open";
  #rested: Gate | undefined;
  /** Open when what was written has gone out, or won't any more. */
  readonly #drained = newGate();

  constructor({ prefix, ...options }: RecordPumpOptions) {
    this.#options = options;
    this.#writer = new StreamWriter(options.stream, options.port, options.clock);
    this.#prefix = prefix;
  }

  /** True while a record is on its way or a base message waits for its turn. */
  get busy(): boolean {
    return this.#sending || this.#options.outbound.baseWait !== undefined;
  }

  /** There may be something to send: it leaves at the end of the tick. */
  kick(): void {
    if (this.#scheduled || this.#sending || this.#state === "over") return;
    if (this.#options.outbound.idle) return;
    this.#scheduled = true;
    onTickEnd(this.#start);
  }

  /**
   * Sends what there is, for as long as credit for it may come, then ends the stream; after 1 s it
   * is dropped. Never rejects.
   */
  async close(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "draining";
    await this.#writer.close(() => this.#drain());
    this.#stop();
  }

  /** Sends no more. */
  abort(reason: P2PError): void {
    this.#writer.abort(reason);
    this.#stop();
  }

  async #drain(): Promise<void> {
    const cancel = this.#options.clock.setTimer(DRAIN_TIMEOUT_MS, this.#drained.open);
    this.#start();
    await this.#drained.promise;
    cancel();
    this.#options.outbound.hurry();
    this.#start();
    await this.#untilRest();
  }

  #stop(): void {
    this.#state = "over";
    this.#cancelWait();
    this.#options.outbound.end();
    this.#drained.open();
  }

  readonly #start = (): void => {
    this.#scheduled = false;
    if (!this.#sending) this.#sendNext();
  };

  #sendNext(): void {
    const record = this.#options.outbound.next();
    this.#sending = record !== undefined;
    if (!record) {
      this.#rest();
      return;
    }
    try {
      const sealed = this.#seal(record);
      if (sealed instanceof Promise) sealed.then(this.#write, this.#fail);
      else this.#write(sealed);
    } catch (cause) {
      this.#fail(cause);
    }
  }

  readonly #write = (record: Uint8Array): void => {
    this.#writer.write(this.#withPrefix(record), this.#written);
  };

  readonly #written = (error?: P2PError): void => {
    if (error) this.#fail(error);
    else this.#sendNext();
  };

  readonly #fail = (cause: unknown): void => {
    const { outbound, onError } = this.#options;
    // What was encrypted once is not encrypted again: this was the last record.
    outbound.end();
    if (this.#state === "open") onError(writeError(cause));
    this.#sending = false;
    this.#rest();
  };

  #rest(): void {
    this.#rested?.open();
    if (this.#state !== "open" && this.#options.outbound.drained) this.#drained.open();
    this.#waitForBase();
  }

  async #untilRest(): Promise<void> {
    if (!this.#sending) return;
    this.#rested = newGate();
    await this.#rested.promise;
  }

  /** In place: the stream has a record no longer than until the next is built. */
  #seal(record: Uint8Array): MaybePromise<Uint8Array> {
    const { gcm, nonce } = this.#options.epochs.take();
    return gcm.seal(nonce, record, RECORD_HEADER);
  }

  #withPrefix(record: Uint8Array): Uint8Array {
    const prefix = this.#prefix;
    if (!prefix) return record;
    this.#prefix = undefined;
    return concatBytes(prefix, record);
  }

  #waitForBase(): void {
    this.#cancelWait();
    const wait = this.#options.outbound.baseWait;
    if (wait === undefined || this.#state === "over") return;
    this.#cancelWait = this.#options.clock.setTimer(Math.ceil(wait), () => this.kick());
  }
}
