/**
 * A network in memory on which everything takes its time, by a clock: for connections that cross.
 * @module
 */

import type { Clock } from "../../env.ts";
import { memoryNetwork } from "../../testing/memory-transport.ts";
import type { AbortOptions, ByteStream, CloseInfo, Transport } from "../../transport.ts";

/** Ms from the dialer to the listener, and back. */
export interface Delays {
  readonly there: number;
  readonly back: number;
}

/** Makes a network; each transport has the delays of what it dials. */
export function slowNetwork(clock: Clock): { transport(delays: Delays): Transport } {
  const network = memoryNetwork({ clock });
  // By the dialer's end of each connection, for the listener's side of it.
  const delaysOf = new Map<string, Delays>();
  return {
    transport(delays) {
      const inner = network.transport();
      return {
        ...inner,
        async dial(address, options) {
          await wait(clock, delays.there, options);
          const stream = await inner.dial(address, options);
          delaysOf.set(stream.localAddress ?? "", delays);
          await wait(clock, delays.back, options);
          return new SlowStream(stream, clock, delays.back);
        },
        listen: (address, handlers, options) => {
          if (!inner.listen) throw new TypeError("the network in memory can listen");
          const onStream = (stream: ByteStream): void => {
            // The dialer notes the delays in this very turn, before anything is read.
            const later = (): number => delaysOf.get(stream.remoteAddress ?? "")?.there ?? 0;
            handlers.onStream(new SlowStream(stream, clock, later));
          };
          return inner.listen(address, { ...handlers, onStream }, options);
        },
      };
    },
  };
}

function wait(clock: Clock, ms: number, { signal }: AbortOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(ms, resolve);
    signal?.addEventListener("abort", () => {
      cancel();
      reject(signal.reason);
    });
  });
}

/** Delivers what comes, and the end, after the delay. Dropped, it delivers nothing any more. */
class SlowStream implements ByteStream {
  readonly pausable = true;
  readonly closed: Promise<CloseInfo>;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly #inner: ByteStream;
  readonly #clock: Clock;
  readonly #delay: number | (() => number);
  #aborted = false;

  constructor(inner: ByteStream, clock: Clock, delay: number | (() => number)) {
    this.#inner = inner;
    this.#clock = clock;
    this.#delay = delay;
    this.remoteAddress = inner.remoteAddress ?? "";
    this.localAddress = inner.localAddress ?? "";
    this.closed = inner.closed.then(async (info) => {
      if (!this.#aborted) await this.#pass();
      return info;
    });
  }

  write(bytes: Uint8Array, options?: AbortOptions): Promise<void> {
    return this.#inner.write(bytes, options);
  }

  close(options?: AbortOptions): Promise<void> {
    return this.#inner.close(options);
  }

  abort(reason?: unknown): void {
    this.#aborted = true;
    this.#inner.abort(reason);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const arrivals = this.#arrive();
    for (;;) {
      const arrival = arrivals.shift();
      if (!arrival) throw new TypeError("read on after its end");
      const bytes = await arrival;
      if (!bytes) return;
      yield bytes;
    }
  }

  /** What comes, each promise settling when its delay is over; the last with nothing, or an error. */
  #arrive(): Promise<Uint8Array | undefined>[] {
    const arrivals: Promise<Uint8Array | undefined>[] = [];
    const source = this.#inner[Symbol.asyncIterator]();
    const pull = (): Promise<Uint8Array | undefined> => {
      const pulled = source.next();
      const settled = pulled.then(
        async ({ value, done }) => {
          if (!done) arrivals.push(pull());
          await this.#pass();
          return done ? undefined : (value as Uint8Array);
        },
        async (error: unknown) => {
          await this.#pass();
          throw error;
        },
      );
      settled.catch(() => {});
      return settled;
    };
    arrivals.push(pull());
    return arrivals;
  }

  #pass(): Promise<void> {
    if (this.#aborted) return Promise.resolve();
    const delay = this.#delay;
    return wait(this.#clock, typeof delay === "number" ? delay : delay());
  }
}
