/**
 * Streams whose writes are heard, changed or held back.
 * @module
 */

import type { ByteStream } from "./transport.ts";

type Write = ByteStream["write"];

/** Puts what `replace` makes of a stream's `write` in its place, with no port that goes round it. */
export function replaceWrite(stream: ByteStream, replace: (write: Write) => Write): ByteStream {
  const write = stream.write.bind(stream);
  Object.defineProperty(stream, "port", { value: undefined, configurable: true });
  stream.write = replace(write);
  return stream;
}
