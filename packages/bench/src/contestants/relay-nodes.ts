/**
 * Nodes of ours at a relay, in a row: a relay has budgets for each.
 * @module
 */

import type { ByteStream } from "@peerkit/core";
import { Server } from "@peerkit/core";
import type { RelayTransport } from "@peerkit/relay";
import { relay } from "@peerkit/relay";
import { webSocket } from "@peerkit/ws";

/** How many a side has, where nothing else is said. */
export const NODES = 16;

const MAX_PIPES = 100_000;

/** Nodes that are there as soon as one is asked for, and stay. */
export class RelayNodes {
  readonly #onStream: (stream: ByteStream) => unknown;
  #nodes: Promise<RelayTransport[]> | undefined;
  #turns = 0;

  /** `onStream` takes the streams that come to them, as they are: where a server would shake hands. */
  constructor(onStream: (stream: ByteStream) => unknown = () => {}) {
    this.#onStream = onStream;
  }

  /** Resolves to all of them, each with a reservation at the relay. */
  reserve(via: string, count = NODES): Promise<readonly RelayTransport[]> {
    const start = async (): Promise<RelayTransport> => {
      const node = await startNode(this.#onStream);
      await node.reserve(via);
      return node;
    };
    this.#nodes ??= Promise.all(Array.from({ length: count }, start));
    return this.#nodes;
  }

  /** Resolves to one of them in turn. */
  async next(via: string): Promise<RelayTransport> {
    return take(await this.reserve(via), this.#turns++);
  }
}

/**
 * One of several in turn.
 * @throws RangeError when there is none.
 */
export function take<T>(items: readonly T[], turn: number): T {
  const item = items[turn % items.length];
  if (item === undefined) throw new RangeError("nobody to take a turn");
  return item;
}

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
