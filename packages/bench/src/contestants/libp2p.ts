/**
 * js-libp2p with noise and yamux, over TCP or WebSocket, as its packages come.
 * @module
 */

import type { Stream } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { Identities } from "../identities.ts";
import type { Accept, Contestant, Link } from "../link.ts";

/** The protocol's name on the wire. */
const PROTOCOL = "/bench/1.0.0";

/** Many connections at once are what is measured; the default bounds aren't. */
const UNBOUNDED = 100_000;

/** The most identities: each may have many connections, but dials that overlap become one. */
const IDENTITIES = 64;

/** Makes the contestant. Nothing is started yet. */
export function libp2p(kind: "tcp" | "ws"): Contestant {
  const identities = new Identities(() => makeNode(kind, []));
  return {
    prepare: (count) => identities.prepare(Math.min(count, IDENTITIES)),
    async listen(accept) {
      const suffix = kind === "ws" ? "/ws" : "";
      const node = await makeNode(kind, [`/ip4/127.0.0.1/tcp/0${suffix}`]);
      await node.handle(PROTOCOL, (stream) => void attach(stream, accept, async () => {}), {
        maxInboundStreams: UNBOUNDED,
      });
      return `${node.getMultiaddrs()[0] ?? ""}`;
    },
    async dial(address, accept) {
      const node = await identities.take();
      // By itself it would take the connection that is there.
      const connection = await node.dial(multiaddr(address), { force: true });
      const stream = await connection.newStream(PROTOCOL, { maxOutboundStreams: UNBOUNDED });
      identities.giveBack(node);
      return attach(stream, accept, () => connection.close());
    },
  };
}

type Node = Awaited<ReturnType<typeof createLibp2p>>;

async function makeNode(kind: "tcp" | "ws", listen: string[]): Promise<Node> {
  const transport = await transportOf(kind);
  return createLibp2p({
    addresses: { listen },
    transports: [transport],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: {
      maxConnections: UNBOUNDED,
      inboundConnectionThreshold: UNBOUNDED,
      maxIncomingPendingConnections: UNBOUNDED,
      maxParallelDials: UNBOUNDED,
      maxDialQueueLength: UNBOUNDED,
    },
  });
}

async function transportOf(kind: "tcp" | "ws") {
  if (kind === "tcp") return (await import("@libp2p/tcp")).tcp();
  return (await import("@libp2p/websockets")).webSockets();
}

function attach(stream: Stream, accept: Accept, end: () => Promise<void>): Link {
  const link: Link = {
    send: (message) => (stream.send(message) ? undefined : stream.onDrain()),
    close: end,
  };
  const receive = accept(link);
  stream.addEventListener("message", ({ data }) => {
    // A stream's data may be a list of pieces, which needs no copy to be counted.
    for (const piece of data instanceof Uint8Array ? [data] : data) receive(piece);
  });
  return link;
}
