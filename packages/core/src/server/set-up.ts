/**
 * From an open stream to a peer that is about to start: the handshake, the exchange of Hellos, and
 * the checks in between.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md
 * @module
 */

import { BaseCode, SNAPPY_VERSION } from "../devp2p/base-protocol.ts";
import { encodeDisconnect } from "../devp2p/disconnect.ts";
import { encodeHello, readHello } from "../devp2p/hello.ts";
import { baseTrace } from "../devp2p/traces.ts";
import type { Clock, Random } from "../env.ts";
import { DisconnectError, DiscReason, P2PError } from "../errors.ts";
import type { Session, SessionMessage } from "../session/session.ts";
import { openV5Session } from "../session/v5.ts";
import type { Hello, Tracer } from "../trace.ts";
import type { ByteStream } from "../transport.ts";
import { equalBytes } from "../wire/bytes.ts";

/** Time for `auth` and `ack`. */
const HANDSHAKE_TIMEOUT_MS = 5_000;
/** Time for the other side's Hello after that. */
const HELLO_TIMEOUT_MS = 10_000;

/** What a set-up needs. */
export interface SetUpOptions {
  readonly stream: ByteStream;
  readonly privateKey: Uint8Array;
  /** The key that was dialed; absent when we were dialed. */
  readonly remoteKey?: Uint8Array | undefined;
  readonly hello: Hello;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Tracer | undefined;
  /** Why the node with this key may not be a peer now. */
  readonly refusal: (remoteKey: Uint8Array) => DiscReason | undefined;
  /** Gives up when it is aborted, with its reason. */
  readonly signal: AbortSignal;
}

/** What a set-up gives: a session that is paused after the other side's Hello. */
export interface SetUpResult {
  readonly session: Session;
  readonly hello: Hello;
}

/**
 * Sets a connection up. Rejects with the `P2PError` that ended it, a `DisconnectError` where a
 * reason was sent or received; the stream is ended then.
 */
export async function setUp(options: SetUpOptions): Promise<SetUpResult> {
  const { stream, signal } = options;
  const timeLimit = new TimeLimit(stream, options.clock, signal);
  try {
    timeLimit.set(HANDSHAKE_TIMEOUT_MS, "finish the handshake");
    const session = await openV5Session(stream, options);
    refuse(session, options.refusal(session.remoteKey));
    timeLimit.set(HELLO_TIMEOUT_MS, "say Hello");
    const hello = await exchangeHellos(session, options);
    if (!equalBytes(hello.publicKey, session.remoteKey)) {
      refuse(session, DiscReason.UnexpectedIdentity, "P2P_ERR_UNEXPECTED_IDENTITY");
    }
    return { session, hello };
  } catch (cause) {
    const error = timeLimit.error ?? (await explain(cause, options));
    if (!isRefusal(error)) stream.abort(error);
    throw error;
  } finally {
    timeLimit.end();
  }
}

/**
 * Ends a session with a reason that is sent, if there is one.
 * @throws DisconnectError then.
 */
export function refuse(
  session: Session,
  reason: DiscReason | undefined,
  code?: "P2P_ERR_UNEXPECTED_IDENTITY",
): void {
  if (reason === undefined) return;
  try {
    session.write(BaseCode.Disconnect, encodeDisconnect(reason));
  } catch {
    // The connection is gone already; then there is no one to tell.
  }
  void session.close();
  throw new DisconnectError(reason, code ? { code } : {});
}

async function exchangeHellos(session: Session, options: SetUpOptions): Promise<Hello> {
  const { hello, trace } = options;
  const payload = encodeHello(hello);
  session.write(BaseCode.Hello, payload);
  trace?.(baseTrace("out", BaseCode.Hello, payload, payload.length));
  trace?.({ type: "hello", direction: "out", hello });

  const first = await firstMessage(session);
  trace?.(baseTrace("in", first.code, first.payload, first.wireSize));
  const theirs = readHello(first);
  trace?.({ type: "hello", direction: "in", hello: theirs });
  session.snappy = theirs.version >= SNAPPY_VERSION;
  return theirs;
}

/** The session pauses itself after its first message. */
function firstMessage(session: Session): Promise<SessionMessage> {
  return new Promise((resolve, reject) => {
    session.onBatch = ([message]) => message && resolve(message);
    session.onEnd = (error) => reject(error ?? closedEarly("before its Hello"));
    session.resume();
  });
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

  set(ms: number, task: string): void {
    this.#cancel();
    this.#cancel = this.#clock.setTimer(ms, () =>
      this.#stop(
        new P2PError(`the peer took more than ${ms / 1000} s to ${task}`, {
          code: "P2P_ERR_HANDSHAKE_TIMEOUT",
        }),
      ),
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
  if (!P2PError.is(cause)) {
    return new P2PError("the connection failed", { code: "P2P_ERR_STREAM", cause });
  }
  if (cause.code !== "P2P_ERR_STREAM_CLOSED" && cause.code !== "P2P_ERR_STREAM") return cause;
  stream.abort(cause);
  const { reason, error } = await stream.closed;
  if (reason !== undefined) {
    const message = error?.message;
    return new DisconnectError(reason, { remote: true, cause, ...(message && { message }) });
  }
  if (!remoteKey) return cause;
  return new P2PError(`${cause.message}: ${DIALER_HINT}`, { code: cause.code, cause });
}

const DIALER_HINT =
  "a node does that when the address has another key than its own, or when it takes no more connections";

/** A refusal closes its session itself, so that its reason gets through. */
function isRefusal(error: unknown): boolean {
  return error instanceof DisconnectError && !error.remote;
}

function closedEarly(when: string): P2PError {
  return new P2PError(`the other side closed the connection ${when}`, {
    code: "P2P_ERR_STREAM_CLOSED",
  });
}
