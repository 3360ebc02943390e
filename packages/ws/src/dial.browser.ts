/**
 * Dialing a WebSocket from a page or a worker.
 * @module
 */

import type { AbortOptions, ByteStream, NodeAddress } from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import IsomorphicWebSocket from "isomorphic-ws";
import { checkMixedContent, formatUrl } from "./address.ts";
import { localNetworkCause } from "./local-network.ts";
import type { WebSocketOptions } from "./options.ts";
import { pageStream } from "./page-stream.ts";

// In a page `isomorphic-ws` is the browser's own class; its types describe Node's.
const PageWebSocket = IsomorphicWebSocket as unknown as typeof WebSocket;

/** See {@link Transport.dial}. */
export function dial(
  address: NodeAddress,
  options: WebSocketOptions,
  { signal }: AbortOptions = {},
): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    checkMixedContent(globalThis.location?.protocol, address);
    const url = formatUrl(address);
    const socket = openSocket(url);
    const settle = () => {
      socket.onopen = null;
      socket.onclose = null;
      signal?.removeEventListener("abort", onAbort);
    };
    const onAbort = () => {
      settle();
      socket.close();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      settle();
      resolve(pageStream(socket, address, options));
    };
    socket.onclose = () => {
      settle();
      void opaqueError(url, address).then(reject);
    };
    // "close" follows each error, and an error event says nothing more.
    socket.onerror = () => {};
  });
}

function openSocket(url: string): WebSocket {
  try {
    return new PageWebSocket(url);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    // What a page of unknown origin (a blob: worker) meets instead of our own check.
    const mixed = cause instanceof Error && cause.name === "SecurityError";
    throw new P2PError(`can't reach ${url}: ${words}`, {
      code: mixed ? "P2P_ERR_MIXED_CONTENT" : "P2P_ERR_DIAL_FAILED",
      cause,
    });
  }
}

async function opaqueError(url: string, { scheme, host = "" }: NodeAddress): Promise<P2PError> {
  const { location, navigator } = globalThis;
  const { hostname } = location ?? {};
  const rule = await localNetworkCause(host, { hostname, permissions: navigator?.permissions });
  const causes = [
    ...(rule === undefined ? [] : [rule]),
    "nothing listens there",
    "the path is wrong",
    "the server refuses this page's origin, or is full",
    scheme === "wss" ? "its certificate isn't trusted" : "it speaks wss: only",
    "a firewall is in the way",
  ];
  return new P2PError(`can't reach ${url}; a page isn't told why. Likely: ${causes.join("; ")}`, {
    code: "P2P_ERR_DIAL_FAILED",
  });
}
