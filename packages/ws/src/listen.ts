/**
 * Listening for WebSockets in Node: on an HTTP server of our own, or attached to the user's.
 * @module
 */

import type { IncomingMessage, Server } from "node:http";
import { createServer } from "node:http";
import type {
  AbortOptions,
  InboundInfo,
  ListenAddress,
  Listener,
  ListenHandlers,
  Refusal,
} from "@peerkit/core";
import { endpoints, listenError } from "@peerkit/core/transport-kit";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { formatUrl } from "./address.ts";
import { closeFrame } from "./close-codes.ts";
import { nodeStream, WEB_SOCKET_LIMITS } from "./node-stream.ts";
import type { AttachableServer, SubprotocolTaker, WebSocketOptions } from "./options.ts";
import { MAX_SENT_BYTES, MAX_TAKEN_BYTES } from "./outbox.ts";
import type { Upgrade } from "./upgrade-router.ts";
import { route } from "./upgrade-router.ts";

const HANDSHAKE_TIMEOUT_MS = 5_000;
/** Of a request's head. */
const MAX_HEADER_BYTES = 8 * 1024;

/** See {@link Transport.listen}. */
export async function listen(
  address: ListenAddress,
  handlers: ListenHandlers,
  options: WebSocketOptions,
  { signal }: AbortOptions = {},
): Promise<Listener> {
  signal?.throwIfAborted();
  const upgrade = upgrader(handlers, options);
  if (options.server !== undefined) return attach(options.server, address, upgrade, signal);
  if (address.scheme === "wss") {
    throw listenError(
      formatUrl(address),
      "TLS needs a certificate: pass an https.Server as `server`",
    );
  }
  const server = openServer(options.handshakeTimeout ?? HANDSHAKE_TIMEOUT_MS);
  const opened = whenListening(server, address, signal);
  server.listen(address.port, address.host);
  try {
    await opened;
    // A connection that can't be accepted (too many open files) is one connection's failure.
    server.on("error", () => {});
    const listener = await attach(server, address, upgrade, signal);
    return { address: listener.address, close: () => closeServer(server, listener) };
  } catch (error) {
    server.close();
    throw error;
  }
}

async function attach(
  server: AttachableServer,
  address: ListenAddress,
  upgrade: Upgrade,
  signal: AbortSignal | undefined,
): Promise<Listener> {
  const path = address.path ?? "/";
  // Before the port is open: who is early would be told that there is no WebSocket.
  const leave = route(server, path, upgrade);
  if (leave === undefined) {
    throw listenError(formatUrl(address), "already in use: another listener has that path");
  }
  try {
    if (!server.listening) await whenListening(server, address, signal);
  } catch (error) {
    leave();
    throw error;
  }
  const bound = server.address();
  const boundPort = typeof bound === "object" && bound !== null ? bound.port : 0;
  return {
    address: { ...address, path, port: address.port === 0 ? boundPort : address.port },
    async close() {
      leave();
    },
  };
}

function whenListening(
  server: AttachableServer,
  address: ListenAddress,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      server.off("listening", onListening);
      server.off("error", onError);
      signal?.removeEventListener("abort", onAbort);
    };
    const onListening = () => {
      settle();
      resolve();
    };
    const onError = (cause: unknown) => {
      settle();
      reject(listenError(formatUrl(address), cause));
    };
    const onAbort = () => {
      settle();
      reject(signal?.reason);
    };
    server.on("listening", onListening);
    server.on("error", onError);
    signal?.addEventListener("abort", onAbort);
  });
}

function openServer(timeout: number): Server {
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: timeout,
    requestTimeout: timeout,
    // How often the two limits are looked at.
    connectionsCheckingInterval: Math.ceil(timeout / 4),
  };
  return createServer(limits, (_, response) => {
    response.writeHead(426, { Connection: "close, Upgrade", Upgrade: "websocket" });
    response.end("this port speaks WebSocket only\n");
  });
}

async function closeServer(server: Server, listener: Listener): Promise<void> {
  await listener.close();
  // The port is free when this returns; the server's "close" waits for the streams as well.
  server.close();
  // Those that haven't asked for an upgrade yet.
  server.closeAllConnections();
}

/** Makes what takes upgrade requests: asks `admit`, then hands over the stream. */
function upgrader(handlers: ListenHandlers, options: WebSocketOptions): Upgrade {
  const refusals = new WeakMap<IncomingMessage, Refusal>();
  const server = new WebSocketServer({
    ...WEB_SOCKET_LIMITS,
    maxPayload: largestMessage(options),
    noServer: true,
    clientTracking: false,
    handleProtocols: (offered) => takerOf([...offered], options)?.subprotocol ?? false,
    verifyClient: verifier(handlers, options, refusals),
  });
  return (request, socket, head) => {
    server.handleUpgrade(request, socket, head, (ws) => {
      const refused = refusals.get(request);
      if (refused !== undefined) return refusePage(ws, refused);
      const stream = nodeStream(ws, request.socket, options);
      const offered = offeredBy(request);
      const taker = takerOf(offered, options);
      if (taker) taker.onStream(stream, offered);
      else handlers.onStream(stream);
    });
  };
}

type VerifyClient = (info: { origin: string; req: IncomingMessage }, answer: Answer) => void;

/** Called when the request has been found in order: whoever is admitted gets a stream. */
function verifier(
  handlers: ListenHandlers,
  options: WebSocketOptions,
  refusals: WeakMap<IncomingMessage, Refusal>,
): VerifyClient {
  return ({ origin, req }, answer) => {
    const page: string | undefined = origin;
    if (page !== undefined && options.origins?.includes(page) === false) {
      answer(false, 403, "pages of this origin may not connect");
      return;
    }
    if (!req.socket.readable || !req.socket.writable) {
      answer(false, 400);
      return;
    }
    const taker = takerOf(offeredBy(req), options) ?? handlers;
    const admitted = taker.admit(infoOf(req));
    if (admitted === true) answer(true);
    else if (page === undefined) refuseProgram(admitted, answer);
    else {
      // A page is told nothing of a refused upgrade; a close code after it is readable.
      refusals.set(req, admitted);
      answer(true);
    }
  };
}

/** @throws RangeError for one that is smaller than what our own side sends. */
function largestMessage({ maxMessageBytes = MAX_TAKEN_BYTES }: WebSocketOptions): number {
  if (Number.isSafeInteger(maxMessageBytes) && maxMessageBytes >= MAX_SENT_BYTES) {
    return maxMessageBytes;
  }
  throw new RangeError(
    `maxMessageBytes: expected an integer from ${MAX_SENT_BYTES}, got ${maxMessageBytes}`,
  );
}

function offeredBy({ headers }: IncomingMessage): string[] {
  return headers["sec-websocket-protocol"]?.split(",").map((each) => each.trim()) ?? [];
}

function takerOf(
  offered: readonly string[],
  { takers = [] }: WebSocketOptions,
): SubprotocolTaker | undefined {
  return takers.find(({ subprotocol }) => offered.includes(subprotocol));
}

function infoOf(request: IncomingMessage): InboundInfo {
  return { ...endpoints(request.socket), headers: request.headers };
}

function refuseProgram({ message, retryAfterMs }: Refusal, answer: Answer): void {
  // Where no time is said, another attempt does no better.
  if (retryAfterMs === undefined) answer(false, 403, message);
  else answer(false, 429, message, { "Retry-After": String(Math.ceil(retryAfterMs / 1_000)) });
}

function refusePage(ws: WebSocket, { reason, message }: Refusal): void {
  // What the page still does is nobody's business: `ws` ends it within the limit.
  ws.on("error", () => {});
  ws.close(...closeFrame(reason, message));
}

type Answer = (
  accept: boolean,
  status?: number,
  text?: string,
  headers?: Record<string, string>,
) => void;
