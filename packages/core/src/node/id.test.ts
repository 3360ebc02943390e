import { expect, test } from "vitest";
import vectors from "../../test-vectors/devp2p.json" with { type: "json" };
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { hexToBytes } from "../wire/bytes.ts";
import { nodeId } from "./id.ts";

test("a node's id is the one its record gives", () => {
  const { privateKey, nodeId: expected } = vectors.enr;
  expect(nodeId(publicKeyOf(hexToBytes(privateKey)))).toBe(expected);
});

test("an id needs a key of 64 bytes", () => {
  expect(() => nodeId(new Uint8Array(65))).toThrow("publicKey: expected 64 bytes, got 65");
  expect(() => nodeId("ab" as never)).toThrow(TypeError);
});
