/**
 * Gives memory back at once in Node. What its cryptography answers lies in memory of its own, and
 * 64 KiB for each record make the garbage collector go through the whole heap every few hundred.
 * @module
 */

/** Below so many bytes it costs more than it saves. */
const WORTH_IT = 8_192;

/** Frees the memory of bytes that nobody else has, if they are many; they are empty then. */
export function release(bytes: Uint8Array): void {
  const { buffer, length } = bytes;
  // Else others may have a part of it.
  if (length >= WORTH_IT && buffer.byteLength === length) free(buffer as Transferable);
}

/** Node 22 and newer have `transfer`. */
interface Transferable extends ArrayBuffer {
  transfer?(length: number): ArrayBuffer;
}

const free =
  "transfer" in ArrayBuffer.prototype
    ? (buffer: Transferable): void => void buffer.transfer?.(0)
    : moveNowhere();

/** What is moved to a closed port is gone. */
function moveNowhere(): (buffer: ArrayBuffer) => void {
  const { port1 } = new MessageChannel();
  port1.close();
  return (buffer) => port1.postMessage(undefined, [buffer]);
}
