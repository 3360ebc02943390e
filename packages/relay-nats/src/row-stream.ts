/**
 * A stream of rows: all that are under a word, then each change. `kv.watch` does the same and never
 * says that there was nothing to begin with.
 * @module
 */

import type { JetStreamClient, JsMsg } from "@nats-io/jetstream";
import { DeliverPolicy } from "@nats-io/jetstream";
import type { Clock } from "@peerkit/core";
import { trouble } from "./words.ts";

/** How long what is there may take to arrive, in ms. */
const BEGINNING_TIMEOUT_MS = 10_000;

/** As the key-value store marks a message that is no value. */
const OPERATION = "KV-Operation";

/** What rows to read. */
export interface RowPlace {
  readonly jetstream: JetStreamClient;
  readonly bucket: string;
  readonly word: string;
}

/** Who reads them. */
export interface RowStreamHandlers {
  readonly clock: Clock;
  /** A row is there, or, without a value, isn't any more. */
  onRow(row: string, value: Uint8Array | undefined): void;
  /** The stream has ended without having been stopped. */
  onEnd(): void;
}

/** A stream of rows that is read. */
export interface RowStream {
  /** Resolves when all that were there have been read. Rejects with `P2P_ERR_RELAY_DIRECTORY`. */
  readonly begun: Promise<void>;
  /** Resolves to whether NATS still sends it: with a server of a cluster it may be gone unnoticed. */
  isThere(): Promise<boolean>;
  /** Reads no more. */
  stop(): void;
}

/** Resolves when NATS sends them. */
export async function openRowStream(
  { jetstream, bucket, word }: RowPlace,
  { clock, onRow, onEnd }: RowStreamHandlers,
): Promise<RowStream> {
  const prefix = `$KV.${bucket}.`;
  const consumer = await jetstream.consumers.getPushConsumer(`KV_${bucket}`, {
    deliver_policy: DeliverPolicy.LastPerSubject,
    filter_subjects: `${prefix}${word}.>`,
  });
  const { num_pending: expected } = await consumer.info(true);
  const beginning = new Beginning(expected, clock);
  let isStopped = false;
  const messages = await consumer.consume({
    callback(message) {
      if (isStopped) return;
      onRow(message.subject.slice(prefix.length), readValue(message));
      beginning.onMessage(message.info.pending);
    },
  });
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    beginning.onEnd();
    messages.stop();
    // NATS forgets it by itself in some minutes; until then it costs it something.
    void consumer.delete().catch(() => {});
  };
  void messages.closed().then(() => {
    if (isStopped) return;
    stop();
    onEnd();
  });
  const isThere = async (): Promise<boolean> => {
    try {
      await consumer.info();
      return true;
    } catch {
      return false;
    }
  };
  return { begun: beginning.done, isThere, stop };
}

/** Until all rows that were there at first have come. */
class Beginning {
  readonly done: Promise<void>;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  readonly #cancelTimer: () => void;
  #left: number;

  constructor(expected: number, clock: Clock) {
    let settle: [resolve: () => void, reject: (error: unknown) => void] = [() => {}, () => {}];
    this.done = new Promise((resolve, reject) => {
      settle = [resolve, reject];
    });
    [this.#resolve, this.#reject] = settle;
    this.#left = expected;
    // Who has stopped waiting for it needs no word of its end.
    this.done.catch(() => {});
    this.#cancelTimer = clock.setTimer(BEGINNING_TIMEOUT_MS, () => this.#end("NATS is too slow"));
    if (expected === 0) this.#settle();
  }

  /** `pending` more wait behind it; fewer may come than were expected, if some are removed meanwhile. */
  onMessage(pending: number): void {
    this.#left -= 1;
    if (this.#left <= 0 || pending === 0) this.#settle();
  }

  onEnd(): void {
    this.#end("the connection to NATS was interrupted");
  }

  #settle(): void {
    this.#cancelTimer();
    this.#resolve();
  }

  #end(text: string): void {
    this.#cancelTimer();
    this.#reject(trouble(text));
  }
}

function readValue({ headers, data }: JsMsg): Uint8Array | undefined {
  // A message without an operation is a value.
  if (headers?.get(OPERATION) || headers?.has("Nats-Marker-Reason")) return undefined;
  return new Uint8Array(data);
}
