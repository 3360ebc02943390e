/**
 * One peerkit server with test protocols: the same test's view of our side.
 * @module
 */

import type { Msg, MsgReadWriter, Peer, Protocol, ServerEvent, ServerOptions } from "@peerkit/core";
import { Server } from "@peerkit/core";
import { tcp } from "@peerkit/tcp";
import type { NodeOptions, ProtocolSpec } from "./foreign-node.ts";
import { Inbox } from "./inbox.ts";

/** One call of a protocol's `run`. */
export interface Run {
  readonly protocol: string;
  readonly peer: Peer;
  readonly rw: MsgReadWriter;
  /** What arrived and was not echoed. */
  readonly messages: Inbox<Msg>;
  /** Makes `run` do this last and end with it. */
  finish(last: () => Promise<void> | void): void;
}

let started = 0;

/** A running server of ours that listens on 127.0.0.1. */
export class OurNode {
  readonly server: Server;
  readonly name: string;
  readonly runs: Inbox<Run>;
  readonly events: Inbox<ServerEvent>;

  private constructor(server: Server, name: string, runs: Inbox<Run>) {
    this.server = server;
    this.name = name;
    this.runs = runs;
    this.events = new Inbox();
    void this.#collect();
  }

  /** Starts a server. */
  static async start(options: NodeOptions & Pick<ServerOptions, "inboundLimit">): Promise<OurNode> {
    const runs = new Inbox<Run>();
    const name = options.name ?? `peerkit/interop/n${++started}`;
    const server = new Server({
      name,
      protocols: options.protocols.map((spec) => makeProtocol(spec, runs)),
      transports: [tcp()],
      listen: ["tcp://127.0.0.1:0"],
      ...(options.maxPeers === undefined ? {} : { maxPeers: options.maxPeers }),
      trustedNodes: options.trusted,
      netRestrict: options.netRestrict === undefined ? undefined : [options.netRestrict],
      inboundLimit: options.inboundLimit,
      ...(options.key === undefined ? {} : { privateKey: Buffer.from(options.key, "hex") }),
    });
    const node = new OurNode(server, name, runs);
    await server.start();
    return node;
  }

  /** Its node id: 64 hex digits. */
  get id(): string {
    return this.server.id;
  }

  /** Where others dial it. */
  get enode(): string {
    return this.server.urls[0] ?? "";
  }

  /** Takes the next call of a protocol's `run`, with a given peer or with any. */
  run(protocol: string, peer?: string): Promise<Run> {
    const match = (r: Run) => r.protocol === protocol && (peer ?? r.peer.id) === r.peer.id;
    return this.runs.take(match, `${protocol} to run on ${this.name}`);
  }

  /** Takes the next event of a kind. */
  next<K extends ServerEvent["type"]>(type: K): Promise<Extract<ServerEvent, { type: K }>> {
    const taken = this.events.take((e) => e.type === type, `"${type}" of ${this.name}`);
    return taken as Promise<Extract<ServerEvent, { type: K }>>;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  async #collect(): Promise<void> {
    for await (const event of this.server.events()) this.events.put(event);
  }
}

function makeProtocol(spec: ProtocolSpec, runs: Inbox<Run>): Protocol {
  const { name, version, length } = spec;
  return {
    name,
    version,
    length,
    run(peer, rw) {
      const messages = new Inbox<Msg>();
      return new Promise((resolve, reject) => {
        const finish = (last: () => Promise<void> | void) =>
          void Promise.resolve().then(last).then(resolve, reject);
        runs.put({ protocol: `${name}/${version}`, peer, rw, messages, finish });
        receive(spec, rw, messages).then(resolve, reject);
      });
    },
  };
}

async function receive(spec: ProtocolSpec, rw: MsgReadWriter, inbox: Inbox<Msg>): Promise<void> {
  for await (const msg of rw) {
    if (spec.echo === true) await rw.writeMsg(msg.code, msg.payload);
    else inbox.put(msg);
  }
}
