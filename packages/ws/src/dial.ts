/**
 * Dialing a WebSocket from Node.
 * @module
 */

import type { IncomingMessage } from "node:http";
import type { AbortOptions, ByteStream, NodeAddress } from "@peerkit/core";
import { DiscReason, P2PError } from "@peerkit/core";
import { dialError } from "@peerkit/core/transport-kit";
import WebSocket from "isomorphic-ws";
import { formatUrl } from "./address.ts";
import { nodeStream, WEB_SOCKET_LIMITS } from "./node-stream.ts";
import type { WebSocketOptions } from "./options.ts";

/** How much of a refusal's text is read. */
const MAX_REFUSAL_BYTES = 512;

/** How a listener of ours says that it takes no more, or not so often. */
const TOO_MANY_REQUESTS = 429;

const TLS_CODES = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|EPROTO/;

/** See {@link Transport.dial}. */
export function dial(
  address: NodeAddress,
  options: WebSocketOptions,
  { signal }: AbortOptions = {},
): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const url = formatUrl(address);
    const ws = openSocket(url);
    let response: IncomingMessage | undefined;
    const fail = (error: unknown) => {
      signal?.removeEventListener("abort", onAbort);
      reject(error);
      ws.terminate();
    };
    const onAbort = () => fail(signal?.reason);
    const onError = (cause: Error) => fail(socketError(url, cause));
    signal?.addEventListener("abort", onAbort);
    ws.once("upgrade", (upgraded) => {
      response = upgraded;
    });
    ws.once("unexpected-response", (_, refused) => {
      readRefusal(refused, (text) => fail(refusalError(url, refused, text)));
    });
    // Stays: dropping an attempt makes `ws` report an error again.
    ws.on("error", onError);
    ws.once("open", () => {
      signal?.removeEventListener("abort", onAbort);
      ws.off("error", onError);
      if (response === undefined) fail(dialError(url, "the WebSocket opened without an answer"));
      else resolve(nodeStream(ws, response.socket, options));
    });
  });
}

function openSocket(url: string): WebSocket {
  try {
    return new WebSocket(url, WEB_SOCKET_LIMITS);
  } catch (cause) {
    throw dialError(url, cause);
  }
}

/** Reads the short text of a refusal, as far as it comes. */
function readRefusal(response: IncomingMessage, onText: (text: string) => void): void {
  const bytes: number[] = [];
  const finish = () => {
    response.off("close", finish);
    onText(new TextDecoder().decode(new Uint8Array(bytes)).trim());
  };
  response.on("data", (chunk: Uint8Array) => {
    bytes.push(...chunk.subarray(0, MAX_REFUSAL_BYTES - bytes.length));
    if (bytes.length >= MAX_REFUSAL_BYTES) response.destroy();
  });
  // Comes after the end, and after an error as well.
  response.on("close", finish);
  response.on("error", () => {});
}

function refusalError(url: string, response: IncomingMessage, text: string): P2PError {
  const { statusCode, statusMessage, headers } = response;
  const wait = headers["retry-after"];
  const said = [
    `the server answered ${statusCode} ${statusMessage}`,
    // Error pages of other servers are HTML: no help in an error's text.
    text === "" || text.startsWith("<") || text === statusMessage ? "" : `: ${text}`,
    wait === undefined ? "" : `; try again in ${wait} s`,
    statusCode === 404 ? "; is the path right?" : "",
  ];
  const error = dialError(url, said.join(""));
  if (statusCode !== TOO_MANY_REQUESTS) return error;
  const { message, code } = error;
  return new P2PError(message, { code, reason: DiscReason.TooManyPeers });
}

function socketError(url: string, cause: Error): P2PError {
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const words = TLS_CODES.test(code)
    ? `TLS failed: ${cause.message}`
    : code.startsWith("HPE_")
      ? "what listens there doesn't speak HTTP"
      : cause.message === "socket hang up"
        ? "the server hung up instead of answering; is it a WebSocket server, and ws: or wss: right?"
        : undefined;
  if (words === undefined) return dialError(url, cause);
  return new P2PError(`can't reach ${url}: ${words}`, { code: "P2P_ERR_DIAL_FAILED", cause });
}
