/**
 * The transport that `relay()` makes: nodes behind relays, and being such a node.
 * @module
 */

import type { AbortOptions, ByteStream, NodeAddress, Peer, TransportHost } from "@peerkit/core";
import { P2PError, typedProtocol } from "@peerkit/core";
import { webSocket } from "@peerkit/ws";
import type { PipeFacts } from "./pipe-stream.ts";
import { pipeStream } from "./pipe-stream.ts";
import type { RelayProtocol } from "./relay-link.ts";
import { RelayLink } from "./relay-link.ts";
import type { RelayTransport, RelayTransportOptions } from "./relay-transport.ts";
import { Residence } from "./residence.ts";
import { RelayRooms } from "./rooms/relay-rooms.ts";
import { RelayCode } from "./wire/codes.ts";
import { pipeOffer } from "./wire/pipe-offer.ts";
import { RELAY_PROTOCOL } from "./wire/relay-protocol.ts";

/** A page gets some 255 WebSockets in all. */
const MAX_PIPES = 64;
/** How long opening our end of a pipe that somebody else asked for may take, in ms. */
const ANSWER_TIMEOUT_MS = 5_000;
/** Relays that are remembered by their addresses. */
const MAX_LINKS = 64;

/**
 * Makes a transport for addresses with a `via`, in Node and in a page. It belongs to one server, which
 * also needs the WebSocket transport, by which relays are reached:
 * `transports: [webSocket(), relay()]`.
 * @throws RangeError or P2PError `P2P_ERR_BAD_ADDRESS` for options that are wrong.
 */
export function relay(options: RelayTransportOptions = {}): RelayTransport {
  return new ViaRelay(options);
}

class ViaRelay implements RelayTransport {
  readonly name = "relay";
  readonly schemes = ["via"];
  readonly protocols: RelayTransport["protocols"];
  readonly #options: RelayTransportOptions;
  readonly #maxPipes: number;
  readonly #protocol: RelayProtocol;
  readonly #rooms: RelayRooms;
  readonly #links = new Map<string, RelayLink>();
  /** Relays that we stay connected to. UNBOUNDED: our own options and calls add to them. */
  readonly #residences = new Map<string, Residence>();
  #host: TransportHost | undefined;
  #pipes = 0;

  constructor(options: RelayTransportOptions) {
    this.#options = options;
    this.#maxPipes = options.maxPipes ?? MAX_PIPES;
    if (!Number.isSafeInteger(this.#maxPipes) || this.#maxPipes < 1) {
      throw new RangeError(`maxPipes: expected an integer from 1, got ${this.#maxPipes}`);
    }
    this.#protocol = this.#newProtocol();
    this.#rooms = new RelayRooms();
    this.protocols = [this.#protocol, this.#rooms.protocol];
    for (const address of options.reserve ?? []) this.#residence(address);
  }

  get pipes(): number {
    return this.#pipes;
  }

  get addresses(): readonly NodeAddress[] {
    const { publicKey } = this.#requireHost();
    return [...this.#residences.values()]
      .filter(({ reserved }) => reserved)
      .map(({ text }) => ({ publicKey, scheme: "tcp", via: text }));
  }

  attach(host: TransportHost): void {
    if (this.#host) throw new TypeError("relay(): make one for each server");
    this.#host = host;
    for (const residence of this.#residences.values()) residence.start(host);
  }

  reserve(address: string): Promise<void> {
    const host = this.#requireHost();
    const residence = this.#residence(address);
    residence.start(host);
    return residence.firstReserved;
  }

  join: RelayTransport["join"] = async (address, room, handlers) => {
    await this.reserve(address);
    return this.#rooms.join(this.#residence(address), room, handlers);
  };

  async dial(address: NodeAddress, options: AbortOptions = {}): Promise<ByteStream> {
    const { via, host, scheme } = address;
    if (via === undefined) throw failed("the address has no via");
    if (host !== undefined && scheme !== "tcp") throw failed("relays dial TCP nodes only");
    const link = this.#link(via);
    return this.#withPlace(async () => {
      const token = await link.pipeTo(this.#requireHost(), address, options);
      const bridged = host !== undefined;
      return this.#open(link, token, bridged ? { path: "bridge" } : this.#circuit(), options);
    });
  }

  /** Both ends of a circuit are ours, so that nothing less than sealed is taken there. */
  #circuit(from?: Uint8Array): PipeFacts {
    const { psk } = this.#options;
    return { path: "circuit", requireSealed: { ...(from && { from }), ...(psk && { psk }) } };
  }

  /** Holds one of the places while the stream is opened, and while it is there. */
  async #withPlace(open: () => Promise<ByteStream>): Promise<ByteStream> {
    if (this.#pipes >= this.#maxPipes) {
      throw new P2PError(
        `all ${this.#maxPipes} pipes of this node are open (option "maxPipes" of relay())`,
        { code: "P2P_ERR_PIPE_LIMIT" },
      );
    }
    this.#pipes++;
    try {
      const stream = await open();
      void stream.closed.then(() => this.#pipes--);
      return stream;
    } catch (error) {
      this.#pipes--;
      throw error;
    }
  }

  async #open(
    { address }: RelayLink,
    token: Uint8Array,
    facts: PipeFacts,
    options: AbortOptions,
  ): Promise<ByteStream> {
    const transport = webSocket({ ...this.#options.webSocket, offer: pipeOffer(token) });
    return pipeStream(await transport.dial(address, options), facts);
  }

  #newProtocol(): RelayProtocol {
    const noRelay = { code: RelayCode.NotAllowed, text: "this node is no relay", retryAfterMs: 0 };
    const made = typedProtocol({
      ...RELAY_PROTOCOL,
      handlers: {
        reserve: () => ({ ...noRelay, ttlMs: 0 }),
        connect: () => ({ ...noRelay, token: new Uint8Array(0), ttlMs: 0 }),
        incoming: ({ token, from }, { peer }) => this.#onIncoming(peer, token, from),
        declined: () => {},
        draining: ({ withinMs }, { peer }) => {
          this.#residenceOf(peer)?.onDraining(withinMs);
        },
      },
    });
    return {
      ...made,
      run: (peer, rw, signal) => {
        const running = made.run(peer, rw, signal);
        this.#residenceOf(peer)?.wake();
        return running;
      },
    };
  }

  async #onIncoming(peer: Peer, token: Uint8Array, from: Uint8Array): Promise<void> {
    const host = this.#requireHost();
    const link = this.#residenceOf(peer)?.link;
    const decline = (): void => {
      // The relay is gone then, and the pipe with it.
      this.#protocol
        .remote(peer)
        ?.send("declined", { token })
        .catch(() => {});
    };
    // Only whom we asked to make us reachable may send us somewhere.
    if (!link) return decline();
    const control = new AbortController();
    const cancel = host.clock.setTimer(ANSWER_TIMEOUT_MS, () => control.abort());
    const { signal } = control;
    try {
      const stream = await this.#withPlace(() =>
        this.#open(link, token, this.#circuit(from), { signal }),
      );
      host.accept(stream, "via");
    } catch (error) {
      host.logger.debug("a pipe was not answered", error);
      decline();
    } finally {
      cancel();
    }
  }

  #link(text: string): RelayLink {
    const known = this.#residences.get(text)?.link ?? this.#links.get(text);
    if (known) return known;
    const link = new RelayLink(text, this.#protocol);
    if (this.#links.size >= MAX_LINKS) this.#links.clear();
    this.#links.set(text, link);
    return link;
  }

  #residence(text: string): Residence {
    let residence = this.#residences.get(text);
    if (!residence) {
      const { onRelay } = this.#options;
      residence = new Residence(text, this.#link(text), onRelay);
      this.#residences.set(text, residence);
    }
    return residence;
  }

  #residenceOf({ id }: Peer): Residence | undefined {
    return [...this.#residences.values()].find(({ link }) => link.id === id);
  }

  #requireHost(): TransportHost {
    if (this.#host) return this.#host;
    throw new P2PError("the server of this relay() hasn't been started", {
      code: "P2P_ERR_NOT_RUNNING",
    });
  }
}

function failed(why: string): P2PError {
  return new P2PError(why, { code: "P2P_ERR_DIAL_FAILED" });
}
