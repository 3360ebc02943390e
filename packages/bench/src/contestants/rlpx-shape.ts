/**
 * What a relay wants to see on a pipe to a TCP node before it lets everything through: one packet
 * each way that looks like a handshake.
 * @see docs/wire/relay.md, "Bridges"
 * @module
 */

import type { ByteStream } from "@peerkit/core";
import { generatePrivateKey, publicKeyOf } from "@peerkit/core";
import type { Accept, Link } from "../link.ts";
import { streamLink } from "./stream-link.ts";

/** Bytes of such a packet behind its two of size: between the least and the most of both kinds. */
const SIZE = 400;

/** Says and hears one such packet, the dialer first. Rejects when the stream ends before. */
export async function meet(stream: ByteStream, accept: Accept, dialed = false): Promise<Link> {
  const chunks = stream[Symbol.asyncIterator]();
  const packet = makePacket();
  if (dialed) await stream.write(packet.slice());
  for (let left = packet.length; left > 0; ) {
    const { value, done } = await chunks.next();
    if (done) throw new Error("the stream ended before the packet came");
    left -= value.length;
  }
  if (!dialed) await stream.write(packet);
  return streamLink(stream, accept, chunks);
}

function makePacket(): Uint8Array {
  const packet = new Uint8Array(2 + SIZE);
  packet.set([SIZE >> 8, SIZE & 0xff, 0x04]);
  packet.set(publicKeyOf(generatePrivateKey()), 3);
  return packet;
}
