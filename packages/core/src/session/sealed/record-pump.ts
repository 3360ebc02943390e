/**
 * Sends records one at a time: each is built when the stream is ready for it, so that what is
 * urgent waits behind one record at most.
 * @module
 */

import type { MaybePromise } from "../../crypto/gcm.ts";
import type { Clock } from "../../env.ts";
import { onTickEnd } from "../../env.ts";
import type { P2PError } from "../../errors.ts";
import type { ByteStream } from "../../transport.ts";
import { concatBytes } from "../../wire/bytes.ts";
import { newGate, StreamWriter, writeError } from "../stream-writer.ts";
import type { Epochs } from "./epochs.ts";
import type { Outbound } from "./outbound.ts";
import { recordMemory } from "./record-builder.ts";
import { recordHeader } from "./record-reader.ts";

/** How long the end waits for credit, so that what was written before it gets through. */
const DRAIN_TIMEOUT_MS = 500;

/** What a pump needs. */
export interface RecordPumpOptions {
  readonly stream: ByteStream;
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
  #running: Promise<void> | undefined;
  /** There may be more to send than the run has seen. */
  #again = false;
  /** A base message waits for its turn. */
  #cancelWait = (): void => {};
  #state: "open" | "draining" | "over" = "open";
  /** Open when what was written has gone out, or won't any more. */
  readonly #drained = newGate();

  constructor({ prefix, ...options }: RecordPumpOptions) {
    this.#options = options;
    this.#writer = new StreamWriter(options.stream, options.clock);
    this.#prefix = prefix;
  }

  /** True while a record is on its way or a base message waits for its turn. */
  get busy(): boolean {
    return this.#running !== undefined || this.#options.outbound.baseWait !== undefined;
  }

  /** There may be something to send: it leaves at the end of the tick. */
  kick(): void {
    if (this.#options.outbound.idle) return;
    this.#again = this.#running !== undefined;
    if (this.#scheduled || this.#again || this.#state === "over") return;
    this.#scheduled = true;
    onTickEnd(() => {
      this.#scheduled = false;
      void this.#run();
    });
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
    void this.#run();
    await this.#drained.promise;
    cancel();
    this.#options.outbound.hurry();
    await this.#running;
    await this.#run();
  }

  #stop(): void {
    this.#state = "over";
    this.#cancelWait();
    this.#options.outbound.end();
    this.#drained.open();
  }

  /** One run at a time; never rejects. */
  #run(): Promise<void> {
    this.#running ??= this.#send().finally(() => {
      this.#running = undefined;
      if (this.#state !== "open" && this.#options.outbound.drained) this.#drained.open();
      if (this.#again) this.kick();
      else this.#waitForBase();
    });
    return this.#running;
  }

  async #send(): Promise<void> {
    const { outbound, onError } = this.#options;
    this.#again = false;
    try {
      for (let plaintext = outbound.next(); plaintext; plaintext = outbound.next()) {
        const sealed = this.#seal(plaintext);
        const record = sealed instanceof Promise ? await sealed : sealed;
        await this.#writer.write(this.#withPrefix(record));
      }
    } catch (cause) {
      // What was encrypted once is not encrypted again: this was the last record.
      outbound.end();
      if (this.#state === "open") onError(writeError(cause));
    }
  }

  /** In place where the cipher can: the stream has a record no longer than until the next is built. */
  #seal(plaintext: Uint8Array): MaybePromise<Uint8Array> {
    const { gcm, nonce } = this.#options.epochs.take();
    return gcm.seal(nonce, recordHeader(plaintext.length), plaintext, recordMemory(plaintext));
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
