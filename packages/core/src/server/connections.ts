/**
 * From a stream to a peer at work, or to a failure that is told: the set-up, the last check, the
 * start.
 * @module
 */

import { BASE_PROTOCOL_VERSION } from "../devp2p/base-protocol.ts";
import { matchCapabilities } from "../devp2p/capabilities.ts";
import type { QueueBudget } from "../devp2p/channel.ts";
import type { Peer } from "../devp2p/peer.ts";
import type { PeerConnection, PeerConnectionOptions } from "../devp2p/peer-connection.ts";
import { closeTrace } from "../devp2p/traces.ts";
import { DiscReason, P2PError } from "../errors.ts";
import type { NodeAddress } from "../node/address.ts";
import { nodeId } from "../node/id.ts";
import type { Session } from "../session/session.ts";
import type { NodeDatabase } from "../store/node-database.ts";
import type { Hello, Tracer } from "../trace.ts";
import type { ByteStream } from "../transport.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import type { EventHub } from "./events.ts";
import type { KeptPins } from "./kept-pins.ts";
import { loadParts } from "./load-parts.ts";
import type { ServerMetrics } from "./metrics.ts";
import type { ServerConfig } from "./options.ts";
import type { Roster } from "./roster.ts";
import { sealedMode } from "./sealed-mode.ts";
import { SealedPins } from "./sealed-pins.ts";
import type { SetUpResult } from "./set-up.ts";
import { unlessAborted } from "./tasks.ts";

/** What connections need of their server. */
export interface ConnectionsOptions {
  readonly config: ServerConfig;
  readonly publicKey: Uint8Array;
  readonly roster: Roster;
  readonly events: EventHub;
  readonly metrics: ServerMetrics | undefined;
}

/** A stream that is to become a peer. */
export interface NewConnection {
  readonly stream: ByteStream;
  /** Gives up when it is aborted, with its reason. */
  readonly signal: AbortSignal;
  readonly trace: Tracer | undefined;
  /** Its scheme. */
  readonly transport: string;
  /** What was dialed; absent when we were. */
  readonly address?: NodeAddress;
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
  readonly #pins = new SealedPins();
  #keptPins: KeptPins | undefined;
  #pinsLoaded: Promise<void> = Promise.resolve();
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

  /** Reads which nodes were sealed before, and keeps what changes. Rejects as the database does. */
  load(database: NodeDatabase): Promise<void> {
    this.#pinsLoaded = this.#loadPins(database);
    return this.#pinsLoaded;
  }

  /** Resolves when what is to be kept is, or couldn't be. Never rejects. */
  async end(): Promise<void> {
    await this.#keptPins?.end();
  }

  /** The trace hook for one more connection, if anyone traces. */
  newTracer(): Tracer | undefined {
    const { trace, clock } = this.#options.config;
    if (!trace) return undefined;
    const connection = ++this.#count;
    return (detail) => trace({ connection, at: clock.now(), ...detail });
  }

  /** Takes RLPx v5 from a node again, though it has had a sealed session with us. */
  forgetSealed(id: string): void {
    this.#pins.delete(id);
  }

  /** Resolves to the peer, admitted and started. Rejects with why there is none. */
  async open(connection: NewConnection): Promise<Peer> {
    const { trace } = connection;
    const { config, roster } = this.#options;
    const parts = await this.#loadParts(connection);
    const result = await this.#setUp(parts, connection);

    // From here to the end nothing waits: the peer set can't change between check and change.
    const { session, hello, ended } = result;
    throwIfEnded(session, ended());
    const running = matchCapabilities(config.protocols, hello.caps);
    const useless = config.protocols.length > 0 && running.length === 0;
    parts.refuse(
      session,
      useless ? DiscReason.UselessPeer : roster.peers.refusal(nodeId(session.remoteKey)),
    );
    const peer = this.#newPeer(parts, connection, { ...result, running });
    trace?.({ type: "capabilities", shared: peer.protocols });
    roster.admit(peer);
    return peer;
  }

  /** Tells those who watch that a connection didn't become a peer. */
  failed(error: unknown, about: FailedConnection): void {
    const failure = P2PError.is(error) ? error : aborted(error);
    const { inbound, peer, remoteAddress, trace } = about;
    const { code, message, reason } = failure;
    const { events, config } = this.#options;
    trace?.(closeTrace(failure));
    events.emit({ type: "fail", inbound, peer, code, error: message, reason, remoteAddress });
    config.logger.debug("connection failed", message);
  }

  async #loadPins(database: NodeDatabase): Promise<void> {
    const { config, publicKey } = this.#options;
    const { clock, logger } = config;
    const { KeptPins } = await import("./kept-pins.ts");
    const id = nodeId(publicKey);
    const kept = new KeptPins({ pins: this.#pins, database, id, clock, logger });
    await kept.load();
    this.#keptPins = kept;
  }

  /** With the pins. Ends the stream when they can't be loaded, or when the signal comes first. */
  async #loadParts({ stream, signal }: NewConnection): Promise<ConnectionParts> {
    try {
      const loading = Promise.all([loadParts(this.#options.config.sealed), this.#pinsLoaded]);
      const [parts] = await unlessAborted(signal, loading);
      return parts;
    } catch (error) {
      stream.abort(error);
      throw error;
    }
  }

  #setUp(
    { setUp }: ConnectionParts,
    { stream, signal, trace, address }: NewConnection,
  ): Promise<SetUpResult> {
    const { config, publicKey, roster, metrics } = this.#options;
    const { privateKey, psk, clock, random, openSession } = config;
    const { remoteAddress } = stream;
    trace?.({ type: "open", inbound: !address, ...(remoteAddress && { remoteAddress }) });
    return setUp({
      stream: metrics ? metrics.metered(stream) : stream,
      privateKey,
      publicKey,
      remoteKey: address?.publicKey,
      sealed: sealedMode(config.sealed, stream, address),
      psk,
      from: stream.requireSealed?.from,
      hello: this.#hello,
      clock,
      random,
      openSession,
      trace,
      signal,
      refusal: (key) => roster.peers.refusal(key && nodeId(key)),
      pinned: (key) => this.#pins.has(nodeId(key)),
      onSealed: (key) => this.#pins.add(nodeId(key), address !== undefined),
    });
  }

  #newPeer(
    { PeerConnection }: ConnectionParts,
    { address, transport, trace }: NewConnection,
    made: Pick<PeerConnectionOptions, "session" | "hello" | "running">,
  ): PeerConnection {
    const { config, events, metrics } = this.#options;
    const peer = new PeerConnection({
      ...made,
      inbound: !address,
      trusted: false,
      transport,
      address,
      clock: config.clock,
      queueLimit: config.maxQueuedBytes,
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
