/**
 * What records say: their chunks become messages, credit and errors.
 * @see docs/wire/sealed.md, sections 5 to 7
 * @module
 */

import type { Clock } from "../../env.ts";
import type { Snappy } from "../../wire/snappy.ts";
import type { ReadLimits, SessionMessage, SessionProtocol } from "../session.ts";
import { MAX_MESSAGE_SIZE } from "../session.ts";
import type { Chunk, MsgChunk } from "./chunks.ts";
import { BASE_CHANNEL, badChunk, ChunkType, readChunks } from "./chunks.ts";
import { INITIAL_CREDIT, TOTAL_WINDOW } from "./credits.ts";
import { InboundChannel } from "./inbound-channel.ts";
import type { Outbound } from "./outbound.ts";
import { DISCONNECT_CODE } from "./outbound.ts";
import { RateLimit, RECEIVED_BASE } from "./rate-limit.ts";

const HELLO_CODE = 0x00;
/** The codes of the base protocol. */
const BASE_LENGTH = 0x10;
/** The largest message of the base protocol, in bytes. */
const MAX_BASE_SIZE = 2048;

/** Receives one session's records, decrypted. */
export class Inbound {
  /** True when the other side has said Disconnect: nothing after it counts. */
  over = false;
  readonly #clock: Clock;
  readonly #codec: Snappy;
  readonly #outbound: Outbound;
  readonly #baseRate: RateLimit;
  #channels: readonly InboundChannel[] = [];

  constructor(clock: Clock, outbound: Outbound, codec: Snappy) {
    this.#clock = clock;
    this.#codec = codec;
    this.#outbound = outbound;
    this.#baseRate = new RateLimit(RECEIVED_BASE, clock.now());
  }

  /** Opens the channels, from 1 on in this order. */
  start(protocols: readonly SessionProtocol[], limits: ReadLimits): void {
    const { queueLimit, maxMessage = MAX_MESSAGE_SIZE, hasRoom } = limits;
    const share = Math.floor(TOTAL_WINDOW / Math.max(1, protocols.length));
    const window = Math.max(INITIAL_CREDIT, Math.min(share, queueLimit));
    this.#channels = protocols.map((protocol, i) => {
      const grant = (increment: number): void => this.#outbound.pushWindow(i + 1, increment);
      const codec = this.#codec;
      return new InboundChannel({ protocol, window, maxMessage, hasRoom, grant, codec });
    });
  }

  /**
   * Reads the first record: a Hello or a Disconnect, alone.
   * @throws P2PError `P2P_ERR_SEALED_CHUNK` for anything else.
   */
  first(plaintext: Uint8Array): SessionMessage {
    const [chunk, ...more] = readChunks(plaintext);
    if (chunk?.type !== ChunkType.Msg || chunk.channel !== BASE_CHANNEL || more.length > 0) {
      throw badChunk("the first record is not one message of the base protocol");
    }
    if (chunk.code !== HELLO_CODE && chunk.code !== DISCONNECT_CODE) {
      throw badChunk("the first record is neither Hello nor Disconnect");
    }
    return this.#base(chunk);
  }

  /**
   * Reads a record; the messages that are whole now go to `batch`.
   * @throws P2PError `P2P_ERR_SEALED_CHUNK` or `P2P_ERR_SEALED_WINDOW` where it breaks the rules.
   */
  take(plaintext: Uint8Array, batch: SessionMessage[]): void {
    const chunks = readChunks(plaintext);
    if (chunks.length === 0) this.#countBase();
    for (const chunk of chunks) {
      if (this.over) return;
      const message = this.#chunk(chunk);
      if (message) batch.push(message);
    }
  }

  /** The channel of that number, 1 and up, or an error as in `take`. */
  channel(channel: number): InboundChannel {
    const found = this.#channels[channel - 1];
    if (!found) throw badChunk(`unknown channel ${channel}`);
    return found;
  }

  #chunk(chunk: Chunk): SessionMessage | undefined {
    switch (chunk.type) {
      case ChunkType.Msg:
        if (chunk.channel === BASE_CHANNEL) return this.#base(chunk);
        return this.channel(chunk.channel).msg(chunk);
      case ChunkType.First:
        this.channel(chunk.channel).first(chunk);
        return undefined;
      case ChunkType.Next:
        return this.channel(chunk.channel).next(chunk);
      case ChunkType.Window:
        this.#outbound.channel(chunk.channel).grant(chunk.increment);
        return undefined;
    }
  }

  #base({ code, flags, bytes }: MsgChunk): SessionMessage {
    if (flags !== 0) throw badChunk("a compressed message of the base protocol");
    if (code >= BASE_LENGTH) throw badChunk(`message code ${code} is outside the base protocol`);
    if (bytes.length > MAX_BASE_SIZE) throw badChunk("a base message above 2,048 bytes");
    this.#countBase();
    if (code === DISCONNECT_CODE) this.over = true;
    return { code, payload: bytes.slice(), wireSize: bytes.length };
  }

  #countBase(): void {
    if (this.#baseRate.take(this.#clock.now())) return;
    throw badChunk("too many messages of the base protocol");
  }
}
