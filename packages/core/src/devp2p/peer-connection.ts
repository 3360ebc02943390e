/**
 * A peer at work: routes messages between its session and its protocols, answers pings, and ends
 * everything once, for one reason.
 * @module
 */

import type { Clock } from "../env.ts";
import { newAbortController } from "../env.ts";
import type { P2PErrorCode } from "../errors.ts";
import { DisconnectError, DiscReason, P2PError } from "../errors.ts";
import type { NodeAddress } from "../node/address.ts";
import { nodeId } from "../node/id.ts";
import type { Session, SessionMessage } from "../session/session.ts";
import type { Capability, Direction, Hello, SharedCapability, Tracer } from "../trace.ts";
import type { AbortOptions, StreamPath } from "../transport.ts";
import { BASE_PROTOCOL_LENGTH, BaseCode, EMPTY_LIST } from "./base-protocol.ts";
import type { QueueBudget } from "./channel.ts";
import { ProtocolChannel } from "./channel.ts";
import { decodeDisconnect, encodeDisconnect } from "./disconnect.ts";
import type { RunResult } from "./ending.ts";
import { endOfConnection, endOfRun, isSent } from "./ending.ts";
import { Liveness } from "./liveness.ts";
import type { MsgWriter } from "./message.ts";
import type { Peer } from "./peer.ts";
import { shortName } from "./peer.ts";
import type { Protocol } from "./protocol.ts";
import { newMsg } from "./received-message.ts";
import type { RunningCapability } from "./running-capability.ts";
import { plain, sessionProtocol } from "./running-capability.ts";
import { StallGuard } from "./stall-guard.ts";
import { baseTrace, closeTrace, frameTrace, shown } from "./traces.ts";
import type { PeerTraffic } from "./traffic.ts";
import { TrafficCounter } from "./traffic.ts";

/** What the dial scheduler dialed a peer for: to keep it, or because a protocol proposed it. */
export type Dialed = "static" | "dynamic";

/** What a peer is made of. */
export interface PeerConnectionOptions {
  readonly session: Session;
  /** Its node's id. @default what follows from the session's key */
  readonly id?: string | undefined;
  readonly hello: Hello;
  readonly running: readonly RunningCapability[];
  readonly inbound: boolean;
  readonly trusted: boolean;
  /** Absent for inbound peers, and for those of `connect`. */
  readonly dialed?: Dialed | undefined;
  readonly transport: string;
  /** @default "direct" */
  readonly path?: StreamPath;
  readonly address: NodeAddress | undefined;
  readonly clock: Clock;
  /** Bytes that may wait for each protocol. */
  readonly queueLimit: number;
  readonly budget: QueueBudget;
  readonly trace?: Tracer | undefined;
  /** As `onMessage`, with the payload's bytes on the wire. */
  readonly onWire?:
    | ((direction: Direction, protocol: Protocol, code: number, wireSize: number) => void)
    | undefined;
  /** Called for each message of a protocol; absent when nobody watches. */
  readonly onMessage?:
    | ((direction: Direction, protocol: Protocol, code: number, size: number) => void)
    | undefined;
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
  /** Settles when every `run` has; rejects never. */
  finished: Promise<unknown> = Promise.resolve();

  readonly #options: PeerConnectionOptions;
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #trace: Tracer | undefined;
  readonly #startedAt: number;
  readonly #liveness: Liveness;
  readonly #traffic = new TrafficCounter();
  readonly #entries: readonly Entry[];
  readonly #stallGuard: StallGuard;
  readonly #running = new Set<Protocol>();
  readonly #abort = newAbortController();
  readonly #resolveClosed: (end: DisconnectError) => void;
  #end: DisconnectError | undefined;

  constructor(options: PeerConnectionOptions) {
    const { session, hello, clock } = options;
    this.#options = options;
    this.#session = session;
    this.#clock = clock;
    this.#trace = options.trace;
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
    this.#liveness = new Liveness({
      clock,
      sendPing: () => this.#writeBase(BaseCode.Ping, EMPTY_LIST),
      onRoundTrip: (ms) => this.#traffic.answered(ms),
      onSilence: (ms) => this.#leave(endOfConnection(silence(ms))),
    });
    this.#entries = options.running.map((capability, i) => this.#newEntry(capability, i));
    this.#stallGuard = new StallGuard({
      session,
      clock,
      liveness: this.#liveness,
      channels: this.#entries,
      onStalled: (end) => this.#leave(end),
    });
  }

  get lifetime(): number {
    return this.#clock.now() - this.#startedAt;
  }

  get latency(): number | undefined {
    return this.#liveness.latency;
  }

  get traffic(): PeerTraffic {
    return this.#traffic.snapshot();
  }

  /** Why it has ended; absent while it lives. */
  get end(): DisconnectError | undefined {
    return this.#end;
  }

  /** The protocols whose `run` hasn't settled. */
  get stillRunning(): readonly Protocol[] {
    return [...this.#running];
  }

  /** Calls every protocol's `run` and lets messages in. */
  start(): void {
    this.#session.onBatch = (messages) => this.#onBatch(messages);
    this.#session.onEnd = (error) => this.#leave(endOfConnection(error));
    const { running, queueLimit, budget } = this.#options;
    this.#session.start(running.map(sessionProtocol), {
      queueLimit,
      hasRoom: () => budget.used < budget.limit,
    });
    this.#liveness.start();
    this.finished = Promise.all(this.#entries.map((entry) => this.#run(entry)));
    this.#session.resume();
  }

  disconnect(reason: DiscReason = DiscReason.Requested): void {
    this.leave(new DisconnectError(reason, { message: "we left the peer" }));
  }

  /** Leaves the peer for this reason, which is sent where the table in `docs/errors.md` says so. */
  leave(end: DisconnectError): void {
    this.#leave(end);
  }

  ping(options?: AbortOptions): Promise<number> {
    return this.#end ? Promise.reject(this.#end) : this.#liveness.ping(options);
  }

  /** Ends the connection in 5 s if the peer, not heard within `ms`, doesn't answer. */
  check(ms: number): void {
    if (!this.#end) this.#liveness.check(ms);
  }

  runningCap(name: string, versions: readonly number[]): boolean {
    return this.protocols.some((cap) => cap.name === name && versions.includes(cap.version));
  }

  writer(protocol: Capability): MsgWriter | undefined {
    return this.#entries.find(
      ({ capability }) =>
        capability.name === protocol.name && capability.version === protocol.version,
    )?.channel;
  }

  #newEntry(capability: RunningCapability, place: number): Entry {
    const { queueLimit, budget } = this.#options;
    const channel = new ProtocolChannel({
      length: capability.length,
      queueLimit,
      budget,
      write: (code, payload) => this.#write(capability, code, payload),
      onRoom: () => this.#stallGuard.onRoom(),
      onTaken: (cost) => this.#session.taken(place, cost),
      onWaiting: (waiting) => this.#session.waiting(place, waiting),
    });
    return { capability, channel };
  }

  async #run({ capability, channel }: Entry): Promise<void> {
    const { own } = capability;
    const protocol = `${own.name}/${own.version}`;
    this.#running.add(own);
    let result: RunResult;
    try {
      await own.run(this, channel, this.#abort.signal);
      result = { protocol, returned: true };
    } catch (thrown) {
      result = { protocol, returned: false, thrown };
    }
    this.#running.delete(own);
    channel.discardQueue();
    if (!this.#end) this.#leave(endOfRun(result));
  }

  // --- in ---

  #onBatch(messages: readonly SessionMessage[]): void {
    const now = this.#clock.now();
    this.#liveness.heard(now);
    for (const message of messages) {
      if (this.#end) return;
      this.#traffic.received(message.wireSize);
      if (message.code < BASE_PROTOCOL_LENGTH) this.#onBaseMessage(message, now);
      else this.#route(message, now);
    }
    if (!this.#end) this.#stallGuard.check();
  }

  #onBaseMessage(message: SessionMessage, now: number): void {
    this.#trace?.(baseTrace("in", message.code, message.payload, message.wireSize));
    switch (message.code) {
      case BaseCode.Ping:
        // A peer that doesn't read gets no more pongs: they would queue up without end.
        if (!this.#session.congested) this.#writeBase(BaseCode.Pong, EMPTY_LIST);
        break;
      case BaseCode.Pong:
        this.#liveness.pong(now);
        break;
      case BaseCode.Disconnect:
        this.#leave(new DisconnectError(decodeDisconnect(message.payload), { remote: true }));
        break;
      // The others have no meaning yet; a second Hello has none either.
    }
  }

  #route(message: SessionMessage, now: number): void {
    const { code: wireCode, payload, wireSize, packed } = message;
    for (const { capability, channel } of this.#entries) {
      const code = wireCode - capability.offset;
      if (code < 0 || code >= capability.length) continue;
      const msg = newMsg(code, payload, now, packed);
      this.#options.onWire?.("in", capability.own, code, wireSize);
      this.#trace?.(frameTrace("in", capability, code, shown(msg, payload), wireSize));
      this.#options.onMessage?.("in", capability.own, code, msg.size);
      channel.push(msg);
      return;
    }
    const hex = `0x${wireCode.toString(16)}`;
    this.#leave(
      endOfConnection(
        new P2PError(`message code ${hex} belongs to no shared protocol`, {
          code: "P2P_ERR_BAD_MSG_CODE",
        }),
      ),
    );
  }

  // --- out ---

  #write(capability: RunningCapability, code: number, payload: Uint8Array): Promise<void> {
    try {
      const wireSize = this.#session.write(capability.offset + code, payload);
      this.#traffic.sent(wireSize);
      this.#options.onWire?.("out", capability.own, code, wireSize);
      this.#trace?.(frameTrace("out", capability, code, payload, wireSize));
      this.#options.onMessage?.("out", capability.own, code, payload.length);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#session.ready(capability.offset + code);
  }

  #writeBase(code: number, payload: Uint8Array): void {
    try {
      const wireSize = this.#session.write(code, payload);
      this.#traffic.sent(wireSize);
      this.#trace?.(baseTrace("out", code, payload, wireSize));
    } catch {
      // No room for a base message: the peer isn't reading, and the write timeout will end it.
    }
  }

  // --- the end ---

  #leave(end: DisconnectError): void {
    if (this.#end) return;
    this.#end = end;
    this.#stallGuard.stop();
    this.#liveness.stop(end);
    this.#trace?.(closeTrace(end));
    // What the peer sent before it left can still be read; after our own decision nothing is.
    const drop = !end.remote && !ENDS_OF_STREAM.includes(end.code);
    for (const { channel } of this.#entries) channel.end(end, drop);
    this.#abort.abort(end);
    void this.#closeSession(end).then(() => this.#resolveClosed(end));
  }

  async #closeSession(end: DisconnectError): Promise<void> {
    if (!isSent(end) && !end.remote) return this.#session.abort(end);
    if (isSent(end)) this.#writeBase(BaseCode.Disconnect, encodeDisconnect(end.reason));
    await this.#session.close();
  }
}

/** The other side is gone, and what came before that is its own. */
const ENDS_OF_STREAM: readonly P2PErrorCode[] = ["P2P_ERR_STREAM_CLOSED", "P2P_ERR_TRUNCATED"];

interface Entry {
  readonly capability: RunningCapability;
  readonly channel: ProtocolChannel;
}

function silence(ms: number): P2PError {
  return new P2PError(`the peer was silent for ${Math.round(ms / 1_000)} s`, {
    code: "P2P_ERR_READ_TIMEOUT",
  });
}
