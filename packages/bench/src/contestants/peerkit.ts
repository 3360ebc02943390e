/**
 * Ours, over any of its transports, plain RLPx v5 or sealed. Runs in Node and in a page.
 * @module
 */

import type { Transport } from "@peerkit/core";
import { Server } from "@peerkit/core";
import { Identities } from "../identities.ts";
import type { Accept, Contestant, Link, Receive } from "../link.ts";
import { NotAvailableError } from "../link.ts";
import { benchProtocol } from "./peer-link.ts";

/** How a server of ours is set up. */
export interface PeerkitOptions {
  readonly transport: Transport;
  /** Where the listening side listens, such as `tcp://127.0.0.1:0`. */
  readonly listen: string;
  /** Sealed sessions, and nothing else. */
  readonly sealed?: boolean;
  /** The limits of `Server` as they are by default, not those that let any number in. */
  readonly defaultLimits?: boolean;
  /** Threads for the handshakes of the listening side. */
  readonly handshakeWorkers?: number;
}

/** Many peers at once are what is measured; the default bounds aren't. */
const MAX_PEERS = 100_000;

/** Makes the contestant. Nothing is started yet. */
export function peerkit(options: PeerkitOptions): Contestant {
  const identities = new Identities(async () => {
    const dialer = new Dialer(options);
    await dialer.start();
    return dialer;
  });
  return {
    prepare: (count) => identities.prepare(count),
    async listen(accept) {
      const server = makeServer(options, accept, [options.listen]);
      await server.start();
      return server.urls[0] ?? "";
    },
    async dial(address, accept) {
      const dialer = await identities.take();
      return dialer.dial(address, accept, () => identities.giveBack(dialer));
    },
  };
}

/** One identity, connected at most once at a time. */
class Dialer {
  readonly #server: Server;
  readonly #sealed: boolean;
  #accept: (link: Link) => Receive = () => () => {};

  constructor(options: PeerkitOptions) {
    this.#sealed = options.sealed ?? false;
    this.#server = makeServer(options, (link) => this.#accept(link), []);
  }

  start(): Promise<void> {
    return this.#server.start();
  }

  async dial(address: string, accept: Accept, onClosed: () => void): Promise<Link> {
    const running = new Promise<Link>((resolve) => {
      this.#accept = (link) => {
        resolve(link);
        return accept(link);
      };
    });
    const peer = await this.#server.connect(address);
    void peer.closed.then(onClosed);
    if (peer.sealed === this.#sealed) return running;
    peer.disconnect();
    throw new NotAvailableError("this build has no sealed sessions yet");
  }
}

function makeServer(
  options: PeerkitOptions,
  accept: (link: Link) => Receive,
  listen: readonly string[],
): Server {
  // Not in the literal below: a build that has no such option yet ignores it.
  const sealed = { sealed: options.sealed ? ("require" as const) : ("off" as const) };
  return new Server({
    ...sealed,
    name: "peerkit/bench",
    ...(options.defaultLimits ? {} : { maxPeers: MAX_PEERS, maxPendingPeers: MAX_PEERS }),
    // The dialing side has as many servers as identities.
    ...(listen.length > 0 && { handshakeWorkers: options.handshakeWorkers }),
    transports: [options.transport],
    listen,
    protocols: [benchProtocol(accept)],
  });
}
