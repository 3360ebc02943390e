/**
 * From an open stream to a peer that is about to start: the handshake, the exchange of Hellos, and
 * the checks in between.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md
 * @module
 */

import type { Clock, Random } from "../../env.ts";
import type { P2PErrorCode } from "../../errors.ts";
import { DisconnectError, P2PError } from "../../errors.ts";
import type { HandshakeWork } from "../../session/handshake-work.ts";
import type { OpenSession } from "../../session/open-session.ts";
import { openSession } from "../../session/open-session.ts";
import type { Session } from "../../session/session.ts";
import { setTimeLimit } from "../../time-limit.ts";
import type { ByteStream } from "../../transport.ts";
import type { Greeting, GreetingOptions } from "./greeting.ts";
import { greet, greetSealed } from "./greeting.ts";

/** Time for `auth` and `ack`. */
const HANDSHAKE_TIMEOUT_MS = 5_000;
/** Time for the other side's Hello after that. */
const HELLO_TIMEOUT_MS = 10_000;

/** What a set-up needs. */
export interface SetUpOptions extends Omit<GreetingOptions, "onEarlyEnd"> {
  readonly stream: ByteStream;
  readonly privateKey: Uint8Array;
  /** Its public key, 64 bytes. */
  readonly publicKey: Uint8Array;
  /** The key that was dialed; absent when we were dialed. */
  readonly remoteKey?: Uint8Array | undefined;
  /** 32 bytes that both sides of a sealed session must know. */
  readonly psk?: Uint8Array | undefined;
  /** What the handshake's arithmetic waits its turn in. */
  readonly work: HandshakeWork | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** @default the handshake of RLPx */
  readonly openSession?: OpenSession | undefined;
  /** Gives up when it is aborted, with its reason. */
  readonly signal: AbortSignal;
}

/** What a set-up gives: a session that is paused after the other side's Hello. */
export interface SetUpResult extends Greeting {
  readonly session: Session;
  /** Why the session has ended meanwhile, if it has. Look at it when a peer is made. */
  readonly ended: () => P2PError | undefined;
}

/**
 * Sets a connection up. Rejects with the `P2PError` that ended it, a `DisconnectError` where a
 * reason was sent or received; the stream is ended then.
 */
export async function setUp(options: SetUpOptions): Promise<SetUpResult> {
  const { stream, clock, signal } = options;
  const timeLimit = new TimeLimit(stream, clock, signal);
  const startedAt = clock.now();
  let end: P2PError | undefined;
  const ended = (): P2PError | undefined => end;
  const onEarlyEnd = (error: P2PError): void => {
    end = error;
  };
  const greeting = { ...options, onEarlyEnd };
  let session: Session | undefined;
  try {
    timeLimit.set(HANDSHAKE_TIMEOUT_MS, late("finish the handshake", HANDSHAKE_TIMEOUT_MS));
    session = await (options.openSession ?? openSession)(stream, options);
    if (session.helloFirst === "both") {
      timeLimit.set(HELLO_TIMEOUT_MS, late("say Hello", HELLO_TIMEOUT_MS));
      return { session, ...(await greet(session, greeting)), ended };
    }
    const left = HANDSHAKE_TIMEOUT_MS - (clock.now() - startedAt);
    timeLimit.set(Math.max(0, left), LATE_PROOF);
    return { session, ...(await greetSealed(session, greeting)), ended };
  } catch (cause) {
    const error = timeLimit.error ?? (await explain(cause, options));
    if (!isRefusal(error)) {
      stream.abort(error);
      // It has timers of its own.
      session?.abort(asP2PError(error));
    }
    throw error;
  } finally {
    timeLimit.end();
  }
}

interface Late {
  readonly code: P2PErrorCode;
  readonly message: string;
}

const LATE_PROOF: Late = {
  code: "P2P_ERR_SEALED_HANDSHAKE",
  message: "the peer took more than 5 s to prove its key",
};

function late(task: string, ms: number): Late {
  const message = `the peer took more than ${ms / 1000} s to ${task}`;
  return { code: "P2P_ERR_HANDSHAKE_TIMEOUT", message };
}

/** Ends the stream when time is up or the signal is aborted, and remembers why. */
class TimeLimit {
  error: unknown;
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#stop(this.#signal.reason);
  #cancel = (): void => {};

  constructor(stream: ByteStream, clock: Clock, signal: AbortSignal) {
    this.#stream = stream;
    this.#clock = clock;
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  /** From now on it ends after `ms`, with this error. */
  set(ms: number, error: Late): void {
    this.#cancel();
    this.#cancel = setTimeLimit(this.#clock, ms, () =>
      this.#stop(new P2PError(error.message, { code: error.code })),
    );
  }

  end(): void {
    this.#cancel();
    this.#signal.removeEventListener("abort", this.#onAbort);
  }

  #stop(error: unknown): void {
    this.error ??= error;
    this.#stream.abort(error);
  }
}

/** A stream that ended may carry the reason itself (a WebSocket's close code); else a dialer gets a hint. */
async function explain(cause: unknown, { stream, remoteKey }: SetUpOptions): Promise<unknown> {
  if (!P2PError.is(cause)) return asP2PError(cause);
  if (!BROKEN.includes(cause.code)) return cause;
  stream.abort(cause);
  const { reason, error } = await stream.closed;
  // The transport knows better than we what happened.
  if (error && !BROKEN.includes(error.code)) return error;
  if (reason !== undefined) {
    const message = error?.message;
    return new DisconnectError(reason, { remote: true, cause, ...(message && { message }) });
  }
  if (!remoteKey) return cause;
  return new P2PError(`${cause.message}: ${DIALER_HINT}`, { code: cause.code, cause });
}

const BROKEN: readonly P2PErrorCode[] = ["P2P_ERR_STREAM_CLOSED", "P2P_ERR_STREAM"];
function asP2PError(cause: unknown): P2PError {
  if (P2PError.is(cause)) return cause;
  return new P2PError("the connection failed", { code: "P2P_ERR_STREAM", cause });
}

const DIALER_HINT =
  "a node does that when the address has another key than its own, or when it takes no more connections";

/** A refusal closes its session itself, so that its reason gets through. */
function isRefusal(error: unknown): boolean {
  return error instanceof DisconnectError && !error.remote;
}
