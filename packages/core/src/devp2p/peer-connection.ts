/**
 * A peer at work: what is known of it, its protocols' runs, and one end for all of it, for one
 * reason.
 * @module
 */

import { newAbortController } from "../env.ts";
import { DisconnectError, DiscReason } from "../errors.ts";
import type { NodeAddress } from "../node/address.ts";
import { nodeId } from "../node/id.ts";
import type { Gate } from "../session/stream-writer.ts";
import { newGate } from "../session/stream-writer.ts";
import type { Capability, Hello, SharedCapability } from "../trace.ts";
import type { AbortOptions, StreamPath } from "../transport.ts";
import type { RunResult } from "./ending.ts";
import { endOfRun } from "./ending.ts";
import type { MsgWriter } from "./message.ts";
import type { Peer } from "./peer.ts";
import { shortName } from "./peer.ts";
import type { PeerWireOptions, WireEntry } from "./peer-wire.ts";
import { PeerWire } from "./peer-wire.ts";
import type { Protocol } from "./protocol.ts";
import { plain } from "./running-capability.ts";
import type { PeerTraffic } from "./traffic.ts";

/** What the dial scheduler dialed a peer for: to keep it, or because a protocol proposed it. */
export type Dialed = "static" | "dynamic";

/** What a peer is made of. */
export interface PeerConnectionOptions extends PeerWireOptions {
  /** Its node's id. @default what follows from the session's key */
  readonly id?: string | undefined;
  readonly hello: Hello;
  readonly inbound: boolean;
  readonly trusted: boolean;
  /** Absent for inbound peers, and for those of `connect`. */
  readonly dialed?: Dialed | undefined;
  readonly transport: string;
  /** @default "direct" */
  readonly path?: StreamPath;
  readonly address: NodeAddress | undefined;
}

/** One connected peer. */
export class PeerConnection implements Peer {
  readonly id: string;
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly fullname: string;
  readonly version: number;
  readonly caps: readonly Capability[];
  readonly protocols: readonly SharedCapability[];
  readonly inbound: boolean;
  /** Changed by the server, when its owner changes his mind. */
  trusted: boolean;
  readonly staticDialed: boolean;
  readonly dynDialed: boolean;
  readonly sealed: boolean;
  readonly exporter: Uint8Array | undefined;
  readonly transport: string;
  readonly path: StreamPath;
  readonly address: NodeAddress | undefined;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
  readonly closed: Promise<DisconnectError>;

  readonly #wire: PeerWire;
  readonly #startedAt: number;
  readonly #abort = newAbortController();
  readonly #resolveClosed: (end: DisconnectError) => void;
  /** The protocols whose `run` hasn't settled. */
  #running: readonly Protocol[] = [];
  #finished: Gate | undefined;
  #end: DisconnectError | undefined;

  constructor(options: PeerConnectionOptions) {
    const { session, hello, clock } = options;
    this.#startedAt = clock.now();
    this.publicKey = session.remoteKey;
    this.id = options.id ?? nodeId(session.remoteKey);
    this.fullname = hello.name;
    this.name = shortName(hello.name);
    this.version = hello.version;
    this.caps = hello.caps;
    this.protocols = options.running.map(plain);
    this.inbound = options.inbound;
    this.trusted = options.trusted;
    this.staticDialed = options.dialed === "static";
    this.dynDialed = options.dialed === "dynamic";
    this.sealed = session.sealed;
    this.exporter = session.exporter;
    this.transport = options.transport;
    this.path = options.path ?? "direct";
    this.address = options.address;
    this.remoteAddress = session.remoteAddress;
    this.localAddress = session.localAddress;
    let resolveClosed = (_end: DisconnectError): void => {};
    this.closed = new Promise((resolve) => {
      resolveClosed = resolve;
    });
    this.#resolveClosed = resolveClosed;
    this.#wire = new PeerWire(options, (end) => this.leave(end));
  }

  get lifetime(): number {
    return this.#wire.clock.now() - this.#startedAt;
  }

  get latency(): number | undefined {
    return this.#wire.liveness.latency;
  }

  get traffic(): PeerTraffic {
    return this.#wire.traffic.snapshot();
  }

  /** Why it has ended; absent while it lives. */
  get end(): DisconnectError | undefined {
    return this.#end;
  }

  /** The protocols whose `run` hasn't settled. */
  get stillRunning(): readonly Protocol[] {
    return this.#running;
  }

  /** Settles when every `run` has; rejects never. */
  get finished(): Promise<void> {
    if (this.#running.length === 0) return Promise.resolve();
    this.#finished ??= newGate();
    return this.#finished.promise;
  }

  /** Calls every protocol's `run` and lets messages in. */
  start(): void {
    const { session, channels } = this.#wire;
    this.#wire.start();
    this.#running = channels.map(({ capability }) => capability.own);
    for (const entry of channels) this.#run(entry);
    session.resume();
  }

  disconnect(reason: DiscReason = DiscReason.Requested): void {
    this.leave(new DisconnectError(reason, { message: "we left the peer" }));
  }

  /** Leaves the peer for this reason, which is sent where the table in `docs/errors.md` says so. */
  leave(end: DisconnectError): void {
    if (this.#end) return;
    this.#end = end;
    this.#wire.end(end);
    this.#abort.abort(end);
    void this.#wire.close(end).then(() => this.#resolveClosed(end));
  }

  ping(options?: AbortOptions): Promise<number> {
    return this.#end ? Promise.reject(this.#end) : this.#wire.liveness.ping(options);
  }

  /** Ends the connection in 5 s if the peer, not heard within `ms`, doesn't answer. */
  check(ms: number): void {
    if (!this.#end) this.#wire.liveness.check(ms);
  }

  runningCap(name: string, versions: readonly number[]): boolean {
    return this.protocols.some((cap) => cap.name === name && versions.includes(cap.version));
  }

  writer(protocol: Capability): MsgWriter | undefined {
    return this.#wire.channels.find(
      ({ capability }) =>
        capability.name === protocol.name && capability.version === protocol.version,
    )?.channel;
  }

  /** Calls a protocol's `run`. When it settles, whichever way, the peer ends. */
  #run(entry: WireEntry): void {
    const { capability, channel } = entry;
    calling(() => capability.own.run(this, channel, this.#abort.signal)).then(
      () => this.#ran(entry, { returned: true }),
      (thrown: unknown) => this.#ran(entry, { returned: false, thrown }),
    );
  }

  #ran({ capability: { own }, channel }: WireEntry, result: RunResult): void {
    this.#running = this.#running.filter((protocol) => protocol !== own);
    channel.discardQueue();
    if (!this.#end) this.leave(endOfRun(`${own.name}/${own.version}`, result));
    if (this.#running.length === 0) this.#finished?.open();
  }
}

/** Throwing at once is rejecting. */
function calling(run: () => Promise<void>): Promise<void> {
  try {
    return Promise.resolve(run());
  } catch (thrown) {
    return Promise.reject(thrown);
  }
}
