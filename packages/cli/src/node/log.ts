/**
 * What a running node tells: calm lines for people, or one line of JSON for each event.
 * @module
 */

import type { DialRefusal, Peer, ServerEvent } from "@peerkit/core";
import { formatReason } from "@peerkit/core";
import type { Io } from "../io.ts";
import { stripControls } from "../protocols/chat-messages.ts";

/** An event as data; what can't be JSON is left out. */
export interface LogEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Takes an event as data, and as lines for people. */
export type Log = (event: LogEvent, ...lines: readonly string[]) => void;

/** A log on `io`. The time is added to both forms. */
export function nodeLog(io: Io, json: boolean, now: () => Date = () => new Date()): Log {
  return (event, ...lines) => {
    const time = now();
    if (json) io.out(JSON.stringify({ time: time.toISOString(), ...event }));
    else {
      for (const line of lines) {
        io.out(`${time.toTimeString().slice(0, 8)}  ${stripControls(line)}`);
      }
    }
  };
}

/** An id as people read it. */
export function shortNodeId(id: string): string {
  return id.slice(0, 8);
}

/** A server's event as a line; the peer is known while it is connected. */
export function eventLine(event: ServerEvent, peer?: Peer): string {
  switch (event.type) {
    case "add": {
      const caps = peer?.protocols.map((cap) => `${cap.name}/${cap.version}`).join(", ");
      const parts = [shortNodeId(event.peer), event.name, peer?.transport, caps];
      return `joined  ${parts.filter((part) => part !== undefined).join(" · ")}`;
    }
    case "drop":
      return `left    ${shortNodeId(event.peer)} · ${why(event.error, event.reason)}`;
    case "fail": {
      const who = event.remoteAddress ?? "a connection";
      return `failed  ${who} · ${why(event.error, event.reason)}`;
    }
    case "dial":
      return dialLine(event);
    case "refuse":
      return `refused ${event.remoteAddress ?? "a connection"} · ${event.error}`;
    case "msgsend":
    case "msgrecv":
      return `${event.type} ${shortNodeId(event.peer)} · ${event.protocol} ${event.code}`;
    case "lost":
      return `lost    ${event.count} events that came too fast`;
  }
}

function dialLine(event: Extract<ServerEvent, { type: "dial" }>): string {
  const who = shortNodeId(event.peer);
  switch (event.state) {
    case "start":
      return `dials   ${who}${event.attempt > 1 ? ` · attempt ${event.attempt}` : ""}`;
    case "wait":
      return `waits   ${who} · dials again in ${(event.pauseMs / 1_000).toFixed(1)} s`;
    case "refuse":
      return `skips   ${who} · ${REFUSALS[event.refusal]}`;
  }
}

const REFUSALS: Readonly<Record<DialRefusal, string>> = {
  self: "it is this node",
  "no-address": "no transport takes its address",
  dialing: "it is being dialed",
  connected: "it is a peer",
  inbound: "it is dialing this node",
  restricted: "its network isn't allowed",
  recent: "it was dialed a moment ago",
};

// Some errors have the reason in their words already.
function why(error: string, reason: number | undefined): string {
  if (reason === undefined || error.includes(formatReason(reason))) return error;
  return `${error}: ${formatReason(reason)}`;
}
