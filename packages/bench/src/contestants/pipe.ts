/**
 * Bytes through a relay's pipes, with nothing on top: what the relay itself costs. Both ends use the
 * public transport, and take its streams as they are, where a server would shake hands.
 * @module
 */

import type { ByteStream, NodeAddress } from "@peerkit/core";
import { formatNodeAddress, parseListenAddress, parseNodeAddress, Server } from "@peerkit/core";
import type { RelayTransport } from "@peerkit/relay";
import { relay } from "@peerkit/relay";
import { tcp } from "@peerkit/tcp";
import { webSocket } from "@peerkit/ws";
import type { Accept, Contestant, ListenSetup } from "../link.ts";
import { NODES, take } from "../nodes.ts";
import { enodeTcp } from "./enode.ts";
import { meet } from "./rlpx-shape.ts";
import { streamLink } from "./stream-link.ts";

const MAX_PIPES = 100_000;

/** Pipes between two nodes: WebSocket on both sides. */
export function pipeWs(): Contestant {
  const dialers = new Dialers();
  return {
    async listen(accept, { via = "", nodes = NODES }) {
      const addresses: string[] = [];
      for (let made = 0; made < nodes; made++) {
        const node = await startNode((stream) => streamLink(stream, accept));
        await node.reserve(via);
        addresses.push(...node.addresses.map(formatNodeAddress));
      }
      return addresses.join(" ");
    },
    dial: async (address, accept) => streamLink(await dialers.dial(address), accept),
  };
}

/** Pipes to a TCP listener. */
export function pipeTcp(): Contestant {
  const dialers = new Dialers();
  return {
    listen: listenTcp(meet),
    async dial(address, accept) {
      return meet(await dialers.dial(address), accept, true);
    },
  };
}

/** Listens on TCP; `attach` makes a link of what comes. */
export function listenTcp(attach: (stream: ByteStream, accept: Accept) => unknown) {
  return async (accept: Accept, { via }: ListenSetup): Promise<string> => {
    const listener = await tcp().listen?.(parseListenAddress("tcp://127.0.0.1:0"), {
      admit: () => true,
      onStream: (stream) => void attach(stream, accept),
    });
    return enodeTcp(listener?.address.port ?? 0, via);
  };
}

/** Nodes that dial in turn: each has budgets of its own. */
class Dialers {
  #nodes: Promise<RelayTransport[]> | undefined;
  #dials = 0;

  async dial(addresses: string): Promise<ByteStream> {
    this.#nodes ??= Promise.all(Array.from({ length: NODES }, () => startNode(() => {})));
    const nodes = await this.#nodes;
    const at = this.#dials++;
    const address: NodeAddress = parseNodeAddress(take(addresses.split(" "), at));
    return take(nodes, at).dial(address);
  }
}

/** A node whose streams through relays are taken without a handshake. */
async function startNode(onStream: (stream: ByteStream) => unknown): Promise<RelayTransport> {
  const transport = relay({ maxPipes: MAX_PIPES });
  const { name, schemes, protocols } = transport;
  const server = new Server({
    transports: [
      webSocket(),
      {
        ...{ name, schemes, protocols },
        dial: (address, options) => transport.dial(address, options),
        attach(host) {
          const { publicKey, signal, clock, random, logger } = host;
          transport.attach?.({
            ...{ publicKey, signal, clock, random, logger },
            connect: (node, options) => host.connect(node, options),
            accept: (stream) => void onStream(stream),
          });
        },
      },
    ],
  });
  await server.start();
  return transport;
}
