/**
 * The bucket of a directory: a key-value store of JetStream, of which each key is a row.
 * @module
 */

import type { JetStreamClient } from "@nats-io/jetstream";
import { JetStreamApiCodes, JetStreamApiError, jetstream } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import { Kvm } from "@nats-io/kv";
import { ROW_TTL_MS } from "@peerkit/relay/server";
import { MAX_VALUE_BYTES } from "./keys.ts";
import type { NatsLink } from "./nats-link.ts";
import { ANSWER_TIMEOUT_MS } from "./nats-link.ts";
import type { RowStream, RowStreamHandlers } from "./row-stream.ts";
import { openRowStream } from "./row-stream.ts";
import { trouble } from "./words.ts";

/** How NATS is to keep a bucket; without effect on one that is there. */
export interface BucketOptions {
  readonly name: string;
  readonly storage: "memory" | "file";
  readonly replicas: number;
}

/** A message of the store is a value and a few headers. */
const MAX_MESSAGE_BYTES = MAX_VALUE_BYTES + 512;

const NOTHING = new Uint8Array(0);

/** A bucket, as one relay has it. What waits for NATS rejects with `P2P_ERR_RELAY_DIRECTORY`. */
export class Bucket {
  readonly #link: NatsLink;
  readonly #options: BucketOptions;
  readonly #jetstream: JetStreamClient;
  /** A row that only we write. When it isn't as we wrote it, others may be lost as well. */
  readonly #markRow: string;
  #markRevision: number | undefined;
  #store: KV | undefined;

  constructor(link: NatsLink, options: BucketOptions, relay: string) {
    this.#link = link;
    this.#options = options;
    this.#jetstream = jetstream(link.nats, { timeout: ANSWER_TIMEOUT_MS });
    this.#markRow = `_.${relay}`;
  }

  /** Makes the bucket where there is none. Resolves to whether rows may have been lost since. */
  async ensure(): Promise<boolean> {
    return this.#link.exchange(async () => {
      const { name, storage, replicas } = this.#options;
      this.#store = await new Kvm(this.#jetstream).create(name, {
        history: 1,
        ttl: ROW_TTL_MS,
        maxValueSize: MAX_MESSAGE_BYTES,
        storage,
        replicas,
      });
      return !(await this.#renewMark(this.#store));
    });
  }

  /** Writes a row. Resolves to its revision. */
  put(row: string, value: Uint8Array): Promise<number> {
    return this.#exchange((store) => store.put(row, value));
  }

  /**
   * Writes a row that had this revision again, unless somebody else has. Where it isn't there any more,
   * or without a revision, it is written if nobody has. Resolves to its new revision, or to nothing.
   */
  async renew(
    row: string,
    value: Uint8Array,
    revision: number | undefined,
  ): Promise<number | undefined> {
    if (revision !== undefined) {
      const renewed = await this.#exchange((store) => putOver(store, row, value, revision));
      if (renewed !== undefined) return renewed;
    }
    return (await this.get(row)) ? undefined : this.put(row, value);
  }

  /** The value of a row that is there. */
  async get(row: string): Promise<Uint8Array | undefined> {
    const entry = await this.#exchange((store) => store.get(row));
    const isThere = entry?.operation === "PUT" && entry.value.length <= MAX_VALUE_BYTES;
    return isThere ? new Uint8Array(entry.value) : undefined;
  }

  /** Removes a row, unless it has another revision. */
  remove(row: string, revision: number): Promise<void> {
    return this.#exchange(async (store) => {
      try {
        await store.delete(row, { previousSeq: revision });
      } catch (error) {
        if (!isOtherRevision(error)) throw error;
      }
    });
  }

  /** Reads all rows under a word, and what happens to them then. */
  read(word: string, handlers: RowStreamHandlers): Promise<RowStream> {
    const place = { jetstream: this.#jetstream, bucket: this.#options.name, word };
    return this.#link.exchange(() => openRowStream(place, handlers));
  }

  /** Resolves to whether the mark was as we had left it. */
  async #renewMark(store: KV): Promise<boolean> {
    const before = this.#markRevision;
    const renewed =
      before === undefined ? undefined : await putOver(store, this.#markRow, NOTHING, before);
    this.#markRevision = renewed ?? (await store.put(this.#markRow, NOTHING));
    return before === undefined || renewed !== undefined;
  }

  async #exchange<T>(action: (store: KV) => Promise<T>): Promise<T> {
    const store = this.#store;
    if (!store) throw trouble("the directory isn't open");
    return this.#link.exchange(() => action(store));
  }
}

/** What NATS says to a change of a revision that isn't the last; the latter where it has replicas. */
const OTHER_REVISION: readonly number[] = [
  JetStreamApiCodes.StreamWrongLastSequence,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
];

/** Resolves to the new revision, or to nothing where the row has another than the previous one. */
async function putOver(
  store: KV,
  row: string,
  value: Uint8Array,
  previousSeq: number,
): Promise<number | undefined> {
  try {
    return await store.put(row, value, { previousSeq });
  } catch (error) {
    if (isOtherRevision(error)) return undefined;
    throw error;
  }
}

function isOtherRevision(error: unknown): boolean {
  return error instanceof JetStreamApiError && OTHER_REVISION.includes(error.code);
}
