/**
 * A server's metrics, under go-ethereum's names.
 * @see https://github.com/ethereum/go-ethereum/blob/02b73d4ea7181464175e0a6cbecc0a3a2655a562/p2p/metrics.go
 * @module
 */

import type { Protocol } from "../devp2p/protocol.ts";
import type { Clock } from "../env.ts";
import { DiscReason } from "../errors.ts";
import type { Direction } from "../trace.ts";
import type { ByteStream } from "../transport.ts";
import type { ServerEvent } from "./events.ts";
import { meteredStream } from "./metered-stream.ts";

/**
 * Takes a server's metrics, whatever collects them. Both are called often, synchronously, and must
 * not throw. Names are go-ethereum's, such as `p2p/peers` or `p2p/ingress/eth/68/0x03/packets`;
 * `docs/metrics.md` lists them.
 */
export interface Metrics {
  /** Adds to a count, which only grows. */
  count(name: string, by: number): void;
  /** Sets a value that goes up and down. */
  gauge(name: string, value: number): void;
}

/** A peer that lived so long counts as one that was worth it, in ms. */
const WORTHWHILE_MS = 60_000;
/** Codes from here on share one name: a peer chooses codes, and each name costs memory. */
const MAX_NAMED_CODE = 0x100;

/** Derives the metrics of one server from what it does. */
export class ServerMetrics {
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  /** When each peer was added, and by whom. */
  readonly #peers = new Map<string, { readonly inbound: boolean; readonly since: number }>();
  #inbound = 0;
  /** `<direction>/<name>/<version>`, then the name for each code. */
  readonly #names = new Map<string, string[]>();

  constructor(metrics: Metrics, clock: Clock) {
    this.#metrics = metrics;
    this.#clock = clock;
    this.#showPeers();
  }

  /** A dial starts. */
  dialed(): void {
    this.#metrics.count("p2p/dials", 1);
  }

  /** A connection came. */
  served(): void {
    this.#metrics.count("p2p/serves", 1);
  }

  /** Anything that the server tells of. */
  onEvent(event: ServerEvent): void {
    if (event.type === "add") this.#added(event.peer, event.inbound);
    else if (event.type === "drop") this.#dropped(event.peer);
    else if (event.type === "fail") {
      const why = failureName(event.code, event.reason, event.inbound);
      this.#metrics.count(`${side(event.inbound)}/error/${why}`, 1);
    } else if (event.type === "refuse") {
      this.#metrics.count(`p2p/serves/error/${event.cause}`, 1);
    }
  }

  /** A protocol's message went or came; `wireSize` is its payload's, after compression. */
  onMessage(direction: Direction, protocol: Protocol, code: number, wireSize: number): void {
    const name = this.#messageName(direction, protocol, code);
    this.#metrics.count(name, wireSize);
    this.#metrics.count(`${name}/packets`, 1);
  }

  /** The stream, with its bytes counted. */
  metered(stream: ByteStream): ByteStream {
    return meteredStream(stream, {
      came: (bytes) => this.#metrics.count("p2p/ingress", bytes),
      went: (bytes) => this.#metrics.count("p2p/egress", bytes),
    });
  }

  #added(peer: string, inbound: boolean): void {
    this.#peers.set(peer, { inbound, since: this.#clock.now() });
    if (inbound) this.#inbound++;
    this.#metrics.count(`${side(inbound)}/success`, 1);
    this.#showPeers();
  }

  #dropped(id: string): void {
    const peer = this.#peers.get(id);
    if (!peer) return;
    this.#peers.delete(id);
    if (peer.inbound) this.#inbound--;
    if (this.#clock.now() - peer.since >= WORTHWHILE_MS) {
      this.#metrics.count(`${side(peer.inbound)}/success/1min`, 1);
    }
    this.#showPeers();
  }

  #showPeers(): void {
    const all = this.#peers.size;
    this.#metrics.gauge("p2p/peers", all);
    this.#metrics.gauge("p2p/peers/inbound", this.#inbound);
    this.#metrics.gauge("p2p/peers/outbound", all - this.#inbound);
  }

  #messageName(direction: Direction, { name, version }: Protocol, code: number): string {
    const prefix = `p2p/${direction === "in" ? "ingress" : "egress"}/${name}/${version}`;
    if (code >= MAX_NAMED_CODE) return `${prefix}/other`;
    let names = this.#names.get(prefix);
    if (!names) {
      names = [];
      this.#names.set(prefix, names);
    }
    names[code] ??= `${prefix}/0x${code.toString(16).padStart(2, "0")}`;
    return names[code];
  }
}

function side(inbound: boolean): string {
  return inbound ? "p2p/serves" : "p2p/dials";
}

const REASONS: Readonly<Record<number, string>> = {
  [DiscReason.TooManyPeers]: "saturated",
  [DiscReason.AlreadyConnected]: "known",
  [DiscReason.Self]: "self",
  [DiscReason.UselessPeer]: "useless",
  [DiscReason.UnexpectedIdentity]: "id/unexpected",
};

/** What ends a connection before its Hellos. */
const IN_HANDSHAKE =
  /_(?:HANDSHAKE_\w+|SEALED_(?:OFFER|REQUIRED|HANDSHAKE)|BAD_POINT|BAD_SIGNATURE|STREAM|STREAM_CLOSED)$/;

function failureName(code: string, reason: number | undefined, inbound: boolean): string {
  const known = reason === undefined ? undefined : REASONS[reason];
  if (known !== undefined) return known;
  if (!inbound && /_(?:DIAL_\w+|MIXED_CONTENT)$/.test(code)) return "connection";
  if (IN_HANDSHAKE.test(code)) return "rlpx/enc";
  return code === "P2P_ERR_BAD_HELLO" ? "rlpx/proto" : "other";
}
