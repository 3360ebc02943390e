/**
 * What runs in the tab: the dialing side of ours and of a plain WebSocket.
 * @module
 */

import { webSocket } from "@peerkit/ws";
import { peerkit } from "./contestants/peerkit.ts";
import type { Contestant, Link, Receive } from "./link.ts";
import type { Request } from "./sides/request.ts";
import { runRequest } from "./sides/request.ts";
import { Workload } from "./workload.ts";

/** Above this many unsent bytes a plain WebSocket's sender waits. */
const HIGH_WATER = 1_048_576;

const contestants = new Map<string, Contestant>([
  ["peerkit-ws", peerkit({ transport: webSocket(), listen: "" })],
  ["sealed-ws", peerkit({ transport: webSocket(), listen: "", sealed: true })],
  ["raw-ws", { listen: () => Promise.reject(new TypeError("a page can't listen")), dial }],
]);
const workloads = new Map<string, Workload>();

/** Runs one request for a contestant; the driver calls it from outside. */
async function runInPage(name: string, request: Request): Promise<unknown> {
  const contestant = contestants.get(name);
  if (contestant === undefined) throw new RangeError(`no contestant is called "${name}"`);
  const workload = workloads.get(name) ?? new Workload(contestant);
  workloads.set(name, workload);
  try {
    return { result: (await runRequest(workload, request)) ?? null };
  } catch (error) {
    const { name: kind, message } = error as Error;
    return { error: message, unavailable: kind === "NotAvailableError" };
  }
}

Object.assign(globalThis, { runInPage });

function dial(address: string, accept: (link: Link) => Receive): Promise<Link> {
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  const link: Link = {
    send(message) {
      socket.send(message as Uint8Array<ArrayBuffer>);
      return socket.bufferedAmount < HIGH_WATER ? undefined : drained(socket);
    },
    close: async () => socket.close(),
  };
  const receive = accept(link);
  socket.onmessage = ({ data }) => receive(new Uint8Array(data));
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve(link);
    socket.onerror = () => reject(new Error(`can't connect to ${address}`));
  });
}

/** A page's WebSocket has no event for this: look again each turn. */
async function drained(socket: WebSocket): Promise<void> {
  while (socket.bufferedAmount > HIGH_WATER / 2) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}
