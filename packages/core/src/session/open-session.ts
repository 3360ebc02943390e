/**
 * From a stream to a session: drives the handshake, whose outcome says which session it is.
 * @module
 */

import { loadCurve } from "../crypto/secp256k1.ts";
import type { Clock, Random } from "../env.ts";
import type { Handshake, HandshakeResult } from "../rlpx/handshake.ts";
import { initiate, receive } from "../rlpx/handshake.ts";
import { loadFrameEngine } from "../rlpx/load-frame-engine.ts";
import type { SealedMode } from "../rlpx/sealed-offer.ts";
import type { Tracer } from "../trace.ts";
import type { ByteStream } from "../transport.ts";
import { ByteReader } from "./byte-reader.ts";
import type { HandshakeJobs, HandshakeWork } from "./handshake-work.ts";
import { AT_ONCE } from "./handshake-work.ts";
import { loadSealed } from "./sealed/load-sealed.ts";
import type { Session } from "./session.ts";
import { V5Session } from "./v5.ts";

/** What opening a session needs. */
export interface SessionOptions {
  /** Our static key, 32 bytes. */
  readonly privateKey: Uint8Array;
  /** Its public key, 64 bytes, where it is known already. */
  readonly publicKey?: Uint8Array | undefined;
  /** The key that was dialed, 64 bytes; absent when we were dialed. */
  readonly remoteKey?: Uint8Array | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace?: Tracer | undefined;
  /** Whether to offer or take a sealed session. @default "off" */
  readonly sealed?: SealedMode | undefined;
  /** 32 bytes that both sides of a sealed session must know. */
  readonly psk?: Uint8Array | undefined;
  /** What the arithmetic waits its turn in. @default it is done at once */
  readonly work?: HandshakeWork | undefined;
}

/** How a stream becomes a session. */
export type OpenSession = (stream: ByteStream, options: SessionOptions) => Promise<Session>;

/**
 * Does the handshake. Resolves to a session that is paused. Rejects with the `P2PError` of what
 * went wrong; the caller ends the stream then, and sets the time limit by ending it.
 */
export async function openSession(stream: ByteStream, options: SessionOptions): Promise<Session> {
  const { remoteKey: dialed, clock, work } = options;
  const reader = new ByteReader(stream);
  await loadCurve();
  const handshake = dialed ? initiate(dialed, options) : receive(options);
  const jobs = work?.enter(dialed ? "us" : "them") ?? AT_ONCE;
  let leave: (() => void) | undefined = jobs.leave;
  // A dialer's may be closed with the reason still to be read.
  if (!dialed) void stream.closed.then(() => leave?.());
  const result = await drive(handshake, reader, stream, jobs);
  // The stream keeps what waits for its end, and this has nothing to wait for any more.
  leave = undefined;
  const { remoteKey } = result;
  const { newCipher, snappy: codec } = await loadFrameEngine();
  if (!result.sealed) {
    const { aes, mac, egress, ingress } = result.secrets;
    const ciphers = {
      egress: newCipher({ aes, mac, seed: egress }),
      ingress: newCipher({ aes, mac, seed: ingress }),
    };
    return new V5Session({ stream, reader, remoteKey, ciphers, codec, clock });
  }
  const { openSealed } = await loadSealed();
  const { exchange } = result;
  return openSealed({ stream, reader, remoteKey, clock, codec, exchange, psk: options.psk });
}

async function drive(
  handshake: Handshake,
  reader: ByteReader,
  stream: ByteStream,
  jobs: HandshakeJobs,
): Promise<HandshakeResult> {
  let step = handshake.next();
  while (!step.done) {
    const wanted = step.value;
    let answer: Uint8Array | Promise<Uint8Array> = NOTHING;
    if (wanted.do === "read") answer = reader.read(wanted.length);
    else if (wanted.do === "write") await stream.write(wanted.bytes);
    else answer = jobs.run(wanted.job);
    step = handshake.next(answer instanceof Uint8Array ? answer : await answer);
  }
  return step.value;
}

const NOTHING = new Uint8Array(0);
