/**
 * Two ends of a sealed session for tests: over streams in memory, with keys out of thin air.
 * @module
 */

import { newGcm } from "#gcm";
import { unsealed } from "../../crypto/gcm.test.helper.ts";
import type { NewGcm } from "../../crypto/gcm.ts";
import { GCM_TAG } from "../../crypto/gcm.ts";
import { systemClock } from "../../env.ts";
import type { P2PError } from "../../errors.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { memoryTransport } from "../../testing/memory-transport.ts";
import type { ByteStream } from "../../transport.ts";
import { writeUint } from "../../wire/bytes.ts";
import { portableSnappy } from "../../wire/portable-snappy.ts";
import { ByteReader } from "../byte-reader.ts";
import type { Session, SessionMessage, SessionProtocol } from "../session.ts";
import { Epochs } from "./epochs.ts";
import { RECORD_HEADER } from "./record-reader.ts";
import type { RecordSource } from "./record-source.ts";
import { SealedSession } from "./sealed-session.ts";
import type { SealedSecrets } from "./secrets.ts";

/** A key by one byte. */
export const keyOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

/** The secrets of every pair here; new arrays each time. */
export const newSecrets = (): SealedSecrets => ({
  fromInitiator: keyOf(1),
  fromRecipient: keyOf(2),
  exporter: keyOf(3),
});

/** One protocol of 16 codes, not compressed. */
export const ONE: readonly SessionProtocol[] = [{ offset: 16, length: 16, compress: false }];

/** Two ends of one stream. */
export async function streamPair(clock: FakeClock): Promise<[ByteStream, ByteStream]> {
  const transport = memoryTransport({ clock });
  const address = { scheme: "memory", host: "node", port: 1 };
  const accepted: ByteStream[] = [];
  const handlers = { admit: () => true, onStream: (stream: ByteStream) => accepted.push(stream) };
  await transport.listen?.(address, handlers as never);
  const dialed = await transport.dial({ ...address, publicKey: new Uint8Array(64) });
  const [stream] = accepted;
  if (!stream) throw new Error("nothing was accepted");
  return [dialed, stream];
}

/** A session with the secrets above. */
export function newSession(
  stream: ByteStream,
  initiator: boolean,
  clock: FakeClock,
  makeGcm: NewGcm = newGcm,
): SealedSession {
  return new SealedSession({
    stream,
    reader: new ByteReader(stream),
    remoteKey: new Uint8Array(64).fill(initiator ? 2 : 1),
    clock,
    codec: portableSnappy,
    initiator,
    ack: new Uint8Array(0),
    secrets: newSecrets(),
    newGcm: makeGcm,
  });
}

/** What differs between tests. */
export interface PairOptions {
  readonly protocols?: readonly SessionProtocol[];
  /** Bytes that may wait for each protocol at the recipient. */
  readonly queueLimit?: number;
  readonly hasRoom?: () => boolean;
  readonly newGcm?: NewGcm;
  /** Changes the initiator's stream. */
  readonly wrap?: (stream: ByteStream) => ByteStream;
}

/** Two open sessions, with everything that each was given. */
export interface Pair {
  readonly clock: FakeClock;
  readonly initiator: SealedSession;
  readonly recipient: SealedSession;
  readonly streams: readonly [ByteStream, ByteStream];
}

/** Two sessions past their Hellos. */
export async function openPair(options: PairOptions = {}): Promise<Pair> {
  const { protocols = ONE, queueLimit = 2 ** 24, hasRoom = () => true, wrap = (s) => s } = options;
  const clock = new FakeClock();
  const [dialed, accepted] = await streamPair(clock);
  const streams = [wrap(dialed), accepted] as const;
  const initiator = newSession(streams[0], true, clock, options.newGcm);
  const recipient = newSession(streams[1], false, clock, options.newGcm);
  recipient.write(0, Uint8Array.of(0xc0));
  await first(initiator);
  initiator.write(0, Uint8Array.of(0xc0));
  await first(recipient);
  for (const session of [initiator, recipient]) {
    session.open();
    session.start(protocols, { queueLimit, hasRoom });
  }
  return { clock, initiator, recipient, streams };
}

/** The first message, which comes alone. */
export function first(session: Session): Promise<SessionMessage> {
  return new Promise((resolve, reject) => {
    session.onBatch = ([message]) => message && resolve(message);
    session.onEnd = (error) => reject(error ?? new Error("the stream ended"));
    session.resume();
  });
}

/** What a session delivers, and how it ends; it takes every message at once when `take` is set. */
export function collect(session: Session, options: { take?: boolean; count?: number } = {}) {
  const messages: SessionMessage[] = [];
  let gotAll = (): void => {};
  const all = new Promise<void>((resolve) => {
    gotAll = resolve;
  });
  const end = new Promise<P2PError | undefined>((resolve) => {
    session.onEnd = resolve;
  });
  session.onBatch = (batch) => {
    for (const message of batch) {
      messages.push(message);
      if (options.take && message.code >= 16) session.taken(0, message.wireSize + 64);
    }
    if (messages.length >= (options.count ?? Number.POSITIVE_INFINITY)) gotAll();
  };
  if (options.take) session.waiting(0, true);
  session.resume();
  return { messages, end, all };
}

/** A record that isn't sealed. */
export function unsealedRecord(plaintext: Uint8Array): Uint8Array {
  const header = new Uint8Array(RECORD_HEADER);
  writeUint(plaintext.length + GCM_TAG, header, 0, RECORD_HEADER);
  return unsealed(header, plaintext);
}

/** Seals plaintexts by hand, from that record of one side on. */
export function sealer(initiator: boolean, first = 0): (plaintext: Uint8Array) => Uint8Array {
  const { fromInitiator, fromRecipient } = newSecrets();
  const epochs = epochsFrom(first, initiator ? fromInitiator : fromRecipient);
  return (plaintext) => {
    const { gcm, nonce } = epochs.take();
    return gcm.seal(nonce, unsealedRecord(plaintext), RECORD_HEADER) as Uint8Array;
  };
}

/** The numbers and keys of a direction from that record on. */
export function epochsFrom(first: number, secret: Uint8Array): Epochs {
  const epochs = new Epochs(secret, newGcm);
  for (let n = 0; n < first; n++) epochs.take();
  return epochs;
}

/** Lets everything that waits happen. */
export const settle = (): Promise<void> =>
  new Promise((resolve) => void systemClock.setTimer(0, resolve));

/** Waits until it is so. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5_000; turn++) {
    if (isSo()) return;
    await settle();
  }
  throw new Error("waited in vain");
}

/** Resolves when the source may give more; to false when nothing will come any more. */
export async function more(source: RecordSource): Promise<boolean> {
  for (;;) {
    let ask = (): void => {};
    const asked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    const answer = source.more(ask);
    if (answer !== "later") return answer === "now";
    await asked;
  }
}
