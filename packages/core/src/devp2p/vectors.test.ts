/**
 * Hello, Disconnect and capability matching against the field's test data.
 * @module
 */

import { encode } from "rlp";
import { describe, expect, test } from "vitest";
import vectors from "../../test-vectors/devp2p.json" with { type: "json" };
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { DiscReason } from "../errors.ts";
import type { Hello } from "../trace.ts";
import { hexToBytes } from "../wire/bytes.ts";
import { matchCapabilities } from "./capabilities.ts";
import { decodeDisconnect, encodeDisconnect } from "./disconnect.ts";
import { encodeHello, readHello } from "./hello.ts";

const publicKey = publicKeyOf(new Uint8Array(32).fill(1));
const hello: Hello = {
  version: 5,
  name: "peerkit/v0.1.0/ünïcode",
  caps: [
    { name: "eth", version: 68 },
    { name: "snap", version: 1 },
  ],
  listenPort: 0,
  publicKey,
};
const message = (code: number, payload: Uint8Array) => ({
  code,
  payload,
  wireSize: payload.length,
});

describe("disconnect", () => {
  test.each(vectors.disconnect)("$payload means $reason", ({ payload, reason }) => {
    expect(decodeDisconnect(hexToBytes(payload))).toBe(reason);
  });

  test.each(["00", "c100", "820100", "c3820100", "c1", "b8", "ff", "c1c0", "8104"])(
    "%s is no reason that can be read",
    (payload) => {
      expect(decodeDisconnect(hexToBytes(payload))).toBe(DiscReason.Invalid);
    },
  );

  test("is written as a list, and read back, for every byte", () => {
    for (let reason = 0; reason < 256; reason++) {
      expect(decodeDisconnect(encodeDisconnect(reason))).toBe(reason);
    }
    expect(encodeDisconnect(4)).toEqual(Uint8Array.of(0xc1, 0x04));
  });
});

describe("hello", () => {
  test("comes out as it went in", () => {
    expect(readHello(message(0, encodeHello(hello)))).toEqual(hello);
  });

  test("may have more elements than we know", () => {
    const payload = encode([5, "x", [], 0, publicKey, "more", [1, [2]]]);
    expect(readHello(message(0, payload))).toMatchObject({ version: 5, name: "x", caps: [] });
  });

  test.each(vectors.helloErrors)("is refused: $expect", (bad) => {
    const payload = bad.hello
      ? encode([bad.hello.version, "", [], 0, hexToBytes(bad.hello.id)])
      : bad.payload
        ? hexToBytes(bad.payload)
        : new Uint8Array(bad.payloadLength ?? 0);
    const expected = bad.code === 1 ? { remote: true, reason: 8 } : { code: "P2P_ERR_BAD_HELLO" };
    expect(() => readHello(message(bad.code, payload))).toThrow(expect.objectContaining(expected));
  });

  test.each([
    ["a key of zeros", encode([5, "x", [], 0, new Uint8Array(64)])],
    ["a key of 63 bytes", encode([5, "x", [], 0, new Uint8Array(63).fill(1)])],
    ["too few elements", encode([5, "x", []])],
    ["capabilities that are bytes", encode([5, "x", "eth", 0, publicKey])],
    ["a capability without a version", encode([5, "x", [["eth"]], 0, publicKey])],
    [
      "a capability whose name is not UTF-8",
      encode([5, "x", [[Uint8Array.of(255), 1]], 0, publicKey]),
    ],
    ["a version with a leading zero", encode([Uint8Array.of(0, 5), "x", [], 0, publicKey])],
    ["2,049 bytes", new Uint8Array(2049)],
    ["nothing", new Uint8Array(0)],
    ["deep nesting", new Uint8Array(2048).fill(0xc1)],
  ])("is refused when it has %s", (_, payload) => {
    expect(() => readHello(message(0, payload))).toThrow(
      expect.objectContaining({ code: "P2P_ERR_BAD_HELLO" }),
    );
  });
});

describe("capabilities", () => {
  const cases = vectors.capabilities as unknown as {
    remote: [string, number][];
    local: [string, number, number][];
    match: Record<string, [number, number]>;
  }[];

  test.each(cases)("of $local and $remote match as $match", ({ remote, local, match }) => {
    const matched = matchCapabilities(
      local.map(([name, version, length]) => ({ name, version, length })),
      remote.map(([name, version]) => ({ name, version })),
    );
    const result = matched.map(({ name, version, offset }) => [name, [version, offset]]);
    expect(Object.fromEntries(result)).toEqual(match);
  });

  test("are ordered by the bytes of their names, not by the locale or by UTF-16", () => {
    const names = ["b", "B", "a", "é", "z", "aa", "\u{ff61}", "\u{10000}"];
    const caps = names.map((name) => ({ name, version: 1, length: 1 }));
    expect(matchCapabilities(caps, caps).map(({ name }) => name)).toEqual([
      "B",
      "a",
      "aa",
      "b",
      "z",
      "é",
      "\u{ff61}",
      "\u{10000}",
    ]);
  });
});
