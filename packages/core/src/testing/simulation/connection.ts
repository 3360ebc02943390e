/**
 * One connection between two simulated nodes: a stream at each end, a line each way between them.
 * @module
 */

import type { Clock } from "../../env.ts";
import { onTickEnd } from "../../env.ts";
import { P2PError } from "../../errors.ts";
import type { ByteStream } from "../../transport.ts";
import type {
  DrivenStreamOptions,
  StreamDriver,
  StreamSink,
} from "../../transport-kit/driven-stream.ts";
import { drivenStream } from "../../transport-kit/driven-stream.ts";
import type { LineChance } from "./conditions.ts";
import type { SimulationFact } from "./event.ts";
import { Line } from "./line.ts";

/** What is on its way or unread in one direction before writes wait. */
const WINDOW_BYTES = 64 * 1024;

/** Which end of a connection. */
export type Side = "dialer" | "dialed";

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly clock: Clock;
  /** What happens to what each end sends. */
  readonly chances: Readonly<Record<Side, LineChance>>;
  /** Each end's address, as `host:port`. */
  readonly addresses: Readonly<Record<Side, string>>;
  /** Called with what arrives at the other end. */
  readonly onFact: (type: ArrivalType, sender: Side, size: number) => void;
  /** Called when both ends are closed. */
  readonly onGone: () => void;
}

/** What the connection tells of. */
export type ArrivalType = Extract<SimulationFact, { readonly connection: number }>["type"];

/** Two ends and what is between them. */
export class Connection {
  readonly addresses: ConnectionOptions["addresses"];
  /** Called when it breaks before the dialer was answered. */
  onUnanswered: (error: P2PError) => void = () => {};
  readonly #options: ConnectionOptions;
  readonly #ways: Readonly<Record<Side, Way>>;
  readonly #sinks = new Map<Side, StreamSink>();
  readonly #closed = new Set<Side>();

  constructor(options: ConnectionOptions) {
    this.addresses = options.addresses;
    this.#options = options;
    const newWay = (sender: Side): Way =>
      new Way({
        line: new Line(options.clock, options.chances[sender]),
        breaks: () => options.chances[sender].breaks(),
        sink: () => this.#sinks.get(otherSide(sender)),
        onArrival: (type, size = 0) => options.onFact(type, sender, size),
        onBreak: () => this.break(),
        onEnd: () => this.#onEnd(),
      });
    this.#ways = { dialer: newWay("dialer"), dialed: newWay("dialed") };
  }

  /** Sends a sign of so few bytes that they don't count, as the set-up of a connection does. */
  signal(sender: Side, arrive: () => void): void {
    this.#ways[sender].line.post(0, arrive);
  }

  /** Opens one end. */
  open(side: Side): ByteStream {
    const options: DrivenStreamOptions = {
      localAddress: this.addresses[side],
      remoteAddress: this.addresses[otherSide(side)],
      clock: this.#options.clock,
      readAhead: WINDOW_BYTES,
    };
    const stream = drivenStream((sink) => {
      this.#sinks.set(side, sink);
      return this.#driver(side);
    }, options);
    void stream.closed.then(() => this.#close(side));
    return stream;
  }

  /** How many ends are open. */
  get openEnds(): number {
    return [...this.#sinks.keys()].filter((side) => !this.#closed.has(side)).length;
  }

  /** Nothing gets through until `release`. */
  hold(): void {
    for (const way of this.#both) way.line.hold();
  }

  release(): void {
    for (const way of this.#both) way.line.release();
  }

  /** Ends it for both at once. */
  break(): void {
    this.#options.onFact("break", "dialer", 0);
    this.#cut();
    const error = broken("the network broke the connection");
    for (const sink of this.#sinks.values()) sink.fail(error);
    if (!this.#sinks.has("dialed")) this.#close("dialed");
    if (this.#sinks.has("dialer")) return;
    this.#close("dialer");
    this.onUnanswered(error);
  }

  /** One end's machine has crashed; unless it is silent, the other end is told. */
  crash(side: Side, silent: boolean): void {
    if (silent) this.#cut();
    const sink = this.#sinks.get(side);
    if (sink) sink.fail(broken("this node crashed"));
    else this.#close(side);
  }

  /** The dialer gave up before it was answered. */
  giveUp(): void {
    if (this.#sinks.has("dialed")) this.#ways.dialer.reset();
    else this.#close("dialed");
    this.#close("dialer");
  }

  /** The attempt came to nothing: there are no ends. */
  refuse(): void {
    this.#close("dialed");
    this.#close("dialer");
  }

  get #both(): readonly Way[] {
    return [this.#ways.dialer, this.#ways.dialed];
  }

  #driver(side: Side): StreamDriver {
    const out = this.#ways[side];
    const back = this.#ways[otherSide(side)];
    return {
      send: (bytes, done) => out.send(bytes, done),
      end: () => out.end(),
      drop: () => {
        // What still comes finds nobody; what was sent before the drop may be lost.
        back.line.cut();
        if (!out.ended) out.reset();
      },
      flow: { pause: () => back.pause(), resume: () => back.resume() },
    };
  }

  #onEnd(): void {
    if (!this.#both.every((way) => way.ended)) return;
    for (const sink of this.#sinks.values()) sink.closed();
  }

  #cut(): void {
    for (const way of this.#both) way.line.cut();
  }

  #close(side: Side): void {
    const before = this.#closed.size;
    this.#closed.add(side);
    if (before === 2 || this.#closed.size < 2) return;
    this.#cut();
    this.#options.onGone();
  }
}

interface WayOptions {
  readonly line: Line;
  readonly breaks: () => boolean;
  /** Where it leads; absent until that end is open. */
  readonly sink: () => StreamSink | undefined;
  readonly onArrival: (type: ArrivalType, size?: number) => void;
  readonly onBreak: () => void;
  readonly onEnd: () => void;
}

type Done = (error?: P2PError) => void;

/** What one end sends and the other one reads, with the backpressure of a window. */
class Way {
  readonly line: Line;
  /** True when the orderly end has arrived. */
  ended = false;
  readonly #options: WayOptions;
  /** Arrived, and not read: a paused reader, at most a window of bytes and the end. */
  readonly #arrived: (() => void)[] = [];
  /** Those whose bytes don't fit into the window yet. */
  readonly #waiting: { readonly bytes: Uint8Array; readonly done: Done }[] = [];
  #unread = 0;
  #paused = false;

  constructor(options: WayOptions) {
    this.line = options.line;
    this.#options = options;
  }

  send(bytes: Uint8Array, done: Done): void {
    // Where there is room it is ready for more at once, and tells it when this call has returned.
    this.#waiting.push({ bytes, done: () => onTickEnd(done) });
    this.#fill();
  }

  end(): void {
    if (this.#waiting.length > 0) this.#waiting.push({ bytes: EMPTY, done: () => this.end() });
    else this.line.post(0, () => this.#arrive(() => this.#deliverEnd()));
  }

  /** The sender dropped the connection: what waits is lost, what is on its way comes first. */
  reset(): void {
    this.#waiting.length = 0;
    this.line.post(0, () => {
      this.#options.onArrival("reset");
      this.line.cut();
      this.#options.sink()?.fail(broken("the other side dropped the stream"));
    });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    while (!this.#paused && this.#arrived.length > 0) this.#arrived.shift()?.();
  }

  #fill(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const room = WINDOW_BYTES - this.#unread;
      if (room <= 0 && next.bytes.length > 0) return;
      const part = next.bytes.slice(0, room);
      const rest = next.bytes.subarray(room);
      if (part.length > 0) this.#post(part);
      if (rest.length > 0) this.#waiting[0] = { bytes: rest, done: next.done };
      else this.#waiting.shift()?.done();
    }
  }

  #post(part: Uint8Array): void {
    this.#unread += part.length;
    this.line.post(part.length, () => {
      if (this.#options.breaks()) this.#options.onBreak();
      else this.#arrive(() => this.#deliver(part));
    });
  }

  #arrive(deliver: () => void): void {
    if (this.#paused) this.#arrived.push(deliver);
    else deliver();
  }

  #deliver(part: Uint8Array): void {
    this.#unread -= part.length;
    this.#options.onArrival("bytes", part.length);
    this.#options.sink()?.data(part);
    this.#fill();
  }

  #deliverEnd(): void {
    this.ended = true;
    this.#options.onArrival("end");
    this.#options.sink()?.end();
    this.#options.onEnd();
  }
}

const EMPTY = new Uint8Array(0);

function otherSide(side: Side): Side {
  return side === "dialer" ? "dialed" : "dialer";
}

function broken(why: string): P2PError {
  return new P2PError(why, { code: "P2P_ERR_STREAM" });
}
