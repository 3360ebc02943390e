/**
 * Our own record: entries may change at any time, and each change gives a new, signed record with
 * a higher sequence number. go-ethereum's `enode.LocalNode`.
 * @module
 */

import { publicKeyOf } from "../crypto/secp256k1.ts";
import { unixTime } from "../env.ts";
import { equalBytes } from "../wire/bytes.ts";
import type { RlpInput } from "../wire/codec.ts";
import { encodeRlp } from "../wire/codec.ts";
import type { WebSocketEndpoint } from "./endpoint.ts";
import { isPort } from "./endpoint.ts";
import { isHost } from "./host.ts";
import { nodeId } from "./id.ts";
import { formatIp, ipToBytes, isMapped } from "./ip.ts";
import type { NodeRecord, RecordEntry } from "./record.ts";
import { formatRecord, layOut, MAX_SEQ, signRecord } from "./record.ts";

/**
 * Keeps sequence numbers over restarts, by node id. Without one they start at the clock's time,
 * which is higher than before as long as the clock is right.
 */
export interface SequenceStore {
  /** Resolves to the last number that was kept for the node, or `undefined`. */
  localSeq(id: string): Promise<bigint | undefined>;
  /** Resolves when the number is kept. */
  storeLocalSeq(id: string, seq: bigint): Promise<void>;
}

/** What a local node is made of. */
export interface LocalNodeOptions {
  /** 32 bytes. */
  readonly privateKey: Uint8Array;
  /** A `NodeDatabase`, or another. @default none */
  readonly database?: SequenceStore | undefined;
  /** Entries that it has from the start. @default none */
  readonly entries?: Iterable<RecordEntry> | undefined;
  /** Called when a number couldn't be kept. The record is good all the same. @default nothing */
  readonly onDatabaseError?: ((error: unknown) => void) | undefined;
}

/** Our own record. */
export class LocalNode {
  /** Our node id. */
  readonly id: string;
  /** 64 bytes. */
  readonly publicKey: Uint8Array;

  readonly #options: LocalNodeOptions;
  readonly #entries = new Map<string, RecordEntry>();
  /** The last number that was used. */
  #seq = BigInt(unixTime());
  #record: NodeRecord | undefined;
  #saved: Promise<void> = Promise.resolve();

  /** @throws RangeError or TypeError for a wrong key or entry. */
  constructor(options: LocalNodeOptions) {
    this.#options = options;
    this.publicKey = publicKeyOf(options.privateKey);
    this.id = nodeId(this.publicKey);
    for (const { key, value } of options.entries ?? []) {
      if (this.#entries.has(key)) throw new RangeError(`entries: "${key}" is there twice`);
      this.set(key, value);
    }
  }

  /** The record as it is now. It is signed when it is asked for after a change. */
  get record(): NodeRecord {
    if (!this.#record) {
      const seq = this.#seq + 1n;
      this.#record = signRecord({ seq, entries: this.#entries.values() }, this.#options.privateKey);
      this.#seq = seq;
      this.#save();
    }
    return this.#record;
  }

  /** The record's text: `enr:…`. */
  get enr(): string {
    return formatRecord(this.record);
  }

  /** The record's sequence number. */
  get seq(): bigint {
    return this.record.seq;
  }

  /**
   * Goes on from the number that the database has, if that is higher. A server does it in `start`.
   * Rejects with what the database rejects with.
   */
  async load(): Promise<void> {
    const stored = await this.#options.database?.localSeq(this.id);
    if (stored === undefined || stored < this.#seq) return;
    this.#seq = stored;
    this.#record = undefined;
  }

  /** Resolves when the numbers so far are kept, or couldn't be. Never rejects. */
  get saved(): Promise<void> {
    return this.#saved;
  }

  /**
   * Sets an entry. Nothing changes when it has that value already.
   * @throws RangeError or TypeError for `id` and `secp256k1`, which are ours, for a value that isn't
   * RLP, and when the record would have more than 300 bytes; it stays as it is then.
   */
  set(key: string, value: RlpInput): void {
    const before = this.#entries.get(key);
    if (before && equalBytes(encodeRlp(before.value), encodeRlp(value))) return;
    this.#entries.set(key, { key, value });
    try {
      layOut(MAX_SEQ, this.#entries.values(), this.publicKey);
    } catch (error) {
      if (before) this.#entries.set(key, before);
      else this.#entries.delete(key);
      throw error;
    }
    this.#record = undefined;
  }

  /** Whether an entry of that key was set. Nothing is signed for the answer, as it is for `record`. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Takes an entry out, if it is there. */
  delete(key: string): void {
    if (this.#entries.delete(key)) this.#record = undefined;
  }

  /** The IP address for IPv4 if it is set, else the one for IPv6. */
  get ip(): string | undefined {
    const bytes = this.#entries.get("ip")?.value ?? this.#entries.get("ip6")?.value;
    return bytes instanceof Uint8Array ? formatIp(bytes) : undefined;
  }

  /**
   * Sets the IP address that others reach us at: the entry `ip` or `ip6`, by its form.
   * @throws RangeError for a text that is no IP address.
   */
  setIp(ip: string): void {
    const bytes = ipToBytes(ip);
    if (!bytes) throw new RangeError(`ip: expected an IP address, got "${ip}"`);
    if (isMapped(bytes)) this.set("ip", bytes.slice(12));
    else this.set(bytes.length === 4 ? "ip" : "ip6", bytes);
  }

  /**
   * Sets the WebSocket listener that others dial: the entry `ws`, or `wss` for one with TLS.
   * @throws RangeError for a wrong port, path or host.
   */
  setWebSocket(scheme: "ws" | "wss", endpoint: WebSocketEndpoint): void {
    const { port, path = "", host = "" } = endpoint;
    if (!isPort(port)) throw new RangeError(`port: expected 1 to 65535, got ${port}`);
    if (path !== "" && !path.startsWith("/")) {
      throw new RangeError(`path: expected a slash at the start, got "${path}"`);
    }
    if (host !== "" && !isHost(host)) throw new RangeError(`host: bad host "${host}"`);
    const elements = host !== "" ? [port, path, host] : path !== "" ? [port, path] : [port];
    this.set(scheme, elements);
  }

  /** One after the other, so that an older number never overwrites a newer one. */
  #save(): void {
    const { database, onDatabaseError } = this.#options;
    if (!database) return;
    const seq = this.#seq;
    this.#saved = this.#saved
      .then(() => database.storeLocalSeq(this.id, seq))
      .catch((error: unknown) => onDatabaseError?.(error));
  }
}
