/**
 * What went over one peer's connection, counted.
 * @module
 */

/** Counts of one peer since it was admitted: plain, cloneable data. The base protocol's count too. */
export interface PeerTraffic {
  /** Bytes of payload as they were on the wire, after compression. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** How many pings were answered. */
  readonly roundTrips: number;
  /** The shortest and the longest round trip in ms; absent before the first pong. */
  readonly fastest: number | undefined;
  readonly slowest: number | undefined;
}

/** Counts for one peer. */
export class TrafficCounter {
  #bytesIn = 0;
  #bytesOut = 0;
  #messagesIn = 0;
  #messagesOut = 0;
  #roundTrips = 0;
  #fastest: number | undefined;
  #slowest: number | undefined;

  received(wireSize: number): void {
    this.#messagesIn++;
    this.#bytesIn += wireSize;
  }

  sent(wireSize: number): void {
    this.#messagesOut++;
    this.#bytesOut += wireSize;
  }

  /** A ping was answered after `ms`. */
  answered(ms: number): void {
    this.#roundTrips++;
    this.#fastest = Math.min(ms, this.#fastest ?? ms);
    this.#slowest = Math.max(ms, this.#slowest ?? ms);
  }

  /** The counts as they are now. */
  snapshot(): PeerTraffic {
    return {
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      messagesIn: this.#messagesIn,
      messagesOut: this.#messagesOut,
      roundTrips: this.#roundTrips,
      fastest: this.#fastest,
      slowest: this.#slowest,
    };
  }
}
