import type { Peer, ServerEvent } from "@peerkit/core";
import { expect, test } from "vitest";
import { eventLine, nodeLog } from "./log.ts";

const AT = new Date("2026-01-02T03:04:05.006Z");

function lines(json: boolean, ...event: Parameters<ReturnType<typeof nodeLog>>): string[] {
  const out: string[] = [];
  const io = { out: (line: string) => void out.push(line) } as Parameters<typeof nodeLog>[0];
  nodeLog(io, json, () => AT)(...event);
  return out;
}

test("prints one line of JSON for an event, with the time", () => {
  const [line, more] = lines(true, { type: "said", text: "a\nb" }, "for", "people");
  expect(JSON.parse(line!)).toEqual({ time: AT.toISOString(), type: "said", text: "a\nb" });
  expect(more).toBeUndefined();
});

test("prints lines for people, with what a peer sent unable to move the cursor or the lines", () => {
  const printed = lines(false, { type: "said" }, "one", "eve: \u001b[2Jhi\nbob: \u202efake");
  expect(printed.map((line) => line.slice(8))).toEqual(["  one", "  eve: [2Jhi bob: fake"]);
});

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
