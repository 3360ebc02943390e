/**
 * One node inside a {@link PeerProcess}: what a test asks of it and what it sees.
 * @module
 */

import type { Payload } from "./payload.ts";
import type { Line, PeerProcess } from "./peer-process.ts";

/** A test protocol, the same on both sides. One that echoes sends each message back on its own code. */
export interface ProtocolSpec {
  readonly name: string;
  readonly version: number;
  readonly length: number;
  readonly echo?: boolean;
}

/** What a node is started with. */
export interface NodeOptions {
  readonly protocols: readonly ProtocolSpec[];
  /** The client name of its Hello. */
  readonly name?: string;
  readonly maxPeers?: number;
  /** 64 hex digits; fresh by default. */
  readonly key?: string;
  /** Enodes that come in above `maxPeers`. */
  readonly trusted?: readonly string[];
  /** The only network that is let in. */
  readonly netRestrict?: string;
}

let started = 0;

/** A node of the other implementation. */
export class ForeignNode {
  readonly name: string;
  /** Its node id: 64 hex digits. */
  readonly id: string;
  readonly enode: string;
  /** Its record, where it has one. */
  readonly enr: string | undefined;
  readonly #process: PeerProcess;
  readonly #node: string;

  private constructor(process: PeerProcess, node: string, name: string, answer: Line) {
    this.#process = process;
    this.#node = node;
    this.name = name;
    this.id = answer.peer ?? "";
    this.enode = answer.enode ?? "";
    this.enr = answer.enr;
  }

  /** Starts a node that listens on 127.0.0.1. It dials only when {@link ForeignNode.addPeer} is used. */
  static async start(
    process: PeerProcess,
    options: NodeOptions & { readonly noDial?: boolean },
  ): Promise<ForeignNode> {
    const node = `n${++started}`;
    const name = options.name ?? `${process.program}/${node}`;
    const { maxPeers = 50, noDial = true } = options;
    const fields = { ...options, node, name, maxPeers, noDial };
    return new ForeignNode(process, node, name, await process.request("start", fields));
  }

  /** Dials an enode, or where it reads records a record, at once. Resolves when the peer is admitted; rejects with a `ForeignError`. */
  async dial(enode: string): Promise<void> {
    await this.#request("dial", { enode });
  }

  /** Tells the node to keep a connection; it dials by itself. Needs `noDial: false`. */
  async addPeer(enode: string): Promise<void> {
    await this.#request("addPeer", { enode });
  }

  /** Leaves a peer. */
  async disconnect(peer: string, reason: number): Promise<void> {
    await this.#request("disconnect", { peer, reason });
  }

  /** Writes a message. Resolves with the SHA-256 of its payload. */
  async send(peer: string, protocol: string, code: number, payload: Payload): Promise<string> {
    const line = await this.#request("send", { peer, protocol, code, ...payload });
    return line.sha256 ?? "";
  }

  /** Makes the `run` of a protocol end, in one of the ways it can. */
  async finish(peer: string, protocol: string, kind: string, reason?: number): Promise<void> {
    await this.#request("finish", { peer, protocol, kind, reason });
  }

  /** Takes the next event of a kind. */
  next(event: Line["event"], filter: Partial<Line> = {}, timeoutMs?: number): Promise<Line> {
    const entries = Object.entries(filter);
    const match = (line: Line) =>
      line.node === this.#node &&
      line.event === event &&
      entries.every(([key, value]) => line[key as keyof Line] === value);
    const what = `"${event}" ${JSON.stringify(filter)} of ${this.name}`;
    return this.#process.lines.take(match, what, timeoutMs);
  }

  /** True when an event of that kind is there. */
  has(event: Line["event"], peer: string): boolean {
    const match = (l: Line) => l.node === this.#node && l.event === event && l.peer === peer;
    return this.#process.lines.peek(match).length > 0;
  }

  /** Stops the node and forgets its events. */
  async stop(): Promise<void> {
    await this.#request("stop");
    this.#process.lines.drop((line) => line.node === this.#node);
  }

  #request(cmd: string, fields: object = {}): Promise<Line> {
    return this.#process.request(cmd, { node: this.#node, ...fields });
  }
}
