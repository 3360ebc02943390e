/**
 * A byte stream of ours as a link, with no handshake and no messages on it.
 * @module
 */

import type { ByteStream } from "@peerkit/core";
import type { Accept, Link, Receive } from "../link.ts";

/** Reads the stream from here on; `chunks` is what reads it already, if something does. */
export function streamLink(
  stream: ByteStream,
  accept: Accept,
  chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator](),
): Link {
  const link: Link = {
    send: (message) => stream.write(message),
    close: async () => stream.abort(),
  };
  void read(chunks, accept(link));
  return link;
}

async function read(chunks: AsyncIterator<Uint8Array>, receive: Receive): Promise<void> {
  try {
    for (;;) {
      const { value, done } = await chunks.next();
      if (done) return;
      receive(value);
    }
  } catch {
    // A dropped connection is how a link ends here.
  }
}
