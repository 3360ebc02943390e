/**
 * The node's side of the page, as far as it is pure: waiting, wording, and the meeting.
 * @module
 */

import type { TraceEvent } from "@peerkit/core";
import { parseNodeAddress } from "@peerkit/core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createModel } from "../src/model.ts";
import { FrameFeed } from "../src/node/frame-feed.ts";
import { MeetingBuilder } from "../src/node/meeting.ts";
import { NoRelayError } from "../src/node/relay-info.ts";
import { endWords, failureWords, waitingStatus } from "../src/node/words.ts";

const KEY =
  "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
const HOST = "127.0.0.1:30380";

describe("what went wrong, in words", () => {
  test.each([
    [
      { code: "P2P_ERR_DISCONNECTED", error: "x", reason: 8, remote: true },
      "the relay closed the connection: client quitting (0x08)",
    ],
    [
      { code: "P2P_ERR_STREAM_CLOSED", error: "x", reason: 1, remote: false },
      "the connection to the relay broke off without a word",
    ],
    [
      { code: "P2P_ERR_READ_TIMEOUT", error: "x", reason: 1 },
      "the relay has been silent for too long",
    ],
  ] as const)("an end: %o", (error, words) => {
    expect(endWords(error)).toBe(words);
  });

  test.each([
    [
      { code: "P2P_ERR_DISCONNECTED", error: "x", reason: 4, remote: true },
      "the relay refused this tab: too many peers (0x04)",
    ],
    [
      { code: "P2P_ERR_DIAL_FAILED", error: "x" },
      `can’t reach the relay: it isn’t answering at ${HOST}`,
    ],
    [new TypeError("failed to fetch"), `can’t reach the relay: it isn’t answering at ${HOST}`],
    [
      new NoRelayError("/peerkit.json gives HTTP 404"),
      "this page isn’t served by a peerkit relay: /peerkit.json gives HTTP 404",
    ],
    [
      { code: "P2P_ERR_BAD_HEADER_MAC", error: "bad header MAC" },
      "the relay answered, but the handshake failed: bad header MAC",
    ],
  ])("a failed attempt: %o", (error, words) => {
    expect(failureWords(error, HOST)).toBe(words);
  });
});

describe("waiting", () => {
  const page = { online: true, hidden: false };

  test("names the time of the next attempt", () => {
    expect(waitingStatus("it broke", 5, page)).toEqual({
      phase: "waiting",
      why: "it broke",
      retryAt: 5,
    });
  });

  test("promises no time to a page without a network or in the background", () => {
    expect(waitingStatus("it broke", 5, { ...page, online: false })).toEqual({
      phase: "offline",
      why: "this device is offline, and it broke",
    });
    expect(waitingStatus("it broke", 5, { ...page, hidden: true })).toEqual({
      phase: "asleep",
      why: "it broke. It dials again when you come back to this tab",
    });
  });
});

describe("MeetingBuilder", () => {
  const address = parseNodeAddress(`enode+ws://${KEY}@${HOST}/p2p`);
  const { publicKey } = address;
  const hello = {
    version: 5,
    name: "x",
    caps: [{ name: "chat", version: 1 }],
    listenPort: 0,
    publicKey,
  };
  const shared = [{ name: "chat", version: 1, offset: 16, length: 4 }];
  const frame = {
    protocol: "p2p",
    version: 5,
    code: 0,
    wireCode: 0,
    size: 90,
    payload: new Uint8Array(90),
  };
  const at = (ms: number) => ({ connection: 1, at: 1_000 + ms });
  const events: TraceEvent[] = [
    { ...at(0), type: "dial", address },
    { ...at(3), type: "open", inbound: false },
    {
      ...at(20),
      type: "handshake",
      step: "auth",
      direction: "out",
      bytes: 400,
      version: 4,
      publicKey,
    },
    { ...at(40), type: "handshake", step: "ack", direction: "in", bytes: 370, version: 4 },
    { ...at(41), type: "frame", direction: "out", wireSize: 91, ...frame },
    { ...at(41), type: "hello", direction: "out", hello },
    { ...at(44), type: "frame", direction: "in", wireSize: 95, ...frame },
    { ...at(44), type: "hello", direction: "in", hello },
    { ...at(45), type: "capabilities", shared },
  ];

  test("draws every step with its time since the dial, its direction and its bytes", () => {
    const builder = new MeetingBuilder(1);
    for (const event of events) builder.take(event);
    const { steps, done, handshakeMs } = builder.meeting;
    expect(steps.map((step) => [step.label, step.direction, step.at, step.bytes])).toEqual([
      ["dial", "none", 0, undefined],
      ["WebSocket open", "none", 3, undefined],
      ["auth", "out", 20, 400],
      ["ack", "in", 40, 370],
      ["Hello", "out", 41, 91],
      ["Hello", "in", 44, 95],
      ["agreed: chat/1", "none", 45, undefined],
    ]);
    expect(done).toBe(true);
    expect(handshakeMs).toBe(42);
  });

  test("gives every step a key of its own", () => {
    const builder = new MeetingBuilder(1);
    for (const event of events) builder.take(event);
    const keys = builder.meeting.steps.map((step) => step.key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("doesn't change with a frame that is no Hello", () => {
    const builder = new MeetingBuilder(1);
    expect(
      builder.take({ ...at(60), type: "frame", direction: "in", wireSize: 3, ...frame, code: 2 }),
    ).toBe(false);
    expect(builder.meeting.steps).toEqual([]);
  });

  test("ends with the reason of whoever gave it", () => {
    const builder = new MeetingBuilder(1);
    const close = { type: "close", code: "P2P_ERR_DISCONNECTED", message: "x", reason: 8 } as const;
    builder.take({ ...at(90), ...close, remote: true });
    expect(builder.meeting.steps.at(-1)).toMatchObject({
      direction: "in",
      label: "Disconnect: client quitting (0x08)",
    });
  });
});

test("a frame of another connection is listed, and lights no code of the one that is shown", () => {
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => draw());
  onTestFinished(() => void vi.unstubAllGlobals());
  const model = createModel(true, { name: "lobby" });
  const feed = new FrameFeed(model);
  const sizes = { size: 1, wireSize: 1, payload: new Uint8Array([0xc0]) };
  const frame = { type: "frame", at: 0, version: 1, code: 0, direction: "in", ...sizes } as const;
  feed.take({ ...frame, connection: 2, protocol: "draw", wireCode: 17 }, false);
  expect([model.wireVersion.value, model.activity.value]).toEqual([1, []]);
  feed.take({ ...frame, connection: 1, protocol: "relay", wireCode: 17 }, true);
  expect(model.activity.value).toEqual([{ direction: "in", protocol: "relay", wireCode: 17 }]);
});
