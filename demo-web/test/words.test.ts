/**
 * The page's protocols, and what an Ethereum node says, in words.
 * @module
 */

import type { RlpInput } from "@peerkit/core";
import { encodeRlp, P2PError, parseNodeAddress } from "@peerkit/core";
import { Inspector } from "@peerkit/core/inspect";
import { RelayCode, RelayError } from "@peerkit/relay";
import { describe, expect, test } from "vitest";
import { notANode, refusalOf } from "../src/node/ethereum-words.ts";
import { knownMessage, VOCABULARY } from "../src/vocabulary.ts";

function line(protocol: string, code: number, value: RlpInput): string {
  const inspector = new Inspector({ words: VOCABULARY });
  const payload = encodeRlp(value);
  const sizes = { size: payload.length, wireSize: payload.length };
  const place = { connection: 1, at: 0, direction: "in", version: 1, wireCode: 16 } as const;
  inspector.trace({ type: "frame", ...place, protocol, code, payload, ...sizes });
  const [frame] = inspector.newestFirst();
  return frame ? `${inspector.name(frame)}: ${inspector.line(frame)}` : "";
}

describe("a frame", () => {
  test("of a conversation says who said what", () => {
    const at = 1_700_000_000_000;
    expect(line("talk", 1, [at, "hi there"])).toBe("Say: “hi there”");
    expect(line("talk", 2, [new Uint8Array(32), "Ada", at, "hi there"])).toBe(
      "Told: Ada: “hi there”",
    );
  });

  test("of the canvas says how much was drawn", () => {
    const points = [
      [1, 2],
      [3, 4],
    ];
    expect(line("draw", 0, [5, points])).toBe("Stroke: 2 points of a stroke");
  });

  test("has a name where the page knows its message", () => {
    expect(knownMessage("p2p", 2)).toBe("Ping");
    expect(knownMessage("relay", 2)).toBe("Connect");
    expect(knownMessage("eth", 5)).toBeUndefined();
  });
});

describe("why a node can't be asked", () => {
  const enode = `enode://${"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"}@203.0.113.5:30303`;
  const address = { ...parseNodeAddress(enode), via: "enode+ws://…" };
  const why = (error: unknown): string => refusalOf(error, address).why;

  test("names what the operator must allow", () => {
    const error = new RelayError({ code: RelayCode.NotAllowed, text: "", retryAfterMs: 0 });
    expect(refusalOf(error, address)).toMatchObject({
      why: expect.stringContaining("its operator hasn’t allowed this node"),
      allow: `--allow ${enode}`,
    });
  });

  test.each([
    [
      new RelayError({ code: RelayCode.DialFailed, text: "", retryAfterMs: 0 }),
      "The relay may dial this node, but nothing answers at 203.0.113.5:30303.",
    ],
    [
      new P2PError("x", { code: "P2P_ERR_HANDSHAKE_TIMEOUT" }),
      "Something answers at 203.0.113.5:30303, but it doesn’t shake hands.",
    ],
    [
      new RelayError({ code: RelayCode.Budget, text: "5 connects a second", retryAfterMs: 0 }),
      "That didn’t work: a budget of the relay is used up: 5 connects a second.",
    ],
    [
      new P2PError("x", { code: "P2P_ERR_DISCONNECTED", reason: 4 }),
      "The node left: too many peers (0x04).",
    ],
    [new Error("no memory"), "That didn’t work: no memory."],
  ])("%s", (error, words) => {
    expect(why(error)).toBe(words);
  });

  test("says what an address looks like to who typed something else", () => {
    expect(notANode().why).toBe(
      "That isn’t the address of a node: enode://, its key, @, its host and port.",
    );
  });
});
