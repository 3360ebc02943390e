/**
 * What happens when a protocol doesn't read: its connection pauses, and after a while is given up.
 * @module
 */

import type { Clock } from "../env.ts";
import { DisconnectError, DiscReason } from "../errors.ts";
import type { Session } from "../session/session.ts";
import { setTimeLimit } from "../time-limit.ts";
import type { SharedCapability } from "../trace.ts";
import type { ProtocolChannel } from "./channel.ts";
import type { Liveness } from "./liveness.ts";

/** How long a protocol that doesn't read may hold up its connection. */
const STALL_TIMEOUT_MS = 15_000;

/** The connection that a guard watches and acts on. */
export interface StallHost {
  readonly session: Session;
  readonly clock: Clock;
  /** Its silence clock stops while we don't read. */
  readonly liveness: Liveness;
  readonly channels: readonly {
    readonly capability: SharedCapability;
    readonly channel: ProtocolChannel;
  }[];
  /** The connection is to be left. */
  onStalled(end: DisconnectError): void;
}

/** Watches the channels of one connection. */
export class StallGuard {
  readonly #host: StallHost;
  /** Set while the connection is paused. */
  #cancel: (() => void) | undefined;

  constructor(host: StallHost) {
    this.#host = host;
  }

  /** Messages came: pauses the connection if a channel is at its bound. */
  check(): void {
    // In a sealed session credits hold each protocol's sender up, and nobody else.
    if (this.#host.session.sealed || this.#cancel || !this.#anyFull()) return;
    const { session, clock, liveness } = this.#host;
    if (!session.pausable) {
      this.#host.onStalled(this.#stalled());
      return;
    }
    session.pause();
    liveness.pauseSilence();
    const giveUp = (): void => this.#host.onStalled(this.#stalled());
    this.#cancel = setTimeLimit(clock, STALL_TIMEOUT_MS, giveUp);
  }

  /** A channel has room again: goes on if all have. */
  onRoom(): void {
    if (!this.#cancel || this.#anyFull()) return;
    this.stop();
    this.#host.liveness.startSilence();
    this.#host.session.resume();
  }

  /** Ends the timer. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #anyFull(): boolean {
    return this.#host.channels.some(({ channel }) => channel.full);
  }

  #stalled(): DisconnectError {
    const full = this.#host.channels.find(({ channel }) => channel.full);
    const name = full ? `${full.capability.name}/${full.capability.version}` : "a protocol";
    return new DisconnectError(DiscReason.SubprotocolError, {
      message: `protocol ${name} stalled: it left its messages unread`,
      code: "P2P_ERR_PROTOCOL_STALLED",
    });
  }
}
