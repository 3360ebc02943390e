/**
 * What a node remembers over restarts: the sequence number of its own record, the nodes that it has
 * reached, and those that were sealed. What go-ethereum's `enode.DB` is without discovery.
 * @module
 */

import { unixTime } from "../env.ts";
import { P2PError } from "../errors.ts";
import type { NodeAddress } from "../node/address.ts";
import { formatNodeAddress, parseNodeAddress } from "../node/address-text.ts";
import { nodeId } from "../node/id.ts";
import type { SequenceStore } from "../node/local-node.ts";
import { bytesToHex, hexToBytes } from "../wire/bytes.ts";
import { decodeRlp, encodeRlp } from "../wire/codec.ts";
import { bigint, bytes, str, uint } from "../wire/schema.ts";
import { list, optional, struct } from "../wire/schema-list.ts";
import type { Store } from "./store.ts";
import { corrupt } from "./store.ts";

/** How long a node is remembered after it was seen last, in ms: 24 h. */
const EXPIRY_MS = 86_400_000;
const NODE = "node.";
const SEQUENCE = "seq.";
const SEALED = "sealed.";

/** The record is last, since not every address came from one. */
const nodeSchema = struct({ address: str, lastSeen: uint, fails: uint, enr: optional(str) });

const idsSchema = list(bytes(32));
const sealedSchema = struct({ dialed: idsSchema, inbound: idsSchema });

/** Nodes that have had a sealed session with us, by their ids, the oldest first. */
export interface SealedNodes {
  /** Those that we dialed. */
  readonly dialed: Iterable<string>;
  /** Those that dialed us. */
  readonly inbound: Iterable<string>;
}

/** A node that was reached. */
export interface KnownNode {
  /** Its node id. */
  readonly id: string;
  /** Where it was dialed. */
  readonly address: NodeAddress;
  /** When it was last connected, in ms since 1970. */
  readonly lastSeen: number;
  /** Attempts that have failed since. */
  readonly fails: number;
}

/** Settings of {@link NodeDatabase}. */
export interface NodeDatabaseOptions {
  /** Nodes at most; those that were not seen for longest go first. @default 1_024 */
  readonly maxNodes?: number | undefined;
  /** The time in ms since 1970. @default the platform's */
  readonly now?: (() => number) | undefined;
}

/**
 * A node database in a store, for `new Server({ nodeDatabase })`. Its methods reject with what the
 * store rejects with, and with `P2P_ERR_STORE_CORRUPT` for content that isn't its own, which stays.
 */
export class NodeDatabase implements SequenceStore {
  readonly #store: Store;
  readonly #maxNodes: number;
  readonly #now: () => number;
  /**
   * At most `#maxNodes`, read when first asked for. From then on the map is the truth, and the store
   * follows it.
   */
  #nodes: Promise<Map<string, KnownNode>> | undefined;

  /** @throws RangeError for a wrong `maxNodes`. */
  constructor(store: Store, { maxNodes = 1_024, now = unixTime }: NodeDatabaseOptions = {}) {
    if (!Number.isSafeInteger(maxNodes) || maxNodes < 1) {
      throw new RangeError(`maxNodes: expected an integer from 1, got ${maxNodes}`);
    }
    this.#store = store;
    this.#maxNodes = maxNodes;
    this.#now = now;
  }

  /** The last sequence number of our record that was kept, by our node id. */
  localSeq(id: string): Promise<bigint | undefined> {
    return this.#read(`${SEQUENCE}${id}`, decodeSeq);
  }

  /** Resolves when the number is kept. */
  async storeLocalSeq(id: string, seq: bigint): Promise<void> {
    await this.#store.set(`${SEQUENCE}${id}`, encodeRlp(seq));
  }

  /** The nodes that were kept as sealed, by our node id. */
  sealedNodes(id: string): Promise<SealedNodes | undefined> {
    return this.#read(`${SEALED}${id}`, decodeSealed);
  }

  /** Resolves when the nodes are kept in place of those before. */
  async storeSealedNodes(id: string, { dialed, inbound }: SealedNodes): Promise<void> {
    const ids = {
      dialed: Array.from(dialed, hexToBytes),
      inbound: Array.from(inbound, hexToBytes),
    };
    await this.#store.set(`${SEALED}${id}`, encodeRlp(ids, sealedSchema));
  }

  /**
   * The nodes that were connected in the last 24 h: those whose last attempt didn't fail first, then
   * those that were seen last. What to dial after a restart.
   */
  async knownNodes(): Promise<readonly KnownNode[]> {
    const nodes = await this.#load();
    const old = [...nodes.values()].filter((node) => this.#isOld(node));
    await this.#forget(nodes, old);
    return [...nodes.values()].sort((a, b) => a.fails - b.fails || b.lastSeen - a.lastSeen);
  }

  /** The addresses of {@link knownNodes}, each once: for a protocol's `dialCandidates`. */
  async *candidates(): AsyncGenerator<NodeAddress, void> {
    for (const { address } of await this.knownNodes()) yield address;
  }

  /** Remembers that a node is connected, by the address at which it was dialed. */
  async connected(address: NodeAddress): Promise<void> {
    const nodes = await this.#load();
    const id = nodeId(address.publicKey);
    const node = { id, address, lastSeen: this.#now(), fails: 0 };
    nodes.set(id, node);
    await Promise.all([this.#keep(node), this.#forget(nodes, this.#surplus(nodes))]);
  }

  /** Remembers that a known node is, or was until now, connected; of others it keeps nothing. */
  seen(id: string): Promise<void> {
    return this.#change(id, () => ({ lastSeen: this.#now(), fails: 0 }));
  }

  /** Counts an attempt that failed to reach a known node. */
  failed(id: string): Promise<void> {
    return this.#change(id, ({ fails }) => ({ fails: fails + 1 }));
  }

  /** Forgets a node. */
  async delete(id: string): Promise<void> {
    const nodes = await this.#load();
    nodes.delete(id);
    await this.#store.delete(`${NODE}${id}`);
  }

  async #change(id: string, change: (node: KnownNode) => Partial<KnownNode>): Promise<void> {
    const nodes = await this.#load();
    const node = nodes.get(id);
    if (!node) return;
    const changed = { ...node, ...change(node) };
    nodes.set(id, changed);
    await this.#keep(changed);
  }

  #keep({ id, address, lastSeen, fails }: KnownNode): Promise<void> {
    const value = { address: formatNodeAddress(address), lastSeen, fails, enr: address.enr };
    return this.#store.set(`${NODE}${id}`, encodeRlp(value, nodeSchema));
  }

  async #forget(nodes: Map<string, KnownNode>, gone: readonly KnownNode[]): Promise<void> {
    for (const { id } of gone) nodes.delete(id);
    await Promise.all(gone.map(({ id }) => this.#store.delete(`${NODE}${id}`)));
  }

  #surplus(nodes: ReadonlyMap<string, KnownNode>): readonly KnownNode[] {
    const surplus = nodes.size - this.#maxNodes;
    if (surplus <= 0) return [];
    return [...nodes.values()].sort((a, b) => a.lastSeen - b.lastSeen).slice(0, surplus);
  }

  #isOld({ lastSeen }: KnownNode): boolean {
    return this.#now() - lastSeen > EXPIRY_MS;
  }

  #load(): Promise<Map<string, KnownNode>> {
    this.#nodes ??= this.#readAll().catch((error: unknown) => {
      this.#nodes = undefined;
      throw error;
    });
    return this.#nodes;
  }

  async #readAll(): Promise<Map<string, KnownNode>> {
    const nodes = new Map<string, KnownNode>();
    for (const key of await this.#store.keys(NODE)) {
      const node = await this.#read(key, decodeNode);
      if (node && key !== `${NODE}${node.id}`) throw corrupt(this.#store, key, "has another key");
      if (node) nodes.set(node.id, node);
    }
    await this.#forget(nodes, this.#surplus(nodes));
    return nodes;
  }

  async #read<T>(key: string, decode: (value: Uint8Array) => T): Promise<T | undefined> {
    const value = await this.#store.get(key);
    if (!value) return undefined;
    try {
      return decode(value);
    } catch (error) {
      if (!P2PError.is(error)) throw error;
      throw corrupt(this.#store, key, `is not what a node database keeps (${error.message})`);
    }
  }
}

function decodeSeq(value: Uint8Array): bigint {
  return decodeRlp(value, bigint);
}

function decodeSealed(value: Uint8Array): SealedNodes {
  const { dialed, inbound } = decodeRlp(value, sealedSchema);
  return { dialed: dialed.map(bytesToHex), inbound: inbound.map(bytesToHex) };
}

function decodeNode(value: Uint8Array): KnownNode {
  const { address: text, lastSeen, fails, enr } = decodeRlp(value, nodeSchema);
  const address = { ...parseNodeAddress(text), ...(enr !== undefined && { enr }) };
  return { id: nodeId(address.publicKey), address, lastSeen, fails };
}
