/**
 * RLPx v5 as a session: frames with snappy over a stream. Both
 * directions share one key stream (CVE-2015-20112): the peer is authenticated, the content is not
 * confidential towards whoever sees both directions.
 * @module
 */

import type { Clock } from "../env.ts";
import { P2PError } from "../errors.ts";
import type { Frame } from "../rlpx/frame.ts";
import { FrameDecoder, FrameEncoder, MAX_FRAME_SIZE } from "../rlpx/frame.ts";
import type { FrameCipher } from "../rlpx/frame-cipher.ts";
import type { BytePort, ByteStream } from "../transport.ts";
import { maxCompressed, requireAllowedSize } from "../wire/size-limit.ts";
import type { Snappy } from "../wire/snappy.ts";
import { decompress, uncompressedSize } from "../wire/snappy.ts";
import type { ByteReader } from "./byte-reader.ts";
import { Outbox } from "./outbox.ts";
import type { ReadLimits, Session, SessionMessage, SessionProtocol } from "./session.ts";
import { MAX_MESSAGE_SIZE } from "./session.ts";

/** The base protocol's Disconnect: some clients send it uncompressed where it should not be. */
const DISCONNECT_CODE = 0x01;
/** The largest first frame, in bytes: a Hello, of at most 2,048 bytes, or a Disconnect. */
const MAX_FIRST_FRAME = 4_096;
/** A message's code in its frame, at most, in bytes. */
const MAX_CODE = 7;

/** What a v5 session is made of. */
export interface V5SessionOptions {
  readonly stream: ByteStream;
  /** Has read the handshake; what came after it is the session's. */
  readonly reader: ByteReader;
  readonly remoteKey: Uint8Array;
  readonly ciphers: { readonly egress: FrameCipher; readonly ingress: FrameCipher };
  readonly codec: Snappy;
  readonly clock: Clock;
}

/** A session over frames, from the end of its handshake. */
export class V5Session implements Session {
  readonly remoteKey: Uint8Array;
  readonly sealed = false;
  readonly helloFirst = "both";
  readonly exporter = undefined;
  readonly pausable: boolean;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
  onBatch: (messages: readonly SessionMessage[]) => void = () => {};
  onEnd: (error: P2PError | undefined) => void = () => {};
  snappy = false;

  readonly #port: BytePort;
  readonly #ciphers: V5SessionOptions["ciphers"];
  readonly #codec: Snappy;
  readonly #encoder: FrameEncoder;
  readonly #decoder: FrameDecoder;
  readonly #outbox: Outbox;
  #maxMessage = MAX_MESSAGE_SIZE;
  #firstCame = false;
  #paused = true;
  /** From `resume` until it was paused and has noticed. */
  #reading = false;
  #ended = false;

  constructor({ stream, reader, remoteKey, ciphers, codec, clock }: V5SessionOptions) {
    this.remoteKey = remoteKey;
    this.pausable = stream.pausable;
    this.remoteAddress = stream.remoteAddress;
    this.localAddress = stream.localAddress;
    this.#port = reader.port;
    this.#ciphers = ciphers;
    this.#codec = codec;
    this.#encoder = new FrameEncoder(ciphers.egress);
    this.#decoder = new FrameDecoder(ciphers.ingress);
    this.#decoder.maxSize = MAX_FIRST_FRAME;
    this.#decoder.push(reader.rest);
    this.#outbox = new Outbox({
      stream,
      port: reader.port,
      clock,
      seal: (frames) => this.#encoder.seal(frames),
      onError: (error) => this.#end(error),
    });
  }

  start(_: readonly SessionProtocol[], { maxMessage = MAX_MESSAGE_SIZE }: ReadLimits): void {
    this.#maxMessage = maxMessage;
    this.#decoder.maxSize = Math.min(MAX_FRAME_SIZE, MAX_CODE + maxCompressed(maxMessage));
  }

  // RLPx v5 has no channels and no credits: what these tell changes nothing here.
  open(): void {}
  taken(): void {}
  waiting(): void {}

  resume(): void {
    this.#paused = false;
    if (this.#reading) return;
    this.#reading = true;
    this.#read();
  }

  pause(): void {
    this.#paused = true;
  }

  write(code: number, payload: Uint8Array): number {
    if (payload.length > MAX_MESSAGE_SIZE) {
      throw new P2PError(
        `message too large: ${payload.length} bytes, at most ${MAX_MESSAGE_SIZE} are allowed`,
        { code: "P2P_ERR_MESSAGE_TOO_LARGE" },
      );
    }
    const buffer = this.#outbox.buffer();
    const content = this.snappy ? this.#codec.compress(payload) : payload;
    this.#encoder.encode(code, content, buffer);
    return content.length;
  }

  get congested(): boolean {
    return this.#outbox.congested;
  }

  ready(): Promise<void> {
    return this.#outbox.ready();
  }

  async close(): Promise<void> {
    this.#ended = true;
    // What still comes is read and dropped: unread bytes would turn our end into a reset, and the
    // last message might be lost with it.
    this.resume();
    this.#ciphers.ingress.release();
    // What is sealed last is sealed on the way out.
    await this.#outbox.close();
    this.#ciphers.egress.release();
  }

  abort(error: P2PError): void {
    this.#ended = true;
    this.#outbox.abort(error);
    // From here on nothing is sealed or opened: the outbox refuses, and what comes is dropped.
    this.#ciphers.egress.release();
    this.#ciphers.ingress.release();
  }

  readonly #read = (): void => {
    try {
      this.#deliver();
      while (!this.#paused) {
        const bytes = this.#port.read();
        if (bytes === undefined) {
          this.#wait();
          return;
        }
        if (this.#ended) continue;
        this.#outbox.heard();
        this.#decoder.push(bytes);
        this.#deliver();
      }
    } catch (cause) {
      this.#fail(cause);
    }
    this.#reading = false;
  };

  #wait(): void {
    const { ended } = this.#port;
    if (ended) this.#end(ended.error);
    else this.#port.whenReadable(this.#read);
  }

  /** Delivers the whole messages that are here: the first alone, the others as one batch. */
  #deliver(): void {
    if (this.#ended) return;
    if (!this.#firstCame && !this.#paused) this.#deliverFirst();
    if (!this.#firstCame || this.#paused || this.#ended) return;
    const batch: SessionMessage[] = [];
    let fault: unknown;
    try {
      for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
        batch.push(this.#message(frame));
      }
    } catch (cause) {
      fault = cause;
    }
    // What came before the fault still counts.
    if (batch.length > 0) this.onBatch(batch);
    if (fault !== undefined) throw fault;
  }

  #deliverFirst(): void {
    const frame = this.#decoder.next();
    if (!frame) return;
    this.#firstCame = true;
    this.#paused = true;
    this.#decoder.maxSize = MAX_FRAME_SIZE;
    const { code, payload } = frame;
    this.onBatch([{ code, payload: ownPayload(frame), wireSize: payload.length }]);
  }

  #message(frame: Frame): SessionMessage {
    return {
      code: frame.code,
      payload: this.snappy ? this.#decompress(frame) : ownPayload(frame),
      wireSize: frame.payload.length,
    };
  }

  #decompress(frame: Frame): Uint8Array {
    const { payload, own } = frame;
    try {
      requireAllowedSize(uncompressedSize(payload, MAX_MESSAGE_SIZE), this.#maxMessage);
      return decompress(payload, MAX_MESSAGE_SIZE, this.#codec, own);
    } catch (error) {
      if (frame.code === DISCONNECT_CODE) return ownPayload(frame);
      throw error;
    }
  }

  #fail(cause: unknown): void {
    const message = "reading from the connection failed";
    this.#end(
      P2PError.is(cause) ? cause : new P2PError(message, { code: "P2P_ERR_STREAM", cause }),
    );
  }

  #end(error: P2PError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onEnd(error);
  }
}

function ownPayload({ payload, own }: Frame): Uint8Array {
  return own ? payload : payload.slice();
}
