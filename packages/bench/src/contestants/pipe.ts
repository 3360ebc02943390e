/**
 * Bytes through a relay's pipes, with nothing on top: what the relay itself costs. Both ends use the
 * public transport, and take its streams as they are, where a server would shake hands.
 * @module
 */

import type { ByteStream } from "@peerkit/core";
import { formatNodeAddress, parseListenAddress, parseNodeAddress } from "@peerkit/core";
import { tcp } from "@peerkit/tcp";
import type { Accept, Contestant, ListenSetup } from "../link.ts";
import { enodeTcp } from "./enode.ts";
import { RelayNodes, take } from "./relay-nodes.ts";
import { meet } from "./rlpx-shape.ts";
import { streamLink } from "./stream-link.ts";

/** Pipes between two nodes: WebSocket on both sides. */
export function pipeWs(): Contestant {
  const dialers = new RelayNodes();
  let dials = 0;
  return {
    async listen(accept, { via = "", nodes }) {
      const listeners = new RelayNodes((stream) => streamLink(stream, accept));
      const transports = await listeners.reserve(via, nodes);
      const addresses = transports.flatMap((transport) => transport.addresses);
      return addresses.map(formatNodeAddress).join(" ");
    },
    async dial(addresses, accept) {
      const address = take(addresses.split(" "), dials++);
      return streamLink(await dialThrough(dialers, address), accept);
    },
  };
}

/** Pipes to a TCP listener. */
export function pipeTcp(): Contestant {
  const dialers = new RelayNodes();
  return {
    listen: listenTcp(meet),
    async dial(address, accept) {
      return meet(await dialThrough(dialers, address), accept, true);
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

async function dialThrough(dialers: RelayNodes, text: string): Promise<ByteStream> {
  const address = parseNodeAddress(text);
  return (await dialers.next(address.via ?? "")).dial(address);
}
