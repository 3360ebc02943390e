import type { Peer, ServerEvent } from "@peerkit/core";
import { expect, test } from "vitest";
import { eventLine } from "./event-line.ts";

test.each([
  [
    { type: "add", peer: "ab".repeat(32), name: "geth", inbound: true },
    "joined  abababab · geth · tcp · eth/68",
  ],
  [
    { type: "drop", peer: "ab".repeat(32), code: "X", error: "we left", reason: 8, remote: false },
    "left    abababab · we left: client quitting (0x08)",
  ],
  [
    { type: "fail", inbound: true, remoteAddress: "a:1", code: "X", error: "bad MAC" },
    "failed  a:1 · bad MAC",
  ],
  [
    { type: "fail", inbound: true, code: "X", error: "left: useless peer (0x03)", reason: 3 },
    "failed  a connection · left: useless peer (0x03)",
  ],
  [
    { type: "dial", state: "start", peer: "ab".repeat(32), static: true, attempt: 1 },
    "dials   abababab",
  ],
  [
    { type: "dial", state: "start", peer: "ab".repeat(32), static: true, attempt: 3 },
    "dials   abababab · attempt 3",
  ],
  [
    { type: "dial", state: "wait", peer: "ab".repeat(32), static: true, pauseMs: 1_234 },
    "waits   abababab · dials again in 1.2 s",
  ],
  [
    { type: "dial", state: "refuse", peer: "ab".repeat(32), static: true, refusal: "self" },
    "skips   abababab · it is this node",
  ],
  [
    { type: "refuse", cause: "throttled", remoteAddress: "192.0.2.1", error: "too many attempts" },
    "refused 192.0.2.1 · too many attempts",
  ],
  [{ type: "lost", count: 3 }, "lost    3 events that came too fast"],
] as [ServerEvent, string][])("says %o in one line", (event, line) => {
  const protocols = [{ name: "eth", version: 68, offset: 16, length: 17 }];
  expect(eventLine(event, { protocols, transport: "tcp" } as unknown as Peer)).toBe(line);
});
