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

/** What a guard watches and acts on. */
export interface StallGuardOptions {
  readonly session: Session;
  readonly clock: Clock;
  /** Its silence clock stops while we don't read. */
  readonly liveness: Liveness;
  readonly channels: readonly {
    readonly capability: SharedCapability;
    readonly channel: ProtocolChannel;
  }[];
  /** Called when the connection is to be left. */
  readonly onStalled: (end: DisconnectError) => void;
}

/** Watches the channels of one connection. */
export class StallGuard {
  readonly #options: StallGuardOptions;
  /** Set while the connection is paused. */
  #cancel: (() => void) | undefined;

  constructor(options: StallGuardOptions) {
    this.#options = options;
  }

  /** Messages came: pauses the connection if a channel is at its bound. */
  check(): void {
    // In a sealed session credits hold each protocol's sender up, and nobody else.
    if (this.#options.session.sealed || this.#cancel || !this.#anyFull()) return;
    const { session, clock, liveness, onStalled } = this.#options;
    if (!session.pausable) {
      onStalled(this.#stalled());
      return;
    }
    session.pause();
    liveness.pauseSilence();
    this.#cancel = setTimeLimit(clock, STALL_TIMEOUT_MS, () => onStalled(this.#stalled()));
  }

  /** A channel has room again: goes on if all have. */
  onRoom(): void {
    if (!this.#cancel || this.#anyFull()) return;
    this.stop();
    this.#options.liveness.startSilence();
    this.#options.session.resume();
  }

  /** Ends the timer. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #anyFull(): boolean {
    return this.#options.channels.some(({ channel }) => channel.full);
  }

  #stalled(): DisconnectError {
    const full = this.#options.channels.find(({ channel }) => channel.full);
    const name = full ? `${full.capability.name}/${full.capability.version}` : "a protocol";
    return new DisconnectError(DiscReason.SubprotocolError, {
      message: `protocol ${name} stalled: it left its messages unread`,
      code: "P2P_ERR_PROTOCOL_STALLED",
    });
  }
}
