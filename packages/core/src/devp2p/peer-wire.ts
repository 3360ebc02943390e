/**
 * What goes over one peer's connection: the messages of its protocols, pings and pongs. It finds
 * out why the connection is to end, and leaves the ending to its peer.
 * @module
 */

import type { Clock } from "../env.ts";
import type { P2PErrorCode } from "../errors.ts";
import { DisconnectError, P2PError } from "../errors.ts";
import type { Session, SessionMessage } from "../session/session.ts";
import { MAX_MESSAGE_SIZE } from "../session/session.ts";
import type { Direction, Tracer } from "../trace.ts";
import { BASE_PROTOCOL_LENGTH, BaseCode, EMPTY_LIST } from "./base-protocol.ts";
import type { ChannelHost, QueueBudget } from "./channel.ts";
import { ProtocolChannel } from "./channel.ts";
import { decodeDisconnect, encodeDisconnect } from "./disconnect.ts";
import { endOfConnection, isSent } from "./ending.ts";
import type { LivenessHost } from "./liveness.ts";
import { Liveness } from "./liveness.ts";
import type { Protocol } from "./protocol.ts";
import { newMsg } from "./received-message.ts";
import type { RunningCapability } from "./running-capability.ts";
import { sessionProtocol } from "./running-capability.ts";
import type { StallHost } from "./stall-guard.ts";
import { StallGuard } from "./stall-guard.ts";
import { baseTrace, closeTrace, frameTrace, shown } from "./traces.ts";
import { TrafficCounter } from "./traffic.ts";

/** What a wire is made of. */
export interface PeerWireOptions {
  readonly session: Session;
  readonly running: readonly RunningCapability[];
  readonly clock: Clock;
  /** Bytes that may wait for each protocol. */
  readonly queueLimit: number;
  readonly budget: QueueBudget;
  /** The largest message that it may send, in bytes. @default 16 MiB - 1 */
  readonly maxMessage?: number;
  readonly trace?: Tracer | undefined;
  /** As `onMessage`, with the payload's bytes on the wire. */
  readonly onWire?: OnMessage | undefined;
  /** Called for each message of a protocol; absent when nobody watches. */
  readonly onMessage?: OnMessage | undefined;
}

type OnMessage = (direction: Direction, protocol: Protocol, code: number, size: number) => void;

/** A protocol that runs, with its place on the connection. */
export interface WireEntry {
  readonly capability: RunningCapability;
  readonly channel: ProtocolChannel;
}

/** One peer's connection, from its start to its end. */
export class PeerWire implements ChannelHost, LivenessHost, StallHost {
  readonly session: Session;
  readonly clock: Clock;
  readonly queueLimit: number;
  readonly budget: QueueBudget;
  readonly channels: readonly WireEntry[];
  readonly liveness: Liveness;
  readonly traffic = new TrafficCounter();
  readonly #stallGuard: StallGuard;
  readonly #trace: Tracer | undefined;
  readonly #onWire: OnMessage | undefined;
  readonly #onMessage: OnMessage | undefined;
  readonly #onEnd: (end: DisconnectError) => void;
  readonly #maxMessage: number;
  #ended = false;

  /** `onEnd` is called when the connection is to end; then call `end`. */
  constructor(options: PeerWireOptions, onEnd: (end: DisconnectError) => void) {
    this.session = options.session;
    this.clock = options.clock;
    this.queueLimit = options.queueLimit;
    this.budget = options.budget;
    this.#maxMessage = options.maxMessage ?? MAX_MESSAGE_SIZE;
    this.#trace = options.trace;
    this.#onWire = options.onWire;
    this.#onMessage = options.onMessage;
    this.#onEnd = onEnd;
    this.channels = options.running.map((capability, place) => ({
      capability,
      channel: new ProtocolChannel(this, place, capability.length),
    }));
    this.liveness = new Liveness(this);
    this.#stallGuard = new StallGuard(this);
  }

  /** Watches the connection. Messages come after `resume` of the session. */
  start(): void {
    const { session, budget, queueLimit } = this;
    session.onBatch = (messages) => this.#onBatch(messages);
    session.onEnd = (error) => this.#onEnd(endOfConnection(error));
    const protocols = this.channels.map(({ capability }) => sessionProtocol(capability));
    const maxMessage = this.#maxMessage;
    session.start(protocols, { queueLimit, maxMessage, hasRoom: () => budget.used < budget.limit });
    this.liveness.start();
  }

  /** Nothing more goes in or out but for the reason, where one is sent. */
  end(end: DisconnectError): void {
    this.#ended = true;
    this.#stallGuard.stop();
    this.liveness.stop(end);
    this.#trace?.(closeTrace(end));
    // What the peer sent before it left can still be read; after our own decision nothing is.
    const drop = !end.remote && !ENDS_OF_STREAM.includes(end.code);
    for (const { channel } of this.channels) channel.end(end, drop);
  }

  /** Ends the session, with the reason where one is sent. */
  async close(end: DisconnectError): Promise<void> {
    if (!isSent(end) && !end.remote) return this.session.abort(end);
    if (isSent(end)) this.#writeBase(BaseCode.Disconnect, encodeDisconnect(end.reason));
    await this.session.close();
  }

  // --- in ---

  #onBatch(messages: readonly SessionMessage[]): void {
    const now = this.clock.now();
    this.liveness.heard(now);
    for (const message of messages) {
      if (this.#ended) return;
      this.traffic.received(message.wireSize);
      if (message.code < BASE_PROTOCOL_LENGTH) this.#onBaseMessage(message, now);
      else this.#route(message, now);
    }
    if (!this.#ended) this.#stallGuard.check();
  }

  #onBaseMessage(message: SessionMessage, now: number): void {
    this.#trace?.(baseTrace("in", message.code, message.payload, message.wireSize));
    switch (message.code) {
      case BaseCode.Ping:
        // A peer that doesn't read gets no more pongs: they would queue up without end.
        if (!this.session.congested) this.#writeBase(BaseCode.Pong, EMPTY_LIST);
        break;
      case BaseCode.Pong:
        this.liveness.pong(now);
        break;
      case BaseCode.Disconnect:
        this.#onEnd(new DisconnectError(decodeDisconnect(message.payload), { remote: true }));
        break;
      // The others have no meaning yet; a second Hello has none either.
    }
  }

  #route(message: SessionMessage, now: number): void {
    const { code: wireCode, payload, wireSize, packed } = message;
    for (const { capability, channel } of this.channels) {
      const code = wireCode - capability.offset;
      if (code < 0 || code >= capability.length) continue;
      const msg = newMsg(code, payload, now, packed);
      this.#onWire?.("in", capability.own, code, wireSize);
      this.#trace?.(frameTrace("in", capability, code, shown(msg, payload), wireSize));
      this.#onMessage?.("in", capability.own, code, msg.size);
      channel.push(msg);
      return;
    }
    const words = `message code 0x${wireCode.toString(16)} belongs to no shared protocol`;
    this.#onEnd(endOfConnection(new P2PError(words, { code: "P2P_ERR_BAD_MSG_CODE" })));
  }

  // --- out ---

  write(place: number, code: number, payload: Uint8Array): Promise<void> {
    const capability = this.channels[place]?.capability;
    if (!capability) return Promise.reject(new RangeError(`no protocol has place ${place}`));
    try {
      const wireSize = this.session.write(capability.offset + code, payload);
      this.traffic.sent(wireSize);
      this.#onWire?.("out", capability.own, code, wireSize);
      this.#trace?.(frameTrace("out", capability, code, payload, wireSize));
      this.#onMessage?.("out", capability.own, code, payload.length);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.session.ready(capability.offset + code);
  }

  sendPing(): void {
    this.#writeBase(BaseCode.Ping, EMPTY_LIST);
  }

  #writeBase(code: number, payload: Uint8Array): void {
    try {
      const wireSize = this.session.write(code, payload);
      this.traffic.sent(wireSize);
      this.#trace?.(baseTrace("out", code, payload, wireSize));
    } catch {
      // No room for a base message: the peer isn't reading, and the write timeout will end it.
    }
  }

  // --- what its parts tell it ---

  onRoom(): void {
    this.#stallGuard.onRoom();
  }

  onTaken(place: number, cost: number): void {
    this.session.taken(place, cost);
  }

  onWaiting(place: number, waiting: boolean): void {
    this.session.waiting(place, waiting);
  }

  onRoundTrip(ms: number): void {
    this.traffic.answered(ms);
  }

  onSilence(ms: number): void {
    const words = `the peer was silent for ${Math.round(ms / 1_000)} s`;
    this.#onEnd(endOfConnection(new P2PError(words, { code: "P2P_ERR_READ_TIMEOUT" })));
  }

  onStalled(end: DisconnectError): void {
    this.#onEnd(end);
  }
}

/** The other side is gone, and what came before that is its own. */
const ENDS_OF_STREAM: readonly P2PErrorCode[] = ["P2P_ERR_STREAM_CLOSED", "P2P_ERR_TRUNCATED"];
