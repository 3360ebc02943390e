/**
 * The connection to NATS: it comes back by itself, and nothing waits on it for long.
 * @module
 */

import type { NatsConnection, NodeConnectionOptions } from "@nats-io/transport-node";
import type { Clock } from "@peerkit/core";
import { connectNats } from "./nats-transport.ts";
import type { Place } from "./words.ts";
import { directoryError, trouble } from "./words.ts";

/** How long NATS has to answer, in ms. */
export const ANSWER_TIMEOUT_MS = 2_000;

/** How long a server has to let us in, in ms. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A server is asked whether it is there so often, in ms; it is given up when two have no answer. */
const PING_MS = 5_000;
const UNANSWERED_PINGS = 2;
/** How long what was sent before a close may take to arrive, in ms. */
const FLUSH_TIMEOUT_MS = 500;
/** Between attempts to come back, in ms; a part of it is random, so that not all relays come at once. */
const RECONNECT_MS = 250;
const RECONNECT_JITTER_MS = 1_000;
/** What may wait for NATS at once. As each waits 2 s at most, this bounds what waits to be sent. */
const MAX_WAITING = 4_096;

/** What a connection needs. */
export interface LinkOptions {
  readonly connection: NodeConnectionOptions;
  readonly place: Place;
  readonly clock: Clock;
  /** There is a connection again. */
  readonly onReturn: () => void;
}

/** A connection to NATS that lasts until it is closed. */
export class NatsLink {
  /** The client. Whoever waits for what it does, does so in `exchange`. */
  readonly nats: NatsConnection;
  readonly #place: Place;
  readonly #clock: Clock;
  #isUp = true;
  #isClosing = false;
  #waiting = 0;

  private constructor(nats: NatsConnection, options: LinkOptions) {
    this.nats = nats;
    this.#place = options.place;
    this.#clock = options.clock;
    void this.#listen(options.onReturn);
  }

  /** Resolves when connected. Rejects with `P2P_ERR_RELAY_DIRECTORY`. */
  static async open(options: LinkOptions): Promise<NatsLink> {
    try {
      return new NatsLink(await connectNats({ ...options.connection, ...LASTING }), options);
    } catch (error) {
      throw directoryError(error, options.place);
    }
  }

  /** Whether there is a connection now. */
  get isUp(): boolean {
    return this.#isUp && !this.#isClosing;
  }

  /**
   * Does something that waits for NATS. Rejects with `P2P_ERR_RELAY_DIRECTORY`, at once where there is
   * no connection.
   */
  async exchange<T>(action: () => Promise<T>): Promise<T> {
    // The client would keep it, and send it whenever it is back.
    if (!this.isUp) throw trouble(`there is no connection to NATS at ${this.#place.servers} now`);
    if (this.#waiting >= MAX_WAITING) {
      throw trouble(`${MAX_WAITING} others wait for NATS at ${this.#place.servers} already`);
    }
    this.#waiting += 1;
    try {
      return await action();
    } catch (error) {
      throw directoryError(error, this.#place);
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Ends it when NATS has taken what was sent, or doesn't in time; and whatever waits then. */
  async close(): Promise<void> {
    const wasUp = this.isUp;
    this.#isClosing = true;
    if (wasUp) await this.#flush();
    await this.nats.close();
  }

  #flush(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        resolve();
      };
      const cancel = this.#clock.setTimer(FLUSH_TIMEOUT_MS, end);
      this.nats.flush().then(end, end);
    });
  }

  async #listen(onReturn: () => void): Promise<void> {
    for await (const { type } of this.nats.status()) {
      if (type === "disconnect") this.#isUp = false;
      if (type !== "reconnect") continue;
      this.#isUp = true;
      onReturn();
    }
  }
}

const LASTING: NodeConnectionOptions = {
  timeout: CONNECT_TIMEOUT_MS,
  pingInterval: PING_MS,
  maxPingOut: UNANSWERED_PINGS,
  reconnect: true,
  maxReconnectAttempts: -1,
  reconnectTimeWait: RECONNECT_MS,
  reconnectJitter: RECONNECT_JITTER_MS,
  reconnectJitterTLS: RECONNECT_JITTER_MS,
  // Else two refusals in a row were the end, whatever an operator mends then.
  ignoreAuthErrorAbort: true,
  // A trace for each request costs more than the request.
  noAsyncTraces: true,
};
