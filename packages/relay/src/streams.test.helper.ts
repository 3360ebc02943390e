/**
 * Pairs of streams in memory, for tests.
 * @module
 */

import type { ByteStream, Clock } from "@peerkit/core";
import { memoryNetwork } from "@peerkit/core/testing";

/** Two ends of one stream. */
export async function streamPair(clock?: Clock): Promise<readonly [ByteStream, ByteStream]> {
  const transport = memoryNetwork(clock ? { clock } : {}).transport();
  const ends: ByteStream[] = [];
  const where = { scheme: "memory", host: "here", port: 1 };
  await transport.listen?.(where, { admit: () => true, onStream: (stream) => ends.push(stream) });
  const dialed = await transport.dial({ ...where, publicKey: new Uint8Array(64) });
  const [taken] = ends;
  if (!taken) throw new Error("no stream came");
  return [dialed, taken];
}

/** All that a stream brings until it ends, as one array; with the error that ended it, if one did. */
export async function drain(
  stream: ByteStream,
): Promise<{ readonly bytes: number[]; readonly error?: unknown }> {
  const bytes: number[] = [];
  try {
    for await (const chunk of stream) bytes.push(...chunk);
  } catch (error) {
    return { bytes, error };
  }
  return { bytes };
}

/** Lets everything that is due happen. */
export async function settle(turns = 50): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await undefined;
}
