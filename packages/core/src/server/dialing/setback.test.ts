import { describe, expect, test } from "vitest";
import { DiscReason } from "../../errors.ts";
import { redialPause, setbackOfDial, setbackOfDrop } from "./setback.ts";

describe("a failed dial", () => {
  test.each([
    ["P2P_ERR_DIAL_FAILED", undefined, "unreached", "nothing listens"],
    ["P2P_ERR_DIAL_TIMEOUT", undefined, "unreached", "nothing answers"],
    ["P2P_ERR_NOT_LOADED", undefined, "unreached", "the page is offline"],
    ["P2P_ERR_DIAL_FAILED", DiscReason.TooManyPeers, "refused", "the transport carried a reason"],
    ["P2P_ERR_STREAM", undefined, "refused", "what go-ethereum's gate does to who comes too soon"],
    ["P2P_ERR_STREAM_CLOSED", undefined, "refused", "the same, by another system"],
    ["P2P_ERR_HANDSHAKE_TIMEOUT", undefined, "refused", "something is there"],
    ["P2P_ERR_DISCONNECTED", DiscReason.AlreadyConnected, "refused", "it says so"],
    ["P2P_ERR_TOO_MANY_PEERS", undefined, "refused", "we are full ourselves"],
    ["P2P_ERR_MIXED_CONTENT", undefined, "refused", "it won't be different in a second"],
  ] as const)("%s, reason %s: %s (%s)", (code, reason, setback, _why) => {
    expect(setbackOfDial(code, reason)).toBe(setback);
  });
});

describe("a lost peer", () => {
  test.each([
    [DiscReason.NetworkError, "lost"],
    [DiscReason.ClientQuitting, "lost"],
    [DiscReason.SubprotocolError, "lost"],
    [DiscReason.Requested, "refused"],
    [DiscReason.TooManyPeers, "refused"],
    [DiscReason.UselessPeer, "refused"],
  ] as const)("%s: %s", (reason, setback) => {
    expect(setbackOfDrop(reason)).toBe(setback);
  });
});

test("the pause doubles up to its limit, and is any part of it", () => {
  const limits = { first: 1_000, max: 35_000 };
  const pauses = (random: number) =>
    [0, 1, 5, 6, 10_000].map((setbacks) => redialPause(setbacks, limits, random));
  expect(pauses(1)).toEqual([1_000, 2_000, 32_000, 35_000, 35_000]);
  expect(pauses(0.25)).toEqual([250, 500, 8_000, 8_750, 8_750]);
  expect(pauses(0)).toEqual([0, 0, 0, 0, 0]);
});
