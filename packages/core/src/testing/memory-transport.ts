/**
 * A network in memory: transports that reach each other without a socket, with true backpressure.
 * @module
 */

import type { Clock } from "../env.ts";
import { onTickEnd } from "../env.ts";
import { P2PError } from "../errors.ts";
import type { ListenAddress, NodeAddress } from "../node/address.ts";
import type {
  AbortOptions,
  ByteStream,
  Listener,
  ListenHandlers,
  Transport,
} from "../transport.ts";
import type {
  DrivenStreamOptions,
  StreamDriver,
  StreamSink,
} from "../transport-kit/driven-stream.ts";
import { drivenStream } from "../transport-kit/driven-stream.ts";
import { formatHostPort } from "../transport-kit/errors.ts";

/** How the streams of a network behave. */
export interface MemoryNetworkOptions {
  /** For the time limit of `close()`. @default the system's */
  readonly clock?: Clock;
}

/** Transports of one network reach each other; networks know nothing of one another. */
export interface MemoryNetwork {
  /** A transport with the scheme `memory`, which dials every listener of this network. */
  transport(): Transport;
}

/** What is on its way in one direction before writes wait. */
const WIRE_BYTES = 64 * 1024;
const FIRST_FREE_PORT = 49_152;

/** Makes an empty network. */
export function memoryNetwork(options: MemoryNetworkOptions = {}): MemoryNetwork {
  const listeners = new Map<string, ListenHandlers>();
  let port = FIRST_FREE_PORT;
  const freePort = () => port++;
  return {
    transport: () => ({
      name: "memory",
      schemes: ["memory"],
      dial: (address, abort) => dial(listeners, address, freePort, options, abort),
      listen: (address, handlers, abort) => listen(listeners, address, freePort, handlers, abort),
    }),
  };
}

/** A transport on a network of its own: it dials its own listeners. */
export function memoryTransport(options: MemoryNetworkOptions = {}): Transport {
  return memoryNetwork(options).transport();
}

async function listen(
  listeners: Map<string, ListenHandlers>,
  address: ListenAddress,
  freePort: () => number,
  handlers: ListenHandlers,
  { signal }: AbortOptions = {},
): Promise<Listener> {
  signal?.throwIfAborted();
  const port = address.port === 0 ? freePort() : address.port;
  const key = formatHostPort(address.host, port);
  if (listeners.has(key)) {
    throw new P2PError(`can't listen at memory://${key}: already in use`, {
      code: "P2P_ERR_LISTEN_FAILED",
    });
  }
  listeners.set(key, handlers);
  return {
    address: { ...address, port },
    async close() {
      if (listeners.get(key) === handlers) listeners.delete(key);
    },
  };
}

async function dial(
  listeners: Map<string, ListenHandlers>,
  { host, port }: NodeAddress,
  freePort: () => number,
  { clock }: MemoryNetworkOptions,
  { signal }: AbortOptions = {},
): Promise<ByteStream> {
  signal?.throwIfAborted();
  const here = formatHostPort("127.0.0.1", freePort());
  const there = formatHostPort(host ?? "", port ?? 0);
  await undefined; // As on a real network, nothing is there at once and the signal may come first.
  signal?.throwIfAborted();
  const handlers = listeners.get(there) ?? listeners.get(`0.0.0.0:${port}`);
  if (handlers === undefined) throw dialFailed(there, "refused: nothing listens there");
  const admitted = handlers.admit({ remoteAddress: here, localAddress: there });
  if (admitted !== true) throw dialFailed(there, admitted.message, admitted.reason);
  const wires = { out: new Wire(), back: new Wire() };
  const ours = { remoteAddress: there, localAddress: here, clock };
  const theirs = { remoteAddress: here, localAddress: there, clock };
  const dialed = openEnd(wires.out, wires.back, ours);
  handlers.onStream(openEnd(wires.back, wires.out, theirs));
  return dialed;
}

function dialFailed(where: string, why: string, reason?: number): P2PError {
  const code = "P2P_ERR_DIAL_FAILED";
  return new P2PError(
    `can't reach memory://${where}: ${why}`,
    reason === undefined ? { code } : { code, reason },
  );
}

function openEnd(out: Wire, back: Wire, options: DrivenStreamOptions): ByteStream {
  const open = (sink: StreamSink): StreamDriver => {
    back.sink = sink;
    // Each direction ends for itself; the stream is gone when both have.
    const onEnd = () => {
      if (out.ended && back.ended) sink.closed();
    };
    out.onEnd.push(onEnd);
    back.onEnd.push(onEnd);
    return {
      send: (bytes, done) => out.send(bytes, done),
      end: () => out.end(),
      drop: () => {
        back.cut();
        out.break();
      },
      flow: { pause: () => back.pause(), resume: () => back.resume() },
    };
  };
  return drivenStream(open, { readAhead: WIRE_BYTES, ...options });
}

interface Parcel {
  bytes: Uint8Array;
  sent: number;
  readonly done: (error?: P2PError) => void;
  taken: boolean;
}

/** One direction: holds parcels in order, hands them on as copies in a later microtask. */
class Wire {
  sink: StreamSink | undefined;
  /** True when the end was delivered, or nothing can come any more. */
  ended = false;
  readonly onEnd: (() => void)[] = [];
  readonly #parcels: Parcel[] = [];
  #bytes = 0;
  #ending = false;
  #paused = false;
  #scheduled = false;

  send(bytes: Uint8Array, done: (error?: P2PError) => void): void {
    this.#parcels.push({ bytes, sent: 0, done, taken: false });
    this.#bytes += bytes.length;
    this.#schedule();
  }

  end(): void {
    this.#ending = true;
    this.#schedule();
  }

  /** The sender is gone: what is on its way is lost, and the receiver learns it. */
  break(): void {
    this.cut();
    onTickEnd(() =>
      this.sink?.fail(
        new P2PError("the other side dropped the stream", { code: "P2P_ERR_STREAM" }),
      ),
    );
  }

  /** The receiver is gone. */
  cut(): void {
    this.#parcels.length = 0;
    this.#bytes = 0;
    this.ended = true;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    onTickEnd(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (!this.#paused && this.#parcels.length > 0) this.#deliverPart();
    this.#accept();
    if (this.#ending && this.#parcels.length === 0 && !this.ended) {
      this.ended = true;
      this.sink?.end();
      for (const onEnd of this.onEnd) onEnd();
    }
  }

  #deliverPart(): void {
    const [parcel] = this.#parcels;
    if (parcel === undefined) return;
    const part = parcel.bytes.slice(parcel.sent, parcel.sent + WIRE_BYTES);
    parcel.sent += part.length;
    this.#bytes -= part.length;
    if (parcel.sent === parcel.bytes.length) {
      this.#parcels.shift();
      if (!parcel.taken) parcel.done();
    }
    this.sink?.data(part);
  }

  /** Tells the senders of the parcels that fit on the wire that there is room for more. */
  #accept(): void {
    if (this.#bytes > WIRE_BYTES) return;
    for (const parcel of this.#parcels) {
      if (parcel.taken) continue;
      parcel.taken = true;
      // From now on the sender may write over its bytes.
      parcel.bytes = parcel.bytes.slice(parcel.sent);
      parcel.sent = 0;
      parcel.done();
    }
  }
}
