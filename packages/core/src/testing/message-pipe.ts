/**
 * Protocol logic without a connection: go-ethereum's `MsgPipe`, `ExpectMsg` and `NewPeerPipe`.
 * @module
 */

import { publicKeyOf } from "../crypto/secp256k1.ts";
import { BASE_PROTOCOL_VERSION } from "../devp2p/base-protocol.ts";
import { matchCapabilities } from "../devp2p/capabilities.ts";
import type { ChannelHost } from "../devp2p/channel.ts";
import { ProtocolChannel } from "../devp2p/channel.ts";
import type { MsgReader, MsgReadWriter } from "../devp2p/message.ts";
import type { Peer } from "../devp2p/peer.ts";
import { PeerConnection } from "../devp2p/peer-connection.ts";
import type { Protocol } from "../devp2p/protocol.ts";
import { newMsg } from "../devp2p/received-message.ts";
import type { Clock } from "../env.ts";
import { P2PError } from "../errors.ts";
import { bytesToHex } from "../wire/bytes.ts";
import type { RlpInput } from "../wire/codec.ts";
import { encodeRlp } from "../wire/codec.ts";
import type { Schema } from "../wire/schema.ts";
import { FakeClock } from "./fake-clock.ts";
import { testSessionPair } from "./test-session.ts";

/** An end of a message pipe. */
export interface MsgPipeEnd extends MsgReadWriter {
  /**
   * Ends the pipe, both ways. Reads that wait, and writes that wait for their reader, reject with
   * `P2P_ERR_CLOSED` at both ends, as all later ones do; what was written can still be read.
   * Idempotent.
   */
  close(): void;
}

/** What differs from the defaults. */
export interface MessagePipeOptions {
  /**
   * Whether writing waits until the other end has read the message, as in go-ethereum's pipe; only an
   * empty one doesn't wait. @default false
   */
  readonly waits?: boolean | undefined;
}

/** Two ends: what one writes, the other reads. `length` is the number of codes there are. */
export function messagePipe(
  length = 0xff_ff,
  { waits = false }: MessagePipeOptions = {},
): [MsgPipeEnd, MsgPipeEnd] {
  const first: PipeQueue = new PipeQueue(length, (code, payload) =>
    second.write(code, payload, waits),
  );
  const second: PipeQueue = new PipeQueue(length, (code, payload) =>
    first.write(code, payload, waits),
  );
  const close = (): void => {
    first.end();
    second.end();
  };
  return [pipeEnd(first.channel, close), pipeEnd(second.channel, close)];
}

/** What one end reads, and who waits until it has. */
class PipeQueue {
  readonly channel: ProtocolChannel;
  /** Those whose messages are unread, in the order of the messages. */
  readonly #writers: { readonly settle: (error?: P2PError) => void }[] = [];

  constructor(length: number, write: (code: number, payload: Uint8Array) => Promise<void>) {
    const host: ChannelHost = {
      queueLimit: Number.POSITIVE_INFINITY,
      budget: { used: 0, limit: Number.POSITIVE_INFINITY },
      write: (_, code, payload) => write(code, payload),
      onRoom: () => {},
      onTaken: () => this.#writers.shift()?.settle(),
      onWaiting: () => {},
    };
    this.channel = new ProtocolChannel(host, 0, length);
  }

  /** Puts in what the other end writes. */
  write(code: number, payload: Uint8Array, waits: boolean): Promise<void> {
    const read = new Promise<void>((resolve, reject) => {
      this.#writers.push({ settle: (error) => (error ? reject(error) : resolve()) });
    });
    this.channel.push(newMsg(code, payload.slice(), 0));
    if (waits && payload.length > 0) return read;
    read.catch(() => {});
    return Promise.resolve();
  }

  end(): void {
    this.channel.end(undefined, false);
    for (const { settle } of this.#writers.splice(0)) {
      settle(new P2PError("the pipe was closed before it was read", { code: "P2P_ERR_CLOSED" }));
    }
  }
}

/**
 * Reads a message and checks its code and, unless it is left out, its content: the RLP of `content`,
 * by a schema or as it is.
 * @throws Error that says what came instead.
 */
export function expectMsg(reader: MsgReader, code: number, content?: RlpInput): Promise<void>;
export function expectMsg<T>(
  reader: MsgReader,
  code: number,
  content: NoInfer<T>,
  schema: Schema<T>,
): Promise<void>;
export async function expectMsg<T>(
  reader: MsgReader,
  code: number,
  content?: T | RlpInput,
  schema?: Schema<T>,
): Promise<void> {
  const msg = await reader.readMsg();
  if (msg.code !== code) throw new Error(`expected message code ${code}, got ${msg.code}`);
  if (content === undefined) return;
  const wanted = schema ? encodeRlp(content as T, schema) : encodeRlp(content as RlpInput);
  const [expected, got] = [bytesToHex(wanted), bytesToHex(msg.payload)];
  if (got !== expected) throw new Error(`expected payload ${expected}, got ${got}`);
}

/** What differs from the defaults. */
export interface PeerPipeOptions {
  /** @default a `FakeClock` */
  readonly clock?: Clock;
  /** The protocols of the second peer's node. @default those of the first */
  readonly secondProtocols?: readonly Protocol[];
  /** Unread bytes of one protocol. @default 16 MiB */
  readonly maxQueuedBytes?: number;
}

/**
 * Two nodes that run the protocols with each other over a connection without cryptography. The
 * first peer is the one that the dialing node sees, the second the one that the dialed node sees.
 */
export function peerPipe(
  protocols: readonly Protocol[],
  options: PeerPipeOptions = {},
): [Peer, Peer] {
  const keys = [1, 2].map((last) => publicKeyOf(new Uint8Array(32).fill(last)));
  const [dialer = EMPTY, dialed = EMPTY] = keys;
  const sessions = testSessionPair({ firstSees: dialed, secondSees: dialer });
  const second = options.secondProtocols ?? protocols;
  const clock = options.clock ?? new FakeClock();
  const make = (side: 0 | 1, own: readonly Protocol[], theirs: readonly Protocol[]) =>
    new PeerConnection({
      session: sessions[side],
      hello: {
        version: BASE_PROTOCOL_VERSION,
        name: side === 0 ? "dialed/v1" : "dialer/v1",
        caps: theirs,
        listenPort: 0,
        publicKey: sessions[side].remoteKey,
      },
      running: matchCapabilities(own, theirs),
      inbound: side === 1,
      trusted: false,
      transport: "memory",
      address: undefined,
      clock,
      queueLimit: options.maxQueuedBytes ?? 16_777_216,
      budget: { used: 0, limit: Number.POSITIVE_INFINITY },
    });
  const peers: [PeerConnection, PeerConnection] = [
    make(0, protocols, second),
    make(1, second, protocols),
  ];
  for (const session of sessions) session.skipFirst();
  for (const peer of peers) peer.start();
  return peers;
}

const EMPTY = new Uint8Array(0);

function pipeEnd(channel: ProtocolChannel, close: () => void): MsgPipeEnd {
  return {
    close,
    readMsg: (options) => channel.readMsg(options),
    writeMsg: (code, payload) => channel.writeMsg(code, payload),
    [Symbol.asyncIterator]: () => channel[Symbol.asyncIterator](),
  };
}
