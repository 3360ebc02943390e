/**
 * The pipes of a relay: tokens for their ends, and the ends brought together.
 * @module
 */

import type { ByteStream, Clock, Random } from "@peerkit/core";
import { bytesToHex } from "@peerkit/core";
import { RelayCode } from "../../wire/codes.ts";
import { TOKEN_LENGTH } from "../../wire/relay-protocol.ts";
import type { Filter } from "./one-way.ts";
import { RlpxShape } from "./rlpx-shape.ts";
import type { SpliceEnd } from "./splice.ts";
import { endStream, Splice } from "./splice.ts";

/** How long a token may be used, in ms. */
export const TOKEN_TTL_MS = 10_000;
/** How long `auth` and `ack` may take on a pipe to a TCP node, in ms. */
const SHAPE_TIMEOUT_MS = 5_000;

/** What pipes need. */
export interface PipesOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How long one side may take no bytes, in ms. */
  readonly writeTimeout: number;
  /** How long nothing at all may come, in ms. */
  readonly idleTimeout: number;
}

/** What the one who asked for a pipe is told of it, and charged for it. */
export interface PipeOwner {
  /** See {@link Splice}. */
  readonly onBytes: (count: number) => number | SpliceEnd;
  /** Both ends are there. */
  onOpen(): void;
  /** The pipe is gone. Called once, also when it never opened. */
  onEnd(end: SpliceEnd): void;
}

/** All pipes, open ones and those that wait for their ends. */
export class Pipes {
  readonly #options: PipesOptions;
  /** Two for each pipe at most, gone after 10 s; whoever adds them bounds the pipes. */
  readonly #tokens = new Map<string, End>();
  readonly #pipes = new Set<Pipe>();

  constructor(options: PipesOptions) {
    this.#options = options;
  }

  /** Pipes that are open or wait for their ends. */
  get size(): number {
    return this.#pipes.size;
  }

  /** Tokens that may still be used, or were used less than 10 s ago. */
  get tokens(): number {
    return this.#tokens.size;
  }

  /** A pipe to a TCP node that is dialed already; gives the token for its other end. */
  bridge(target: ByteStream, owner: PipeOwner): Uint8Array {
    return this.#toward(target, this.#open(owner, true));
  }

  /** A pipe to a node at another relay, whose end there is open already; gives the token for ours. */
  onward(target: ByteStream, owner: PipeOwner): Uint8Array {
    return this.#toward(target, this.#open(owner, false));
  }

  /**
   * A pipe between two nodes that are both to open their ends. The caller's may be opened by another
   * relay, for a node of its own.
   */
  circuit(owner: PipeOwner, caller: "node" | "relay" = "node"): CircuitTokens {
    const pipe = this.#open(owner, false);
    return { caller: this.#issue(pipe, 0, caller === "relay"), target: this.#issue(pipe, 1) };
  }

  /** Whether a token was given to another relay, which hasn't used it yet. */
  isForRelay(token: string | undefined): boolean {
    const end = token === undefined ? undefined : this.#tokens.get(token);
    return end?.forRelay === true && !end.used;
  }

  /** Takes the end that a token stands for; ends the stream with the reason when there is none. */
  claim(token: string | undefined, stream: ByteStream): void {
    const end = token === undefined ? undefined : this.#tokens.get(token);
    if (!end) void endStream(stream, { reason: RelayCode.PipeExpired, text: "" });
    else if (end.used) void endStream(stream, { reason: RelayCode.PipeTaken, text: "" });
    else {
      end.used = true;
      end.pipe.place(end.side, stream);
    }
  }

  /** The holder of a token doesn't want its end. */
  decline(token: Uint8Array): void {
    const end = this.#tokens.get(bytesToHex(token));
    if (!end || end.used) return;
    end.used = true;
    end.pipe.end({ reason: RelayCode.NoAnswer, text: "it declined" });
  }

  /** Ends all pipes, with a reason. */
  endAll(end: SpliceEnd): void {
    for (const pipe of [...this.#pipes]) pipe.end(end);
    for (const { cancelTtl } of this.#tokens.values()) cancelTtl();
    this.#tokens.clear();
  }

  #open(owner: PipeOwner, shaped: boolean): Pipe {
    const pipe: Pipe = new Pipe(this.#options, shaped, {
      onBytes: owner.onBytes,
      onOpen: () => owner.onOpen(),
      onEnd: (end) => {
        this.#pipes.delete(pipe);
        owner.onEnd(end);
      },
    });
    this.#pipes.add(pipe);
    return pipe;
  }

  #toward(target: ByteStream, pipe: Pipe): Uint8Array {
    pipe.place(1, target);
    return this.#issue(pipe, 0);
  }

  #issue(pipe: Pipe, side: 0 | 1, forRelay = false): Uint8Array {
    const { clock, random } = this.#options;
    const token = random(new Uint8Array(TOKEN_LENGTH));
    const name = bytesToHex(token);
    const cancelTtl = clock.setTimer(TOKEN_TTL_MS, () => this.#tokens.delete(name));
    this.#tokens.set(name, { pipe, side, forRelay, used: false, cancelTtl });
    return token;
  }
}

/** Who opens which end. */
export interface CircuitTokens {
  readonly caller: Uint8Array;
  readonly target: Uint8Array;
}

interface End {
  readonly pipe: Pipe;
  readonly side: 0 | 1;
  readonly forRelay: boolean;
  /** Stays until its time is over, so that who comes late learns that somebody was faster. */
  used: boolean;
  readonly cancelTtl: () => void;
}

/** One pipe, from its first token to its end. */
class Pipe {
  readonly #options: PipesOptions;
  readonly #owner: PipeOwner;
  readonly #shape: RlpxShape | undefined;
  readonly #ends: [ByteStream | undefined, ByteStream | undefined] = [undefined, undefined];
  #splice: Splice | undefined;
  #ended = false;
  #cancelLimit: () => void;

  constructor(options: PipesOptions, shaped: boolean, owner: PipeOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#shape = shaped ? new RlpxShape() : undefined;
    this.#cancelLimit = options.clock.setTimer(TOKEN_TTL_MS, () =>
      this.end({ reason: RelayCode.NoAnswer, text: "" }),
    );
  }

  place(side: 0 | 1, stream: ByteStream): void {
    if (this.#ended) {
      void endStream(stream, { reason: RelayCode.NoAnswer, text: "the other side has left" });
      return;
    }
    this.#ends[side] = stream;
    const [first, second] = this.#ends;
    if (first && second) this.#join([first, second]);
    // Whoever leaves before the other has come must not keep the pipe.
    else void stream.closed.then(({ error }) => this.#leftEarly(error?.message ?? ""));
  }

  end(end: SpliceEnd): void {
    if (this.#ended) return;
    if (this.#splice) {
      this.#splice.end(end);
      return;
    }
    this.#over(end);
    for (const stream of this.#ends) if (stream) void endStream(stream, end);
  }

  #join(streams: readonly [ByteStream, ByteStream]): void {
    const { clock, writeTimeout, idleTimeout } = this.#options;
    const shape = this.#shape;
    const { onBytes } = this.#owner;
    const filters: [Filter, Filter] | undefined = shape && [
      (chunk) => shape.out(chunk),
      (chunk) => shape.back(chunk),
    ];
    this.#cancelLimit();
    if (shape) {
      this.#cancelLimit = clock.setTimer(SHAPE_TIMEOUT_MS, () => {
        if (!shape.open) this.end({ reason: RelayCode.Shape, text: "no auth and ack within 5 s" });
      });
    }
    const limits = { clock, writeTimeout, idleTimeout, onBytes };
    this.#splice = new Splice(streams, filters ? { ...limits, filters } : limits);
    this.#owner.onOpen();
    void this.#splice.done.then((end) => this.#over(end));
  }

  #leftEarly(text: string): void {
    if (!this.#splice) this.end({ reason: RelayCode.NoAnswer, text });
  }

  #over(end: SpliceEnd): void {
    this.#ended = true;
    this.#cancelLimit();
    this.#owner.onEnd(end);
  }
}
