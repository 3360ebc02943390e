/**
 * Shakes hands with a node and reports what came of it, step by step.
 * @module
 */

import type { Hello, NodeAddress, Peer, Protocol, TraceEvent } from "@peerkit/core";
import { bytesToHex, DisconnectError, defineProtocol, P2PError, Server } from "@peerkit/core";
import { tcp } from "@peerkit/tcp";
import { webSocket } from "@peerkit/ws";
import { VERSION } from "./version.ts";

/** How far a probe came. */
export type ProbeOutcome =
  /** The node's Hello arrived. */
  | "hello"
  /** Something took the connection, but sent no Hello. */
  | "refused"
  /** No connection. */
  | "unreachable";

/** What a probe found. Times are in ms; a step that wasn't reached has none. */
export interface ProbeResult {
  readonly outcome: ProbeOutcome;
  readonly hello?: Hello;
  readonly remoteAddress?: string;
  /** Until the transport's stream was open. */
  readonly dialMs?: number;
  /** From auth sent to ack understood. */
  readonly ackMs?: number;
  /** From the ack to the node's Hello. */
  readonly helloMs?: number;
  /** Ping to pong; only a node that shares a capability answers. */
  readonly pingMs?: number;
  /** Why it ended before a pong. */
  readonly error?: P2PError;
}

/**
 * Connects to `address`, waits for its Hello and one pong, and leaves. Takes at most `timeoutMs`.
 * Never rejects for what the network or the node does.
 */
export async function probe(address: NodeAddress, timeoutMs: number): Promise<ProbeResult> {
  const trace: TraceEvent[] = [];
  await using server = new Server({
    name: `peerkit-ping/${VERSION}`,
    transports: [tcp(), webSocket()],
    protocols: [quiet("MyProtocol"), quiet("chat")],
    dialTimeout: timeoutMs,
    trace: (event) => void trace.push(event),
  });
  await server.start();
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const peer = await server.connect(address, { signal });
    return { ...summary(trace), ...(await roundTrip(peer, signal)) };
  } catch (error) {
    const result = summary(trace);
    return { ...result, error: asP2PError(error, result.outcome, timeoutMs) };
  }
}

// With a capability in common a node keeps us long enough to answer a ping. These two are the
// ones that `peerkit node` runs; they listen and say nothing.
function quiet(name: string): Protocol {
  return defineProtocol({
    name,
    version: 1,
    length: name === "chat" ? 4 : 1,
    async run(_peer, rw) {
      for await (const msg of rw) msg.discard();
    },
  });
}

async function roundTrip(
  peer: Peer,
  signal: AbortSignal,
): Promise<Pick<ProbeResult, "pingMs" | "error">> {
  try {
    return { pingMs: await peer.ping({ signal }) };
  } catch (error) {
    if (signal.aborted) {
      return { error: new P2PError("no pong in time", { code: "P2P_ERR_READ_TIMEOUT" }) };
    }
    // The ping's own error says "closed"; how the peer ended says why.
    if (!P2PError.is(error)) throw error;
    return { error: await peer.closed };
  }
}

function summary(trace: readonly TraceEvent[]): Omit<ProbeResult, "error" | "pingMs"> {
  const dial = trace.find((event) => event.type === "dial");
  const open = trace.find((event) => event.type === "open");
  const auth = trace.find((event) => event.type === "handshake" && event.direction === "out");
  const ack = trace.find((event) => event.type === "handshake" && event.direction === "in");
  const hellos = trace.filter((event) => event.type === "hello");
  const hello = hellos.find((event) => event.direction === "in");
  return {
    outcome: hello !== undefined ? "hello" : open !== undefined ? "refused" : "unreachable",
    ...(hello === undefined ? {} : { hello: hello.hello }),
    ...(open?.remoteAddress === undefined ? {} : { remoteAddress: open.remoteAddress }),
    ...elapsed("dialMs", dial, open),
    ...elapsed("ackMs", auth, ack),
    ...elapsed("helloMs", ack, hello),
  };
}

function elapsed<K extends string>(
  name: K,
  from: TraceEvent | undefined,
  to: TraceEvent | undefined,
): Partial<Record<K, number>> {
  if (from === undefined || to === undefined) return {};
  return { [name]: to.at - from.at } as Record<K, number>;
}

function asP2PError(error: unknown, outcome: ProbeOutcome, timeoutMs: number): P2PError {
  if (P2PError.is(error)) return error;
  if (!(error instanceof Error) || error.name !== "TimeoutError") throw error;
  const code = outcome === "unreachable" ? "P2P_ERR_DIAL_TIMEOUT" : "P2P_ERR_HANDSHAKE_TIMEOUT";
  return new P2PError(`no answer within ${timeoutMs / 1_000} s`, { code });
}

/** A result as plain data for `--json`; the timings in ms, to the microsecond. */
export function probeAsJson(result: ProbeResult): object {
  const { hello, error } = result;
  return {
    outcome: result.outcome,
    remoteAddress: result.remoteAddress,
    ...(hello === undefined
      ? {}
      : {
          client: hello.name,
          version: hello.version,
          caps: hello.caps.map((cap) => `${cap.name}/${cap.version}`),
          publicKey: bytesToHex(hello.publicKey),
        }),
    timings: {
      dial: rounded(result.dialMs),
      ack: rounded(result.ackMs),
      hello: rounded(result.helloMs),
      ping: rounded(result.pingMs),
    },
    ...(error === undefined ? {} : { error: describe(error) }),
  };
}

function describe(error: P2PError): object {
  const remote = error instanceof DisconnectError && error.remote;
  return { code: error.code, message: error.message, reason: error.reason, remote };
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1_000) / 1_000;
}
