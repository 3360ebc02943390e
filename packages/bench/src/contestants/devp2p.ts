/**
 * `@ethereumjs/devp2p` as it is published: its `RLPx` on both sides.
 * @module
 */

import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Peer } from "@ethereumjs/devp2p";
import { RLPx } from "@ethereumjs/devp2p";
import { Identities } from "../identities.ts";
import type { Accept, Contestant, Link, Receive } from "../link.ts";

/** Compresses, as the library leaves to its user; this is the copy that it decompresses with. */
const { compress }: { readonly compress: (bytes: Uint8Array) => Uint8Array } = createRequire(
  createRequire(import.meta.url).resolve("@ethereumjs/devp2p"),
)("snappyjs");

/** Makes the contestant. Nothing is started yet. */
export function devp2p(): Contestant {
  const identities = new Identities(async () => new Dialer());
  return {
    prepare: (count) => identities.prepare(count),
    async listen(accept) {
      const rlpx = makeRlpx(accept);
      await new Promise<void>((resolve) => {
        rlpx.events.once("listening", () => resolve());
        rlpx.listen(0, "127.0.0.1");
      });
      const { port } = inside(rlpx)._server.address() as AddressInfo;
      return `${Buffer.from(rlpx.id).toString("hex")}@${port}`;
    },
    async dial(address, accept) {
      const dialer = await identities.take();
      const link = await dialer.dial(address, accept);
      link.onClose(() => identities.giveBack(dialer));
      return link;
    },
  };
}

/** One identity, connected at most once at a time. */
class Dialer {
  readonly #rlpx = makeRlpx((link) => this.#accept(link));
  #accept: (link: ProtocolLink) => Receive = () => () => {};

  dial(address: string, accept: Accept): Promise<ProtocolLink> {
    const [key = "", port] = address.split("@");
    return new Promise((resolve, reject) => {
      this.#accept = (link) => {
        resolve(link);
        return accept(link);
      };
      const id = Buffer.from(key, "hex");
      this.#rlpx.connect({ id, address: "127.0.0.1", tcpPort: Number(port) }).catch(reject);
    });
  }
}

/** One connection's protocol instance. */
class ProtocolLink implements Link {
  readonly #write: (code: number, data: Uint8Array) => void;
  readonly #socket: Socket;

  constructor(peer: Peer, write: (code: number, data: Uint8Array) => void) {
    this.#write = write;
    this.#socket = (peer as unknown as { _socket: Socket })._socket;
  }

  send(message: Uint8Array): Promise<void> | undefined {
    this.#write(0, compress(message));
    // The library has no backpressure; without this its queue would be what is measured.
    if (!this.#socket.writableNeedDrain) return undefined;
    return new Promise((resolve) => this.#socket.once("drain", () => resolve()));
  }

  onClose(listener: () => void): void {
    this.#socket.once("close", listener);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.onClose(resolve);
      this.#socket.destroy();
    });
  }
}

/** What the library keeps to itself and has no other way to ask for. */
function inside(rlpx: RLPx): { readonly _server: Server } {
  return rlpx as unknown as { readonly _server: Server };
}

function makeRlpx(accept: (link: ProtocolLink) => Receive): RLPx {
  const protocol = class {
    readonly #receive: (bytes: Uint8Array) => void;

    constructor(_version: number, peer: Peer, send: (code: number, data: Uint8Array) => void) {
      this.#receive = accept(new ProtocolLink(peer, send));
    }

    _handleMessage(_code: number, data: Uint8Array): void {
      this.#receive(data);
    }
  };
  const rlpx = new RLPx(randomBytes(32), {
    clientId: Buffer.from("devp2p/bench"),
    maxPeers: 100_000,
    listenPort: null,
    capabilities: [{ name: "bench", version: 1, length: 1, constructor: protocol }],
  } as unknown as ConstructorParameters<typeof RLPx>[1]);
  // What ends a connection is seen on its socket.
  rlpx.events.on("error", () => {});
  rlpx.events.on("peer:error", () => {});
  return rlpx;
}
