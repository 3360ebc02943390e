/**
 * One connection of ours, as a link: the protocol that runs on both ends of it.
 * @module
 */

import type { MsgReadWriter, Peer, Protocol } from "@peerkit/core";
import type { Accept, Link } from "../link.ts";

/** After so many bytes the sender awaits `writeMsg`, as an application does after a batch. */
const BATCH_BYTES = 65_536;

/** The protocol; `accept` gets a link for each peer. */
export function benchProtocol(accept: Accept): Protocol {
  return {
    name: "bench",
    version: 1,
    length: 1,
    async run(peer, rw) {
      const link = new PeerLink(peer, rw);
      const receive = accept(link);
      for await (const msg of rw) {
        receive(msg.payload);
        if (link.unread) await link.unread;
      }
    },
  };
}

/** One connection's protocol run. */
class PeerLink implements Link {
  readonly #peer: Peer;
  readonly #rw: MsgReadWriter;
  #unawaited = 0;
  /** Never resolves; set when nothing is to be read any more. */
  unread: Promise<never> | undefined;

  constructor(peer: Peer, rw: MsgReadWriter) {
    this.#peer = peer;
    this.#rw = rw;
  }

  send(message: Uint8Array): Promise<void> | undefined {
    const room = this.#rw.writeMsg(0, message);
    this.#unawaited += message.length;
    if (this.#unawaited < BATCH_BYTES) return undefined;
    this.#unawaited = 0;
    return room;
  }

  ping(): Promise<number> {
    return this.#peer.ping();
  }

  stopReading(): void {
    this.unread = new Promise(() => {});
  }

  async close(): Promise<void> {
    this.#peer.disconnect();
    await this.#peer.closed;
  }
}
