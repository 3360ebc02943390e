/**
 * From a stream to a peer at work, or to a failure that is told: the set-up, the last check, the
 * start.
 * @module
 */

import { BASE_PROTOCOL_VERSION } from "../../devp2p/base-protocol.ts";
import { matchCapabilities } from "../../devp2p/capabilities.ts";
import type { QueueBudget } from "../../devp2p/channel.ts";
import type { Peer } from "../../devp2p/peer.ts";
import type {
  Dialed,
  PeerConnection,
  PeerConnectionOptions,
} from "../../devp2p/peer-connection.ts";
import { closeTrace } from "../../devp2p/traces.ts";
import { DisconnectError, DiscReason, P2PError } from "../../errors.ts";
import type { NodeAddress } from "../../node/address.ts";
import { nodeId } from "../../node/id.ts";
import type { Session } from "../../session/session.ts";
import type { Hello, Tracer } from "../../trace.ts";
import type { ByteStream } from "../../transport.ts";
import type { Admission, Admissions } from "../admission/admission.ts";
import type { Roster } from "../admission/roster.ts";
import type { EventHub } from "../events.ts";
import type { Memory } from "../memory/memory.ts";
import type { ServerMetrics } from "../metrics.ts";
import type { ServerConfig } from "../options.ts";
import { unlessAborted, within } from "../within.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import { sealedMode } from "./sealed-mode.ts";
import type { SetUpResult } from "./set-up.ts";
import type { Workshop } from "./workshop.ts";

/** How long a dial that lost against another connection waits for that one. */
const DECIDED_MS = 5_000;

/** What connections need of their server. */
export interface ConnectionsOptions {
  readonly config: ServerConfig;
  readonly publicKey: Uint8Array;
  readonly roster: Roster;
  readonly events: EventHub;
  readonly memory: Memory;
  readonly workshop: Workshop;
  readonly metrics: ServerMetrics | undefined;
  /** Called when who dials us names its key, and when that connection is a peer or over. */
  readonly onInbound: (id: string, pending: boolean) => void;
}

/** A stream that is to become a peer. */
export interface NewConnection {
  readonly stream: ByteStream;
  /** Gives up when it is aborted, with its reason. */
  readonly signal: AbortSignal;
  readonly trace: Tracer | undefined;
  /** Its scheme. */
  readonly transport: string;
  /** What was dialed, and its node's id; absent when we were. */
  readonly address?: NodeAddress;
  readonly id?: string;
  /** What for, where the dial scheduler did it. */
  readonly dialed?: Dialed | undefined;
}

/** What is known of a connection that failed. */
export interface FailedConnection {
  readonly inbound: boolean;
  readonly peer?: string;
  readonly remoteAddress?: string | undefined;
  readonly trace: Tracer | undefined;
}

/** Makes the peers of one server. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #hello: Hello;
  readonly #budget: QueueBudget;
  /** Set when they are loaded, and so is the memory: then no connection waits for them. */
  #parts: ConnectionParts | undefined;
  /** Made when its part is loaded. */
  #admissions: Admissions | undefined;
  #count = 0;

  constructor(options: ConnectionsOptions) {
    const { config, publicKey } = options;
    this.#options = options;
    this.#budget = { used: 0, limit: config.maxTotalQueuedBytes };
    this.#hello = {
      version: BASE_PROTOCOL_VERSION,
      name: config.name,
      caps: config.protocols.map(({ name, version }) => ({ name, version })),
      listenPort: 0,
      publicKey,
    };
  }

  /** The trace hook for one more connection, if anyone traces. */
  newTracer(): Tracer | undefined {
    const { trace, clock } = this.#options.config;
    if (!trace) return undefined;
    const connection = ++this.#count;
    return (detail) => trace({ connection, at: clock.now(), ...detail });
  }

  /** Resolves to the peer, admitted and started. Rejects with why there is none. */
  async open(connection: NewConnection): Promise<Peer> {
    const { config, roster } = this.#options;
    const parts = this.#parts ?? (await this.#loadParts(connection));
    const { refuse } = parts;
    const admission = this.#admissionsWith(parts).begin(connection);
    try {
      const result = await this.#setUp(parts, connection, admission);
      const { session, hello } = result;
      const running = matchCapabilities(config.protocols, hello.caps);
      if (config.protocols.length > 0 && running.length === 0) {
        refuse(session, { reason: DiscReason.UselessPeer });
      }
      await admission.settle(session.remoteKey);

      // From here to the end nothing waits: the peer set can't change between check and change.
      if (connection.signal.aborted) {
        session.abort(aborted(connection.signal.reason));
        throw connection.signal.reason;
      }
      throwIfEnded(session, result.ended());
      refuse(session, admission.refusal(session.remoteKey));
      result.complete();
      const id = admission.idOf(session.remoteKey);
      const peer = this.#newPeer(parts, connection, { id, session, hello, running });
      connection.trace?.({ type: "capabilities", shared: peer.protocols });
      roster.admit(peer);
      return peer;
    } finally {
      admission.end();
    }
  }

  /** As `open`; where another connection to the node is faster, resolves to the peer of that one. */
  async openDialed(connection: NewConnection & { readonly id: string }): Promise<Peer> {
    const { id } = connection;
    try {
      return await this.open(connection);
    } catch (error) {
      if (!P2PError.is(error) || error.reason !== DiscReason.AlreadyConnected) throw error;
      const { config, roster } = this.#options;
      if (!roster.peers.get(id)) {
        // The other side knows of it before we do.
        const limit = { clock: config.clock, ms: DECIDED_MS, signal: connection.signal };
        await within(Promise.resolve(this.#admissions?.rivals.decided(id)), limit);
      }
      const peer = roster.peers.get(id);
      if (peer) return peer;
      throw error;
    }
  }

  /** Tells those who watch that a connection didn't become a peer. */
  failed(error: unknown, about: FailedConnection): void {
    const failure = P2PError.is(error) ? error : aborted(error);
    const { inbound, peer, remoteAddress, trace } = about;
    const { code, message, reason } = failure;
    const { events, config } = this.#options;
    trace?.(closeTrace(failure));
    const remote = failure instanceof DisconnectError && failure.remote;
    events.emit({
      type: "fail",
      inbound,
      peer,
      code,
      error: message,
      reason,
      remote,
      remoteAddress,
    });
    config.logger.debug("connection failed", message);
  }

  /** With the memory. Ends the stream when they can't be loaded, or when the signal comes first. */
  async #loadParts({ stream, signal }: NewConnection): Promise<ConnectionParts> {
    try {
      const { workshop, memory } = this.#options;
      const loading = Promise.all([workshop.prepare(), memory.loaded]);
      const [parts] = await unlessAborted(signal, loading);
      this.#parts = parts;
      return parts;
    } catch (error) {
      stream.abort(error);
      throw error;
    }
  }

  #admissionsWith({ Admissions }: ConnectionParts): Admissions {
    const { config, publicKey, roster, onInbound } = this.#options;
    this.#admissions ??= new Admissions(roster, nodeId(publicKey), config.clock, onInbound);
    return this.#admissions;
  }

  #setUp(
    { setUp }: ConnectionParts,
    { stream, signal, trace, address }: NewConnection,
    admission: Admission,
  ): Promise<SetUpResult> {
    const { config, publicKey, metrics, workshop, memory } = this.#options;
    const { pins } = memory;
    const { privateKey, clock, random, openSession } = config;
    const { remoteAddress } = stream;
    trace?.({ type: "open", inbound: !address, ...(remoteAddress && { remoteAddress }) });
    return setUp({
      stream: metrics ? metrics.metered(stream) : stream,
      privateKey,
      publicKey,
      remoteKey: address?.publicKey,
      sealed: sealedMode(config.sealed, stream, address),
      psk: stream.requireSealed?.psk ?? config.psk,
      work: workshop.work,
      from: stream.requireSealed?.from,
      hello: this.#hello,
      clock,
      random,
      openSession,
      trace,
      signal,
      before: (key) => admission.before(key),
      pinned: (key) => pins.has(admission.idOf(key)),
      onSealed: (key) => pins.add(admission.idOf(key), address !== undefined),
    });
  }

  #newPeer(
    { PeerConnection }: ConnectionParts,
    { stream, address, transport, trace, dialed }: NewConnection,
    made: Pick<PeerConnectionOptions, "session" | "hello" | "running"> & { readonly id: string },
  ): PeerConnection {
    const { config, events, metrics, roster } = this.#options;
    const peer = new PeerConnection({
      ...made,
      inbound: !address,
      trusted: roster.peers.trusts(made.id),
      dialed,
      transport,
      path: stream.path ?? "direct",
      address,
      clock: config.clock,
      queueLimit: config.maxQueuedBytes,
      maxMessage: config.maxMessageBytes,
      budget: this.#budget,
      trace,
      onWire: metrics && ((...message) => metrics.onMessage(...message)),
      onMessage: config.enableMsgEvents
        ? (direction, protocol, code, size) => {
            const type = direction === "in" ? "msgrecv" : "msgsend";
            const { name, version } = protocol;
            events.emit({ type, peer: peer.id, protocol: name, version, code, size });
          }
        : undefined,
    });
    return peer;
  }
}

/** A connection can break right after its Hello. */
function throwIfEnded(session: Session, error: P2PError | undefined): void {
  if (!error) return;
  session.abort(error);
  throw error;
}

function aborted(cause: unknown): P2PError {
  const message = cause instanceof Error ? cause.message : "cancelled";
  return new P2PError(message, { code: "P2P_ERR_DIAL_FAILED", cause });
}
