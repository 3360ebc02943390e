/**
 * Ours, both sides behind a relay, as two pages are: sealed end to end.
 * @module
 */

import { formatNodeAddress, Server } from "@peerkit/core";
import { relay } from "@peerkit/relay";
import { webSocket } from "@peerkit/ws";
import { Identities } from "../identities.ts";
import type { Accept, Contestant, Link, Receive } from "../link.ts";

import { benchProtocol } from "./peer-link.ts";
import { NODES, take } from "./relay-nodes.ts";

/** Nodes that are made reachable at the same time. */
const AT_ONCE = 16;

/** Makes the contestant. Nothing is started yet. */
export function circuit(): Contestant {
  const identities = new Identities(async () => new Dialer());
  let dials = 0;
  return {
    prepare: (count) => identities.prepare(count),
    async listen(accept, { via = "", nodes = NODES }) {
      const addresses: string[] = [];
      for (let left = nodes; left > 0; left -= AT_ONCE) {
        const batch = Array.from({ length: Math.min(AT_ONCE, left) }, () => reachable(accept, via));
        addresses.push(...(await Promise.all(batch)));
      }
      return addresses.join(" ");
    },
    async dial(addresses, accept) {
      const dialer = await identities.take();
      const address = take(addresses.split(" "), dials++);
      return dialer.dial(address, accept, () => identities.giveBack(dialer));
    },
  };
}

/** A node with a reservation; resolves to its address. */
async function reachable(accept: Accept, via: string): Promise<string> {
  const transport = relay();
  await makeServer(accept, transport).start();
  await transport.reserve(via);
  return transport.addresses.map(formatNodeAddress).join(" ");
}

/** One identity, connected to one other at most once at a time, and to the relay for good. */
class Dialer {
  readonly #server = makeServer((link) => this.#accept(link), relay());
  readonly #started = this.#server.start();
  #accept: Accept = () => () => {};

  async dial(address: string, accept: Accept, onClosed: () => void): Promise<Link> {
    await this.#started;
    const running = new Promise<Link>((resolve) => {
      this.#accept = (link): Receive => {
        resolve(link);
        return accept(link);
      };
    });
    const peer = await this.#server.connect(address);
    void peer.closed.then(onClosed);
    return running;
  }
}

function makeServer(accept: Accept, transport: ReturnType<typeof relay>): Server {
  return new Server({
    name: "peerkit/bench",
    inboundLimit: false,
    transports: [webSocket(), transport],
    protocols: [benchProtocol(accept)],
  });
}
