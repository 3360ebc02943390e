/**
 * Lets through a pipe only what looks like RLPx, until both sides have shaken hands: one `auth` out,
 * one `ack` back. It holds no key, so it is defence in depth: the allow-list is the guard.
 * @see docs/wire/relay.md, "Bridges"
 * @module
 */

import { isPublicKey, P2PError } from "@peerkit/core";

/** The largest handshake packet, without its size prefix. */
const MAX_PACKET = 2_048;
const SIZE_PREFIX = 2;
/** An encrypted packet begins with a public key: this byte, then 64. */
const POINT_PREFIX = 0x04;
const POINT_LENGTH = 64;
/** ECIES: the point, an initialisation vector of 16 bytes, a MAC of 32. */
const ECIES_OVERHEAD = 1 + POINT_LENGTH + 16 + 32;
/** What signature, key, nonce and version take at least, as RLP. */
const MIN_AUTH = ECIES_OVERHEAD + 169;
/** What ephemeral key, nonce and version take at least. */
const MIN_ACK = ECIES_OVERHEAD + 102;

/** The two directions of one pipe to a TCP node. */
export class RlpxShape {
  readonly #auth = new Packet("auth", MIN_AUTH);
  readonly #ack = new Packet("ack", MIN_ACK);

  /** True once `auth` and `ack` have passed: from then on everything does. */
  get open(): boolean {
    return this.#ack.whole;
  }

  /**
   * Takes what comes from the dialer; returns what may go on to the node now.
   * @throws P2PError `P2P_ERR_PIPE_SHAPE`.
   */
  out(chunk: Uint8Array): Uint8Array | undefined {
    if (this.open) return chunk;
    if (chunk.length === 0) return undefined;
    if (this.#auth.whole) throw shapeError("the dialer sent more than auth before the ack came");
    const packet = this.#auth.take(chunk);
    if (packet && packet.length > this.#auth.length) {
      throw shapeError("the dialer sent more than auth before the ack came");
    }
    return packet;
  }

  /**
   * Takes what comes from the node; returns what may go back now.
   * @throws P2PError `P2P_ERR_PIPE_SHAPE`.
   */
  back(chunk: Uint8Array): Uint8Array | undefined {
    if (this.open) return chunk;
    if (!this.#auth.whole) throw shapeError("the node spoke before it got an auth");
    return this.#ack.take(chunk);
  }
}

/** One packet that is held until it is whole. */
class Packet {
  whole = false;
  readonly #name: string;
  readonly #minimum: number;
  #held: Uint8Array = new Uint8Array(0);

  constructor(name: string, minimum: number) {
    this.#name = name;
    this.#minimum = minimum;
  }

  /** With its size prefix; 0 before that has come. */
  get length(): number {
    const [high = 0, low = 0] = this.#held;
    return this.#held.length < SIZE_PREFIX ? 0 : SIZE_PREFIX + ((high << 8) | low);
  }

  /** Returns the packet, and what came behind it, when it is whole. */
  take(chunk: Uint8Array): Uint8Array | undefined {
    const held = new Uint8Array(this.#held.length + chunk.length);
    held.set(this.#held);
    held.set(chunk, this.#held.length);
    this.#held = held;
    this.#check();
    if (this.length === 0 || held.length < this.length) return undefined;
    this.whole = true;
    return held;
  }

  /** As early as the bytes allow, so that no more is held than a packet. */
  #check(): void {
    const held = this.#held;
    if (held.length < SIZE_PREFIX) return;
    const size = this.length - SIZE_PREFIX;
    if (size > MAX_PACKET || size < this.#minimum) {
      throw shapeError(`a ${this.#name} has no ${size} bytes`);
    }
    if (held.length > SIZE_PREFIX && held[SIZE_PREFIX] !== POINT_PREFIX) {
      throw shapeError(`a ${this.#name} doesn't begin like this`);
    }
    const point = held.subarray(SIZE_PREFIX + 1, SIZE_PREFIX + 1 + POINT_LENGTH);
    if (point.length === POINT_LENGTH && !isPublicKey(point)) {
      throw shapeError(`the key in ${this.#name} is not a point of the curve`);
    }
  }
}

function shapeError(text: string): P2PError {
  return new P2PError(text, { code: "P2P_ERR_PIPE_SHAPE" });
}
