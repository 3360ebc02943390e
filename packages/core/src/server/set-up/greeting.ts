/**
 * The exchange of Hellos, by which a connection's keys are proved, and the checks that belong to it.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#hello-0x00
 * @module
 */

import { BaseCode, SENTINEL, SNAPPY_VERSION } from "../../devp2p/base-protocol.ts";
import { sameCapability } from "../../devp2p/capabilities.ts";
import { encodeDisconnect } from "../../devp2p/disconnect.ts";
import { encodeHello, readHello } from "../../devp2p/hello.ts";
import { baseTrace } from "../../devp2p/traces.ts";
import type { P2PErrorCode } from "../../errors.ts";
import { DisconnectError, DiscReason, P2PError } from "../../errors.ts";
import type { SealedMode } from "../../rlpx/sealed-offer.ts";
import type { Session, SessionMessage } from "../../session/session.ts";
import type { Hello, Tracer } from "../../trace.ts";
import { equalBytes } from "../../wire/bytes.ts";
import type { BeforeHello } from "../admission/admission.ts";

/** What the exchange needs. */
export interface GreetingOptions {
  readonly hello: Hello;
  readonly sealed: SealedMode;
  readonly trace: Tracer | undefined;
  /** The key, 64 bytes, that somebody in between says is at the other end. */
  readonly from?: Uint8Array | undefined;
  /**
   * Settles when this side may say its Hello on the connection to the node with this key, with what
   * is known by then. May take a second.
   */
  readonly before: (remoteKey: Uint8Array) => Promise<BeforeHello>;
  /** Whether the node with this key has had a sealed session with us. */
  readonly pinned: (remoteKey: Uint8Array) => boolean;
  /** Called when the session ends after the other side's Hello, until somebody else sets `onEnd`. */
  readonly onEarlyEnd: (error: P2PError) => void;
  /** Called when a sealed session with the node is open. */
  readonly onSealed: (remoteKey: Uint8Array) => void;
}

/** What the exchange gives. */
export interface Greeting {
  /** What they said. */
  readonly hello: Hello;
  /** Says our Hello where that was put off. To be called before the peer starts. */
  readonly complete: () => void;
}

/**
 * RLPx v5: both say Hello at once, unless ours is put off until theirs has proved their key.
 * Rejects with why the peer is refused.
 */
export async function greet(session: Session, options: GreetingOptions): Promise<Greeting> {
  const { remoteKey } = session;
  const { hello, sealed, trace } = options;
  if (options.pinned(remoteKey)) refuse(session, unsealed());
  const { refused, hush } = await options.before(remoteKey);
  refuse(session, refused);
  const caps = sealed === "off" ? hello.caps : [...hello.caps, SENTINEL];
  const say = (): void => sayHello(session, { ...hello, caps }, trace);
  if (!hush) say();
  const theirs = hear(await firstMessage(session, options), trace);
  const compress = (): void => {
    session.snappy = theirs.version >= SNAPPY_VERSION;
  };
  // Whatever is our first message goes uncompressed.
  if (!hush) compress();
  if (!equalBytes(theirs.publicKey, remoteKey)) refuse(session, unexpected());
  if (sealed !== "off" && theirs.caps.some((capability) => sameCapability(capability, SENTINEL))) {
    refuse(session, stripped());
  }
  session.open();
  const complete = (): void => {
    say();
    compress();
  };
  return { hello: theirs, complete: hush ? complete : () => {} };
}

/**
 * A sealed session: the recipient's Hello proves its key, the initiator's answer proves its own.
 * Until then the initiator's key is a claim, and nothing here depends on it.
 */
export async function greetSealed(session: Session, options: GreetingOptions): Promise<Greeting> {
  const { remoteKey } = session;
  const { trace, from } = options;
  const weSpeakFirst = session.helloFirst === "us";
  if (weSpeakFirst) {
    refuse(session, (await options.before(remoteKey)).anyone);
    sayHello(session, options.hello, trace);
  }
  const theirs = hearSealed(await firstMessage(session, options), trace);
  if (!equalBytes(theirs.publicKey, remoteKey)) throw unproved("its Hello has another key");
  if (from && !equalBytes(from, remoteKey)) throw unproved("the relay has named another key");
  if (!weSpeakFirst) {
    refuse(session, (await options.before(remoteKey)).refused);
    sayHello(session, options.hello, trace);
  }
  session.open();
  options.onSealed(remoteKey);
  return { hello: theirs, complete: () => {} };
}

/** A reason that is sent, and what the error says of it. */
export interface Farewell {
  readonly reason: DiscReason;
  readonly code?: P2PErrorCode;
  readonly message?: string;
}

/**
 * Ends a session with a reason that is sent, if there is one.
 * @throws DisconnectError then.
 */
export function refuse(session: Session, farewell: Farewell | undefined): void {
  if (!farewell) return;
  const { reason } = farewell;
  try {
    session.write(BaseCode.Disconnect, encodeDisconnect(reason));
  } catch {
    // The connection is gone already; then there is no one to tell.
  }
  void session.close();
  throw new DisconnectError(reason, farewell);
}

function sayHello(session: Session, hello: Hello, trace: Tracer | undefined): void {
  const payload = encodeHello(hello);
  session.write(BaseCode.Hello, payload);
  trace?.(baseTrace("out", BaseCode.Hello, payload, payload.length));
  trace?.({ type: "hello", direction: "out", hello });
}

function hear(first: SessionMessage, trace: Tracer | undefined): Hello {
  trace?.(baseTrace("in", first.code, first.payload, first.wireSize));
  const hello = readHello(first);
  trace?.({ type: "hello", direction: "in", hello });
  return hello;
}

function hearSealed(first: SessionMessage, trace: Tracer | undefined): Hello {
  try {
    return hear(first, trace);
  } catch (error) {
    if (error instanceof DisconnectError) throw error;
    throw unproved("its Hello can't be read", error);
  }
}

/** The session pauses itself after its first message. */
function firstMessage(session: Session, { onEarlyEnd }: GreetingOptions): Promise<SessionMessage> {
  return new Promise((resolve, reject) => {
    session.onBatch = ([message]) => {
      if (!message) return;
      // What we write may fail from here on, before a peer is there to be told.
      session.onEnd = (error) => onEarlyEnd(error ?? closedEarly("after its Hello"));
      resolve(message);
    };
    session.onEnd = (error) => reject(error ?? closedEarly("before its Hello"));
    session.resume();
  });
}

function unexpected(): Farewell {
  return { reason: DiscReason.UnexpectedIdentity, code: "P2P_ERR_UNEXPECTED_IDENTITY" };
}

function unsealed(): Farewell {
  return {
    reason: DiscReason.ProtocolError,
    code: "P2P_ERR_SEALED_DOWNGRADE",
    message: "the node had a sealed session with us before, and now it offers RLPx v5 only",
  };
}

function stripped(): Farewell {
  return {
    reason: DiscReason.ProtocolError,
    code: "P2P_ERR_SEALED_DOWNGRADE",
    message: "both sides wanted a sealed session: somebody in between removed the offer",
  };
}

function unproved(why: string, cause?: unknown): P2PError {
  return new P2PError(`the sealed handshake failed: ${why}`, {
    code: "P2P_ERR_SEALED_HANDSHAKE",
    cause,
  });
}

function closedEarly(when: string): P2PError {
  return new P2PError(`the other side closed the connection ${when}`, {
    code: "P2P_ERR_STREAM_CLOSED",
  });
}
