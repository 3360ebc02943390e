/**
 * Fingerprints, and the keys that a room's secret gives.
 * @module
 */

import { bytesToHex, generatePrivateKey, publicKeyOf } from "@peerkit/core";
import { expect, test } from "vitest";
import { fingerprint } from "./fingerprint.ts";
import { newRoomSecret, roomKeys } from "./room-secret.ts";

const newKey = () => publicKeyOf(generatePrivateKey());

test("a fingerprint is the same from both sides, and another for each pair", () => {
  const [a, b, c] = [newKey(), newKey(), newKey()];
  expect(fingerprint(a, b)).toBe(fingerprint(b, a));
  expect(new Set([fingerprint(a, b), fingerprint(a, c), fingerprint(b, c)]).size).toBe(3);
  expect(fingerprint(a, b)).toMatch(/^(?:\d{5} ){11}\d{5}$/);
});

test("each key has its own half of a fingerprint, so that no pair can be made to fit another", () => {
  const [a, b, c] = [newKey(), newKey(), newKey()].sort((x, y) =>
    bytesToHex(x) < bytesToHex(y) ? -1 : 1,
  );
  const half = (text: string) => text.split(" ").slice(0, 6).join(" ");
  expect(half(fingerprint(a!, b!))).toBe(half(fingerprint(a!, c!)));
});

test("what is no key has no fingerprint", () => {
  expect(() => fingerprint(newKey(), new Uint8Array(63))).toThrow(RangeError);
});

test("a secret and a name give a topic and a psk, others for each name and each secret", () => {
  const secret = newRoomSecret();
  expect(secret).toMatch(/^[0-9a-f]{32}$/);
  const { topic, psk } = roomKeys("lobby", secret);
  expect([topic.length, psk.length]).toEqual([64, 32]);
  expect(topic).not.toBe(bytesToHex(psk));
  expect(roomKeys("lobby", secret)).toEqual({ topic, psk });
  expect(roomKeys("lobby2", secret).topic).not.toBe(topic);
  expect(roomKeys("lobby", newRoomSecret()).psk).not.toEqual(psk);
  expect(roomKeys("lobby", new TextEncoder().encode(secret))).toEqual({ topic, psk });
});
