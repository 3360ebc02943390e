/**
 * What happens to a node, each event as a line for people.
 * @module
 */

import type { DialRefusal, Peer, ServerEvent } from "@peerkit/core";
import { formatReason } from "@peerkit/core";
import { shortNodeId } from "../log.ts";

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
