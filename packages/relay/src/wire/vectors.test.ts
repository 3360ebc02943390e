/**
 * The vectors of docs/wire/relay.md, derived again: by the schemas, and by plain RLP.
 * @module
 */

import { readFileSync } from "node:fs";
import type { RlpInput, Schema } from "@peerkit/core";
import { bytesToHex, decodeRlp, encodeRlp, hexToBytes, send, tuple, uint } from "@peerkit/core";
import { messagePipe } from "@peerkit/core/testing";
import { describe, expect, test } from "vitest";
import { fingerprint } from "../rooms/fingerprint.ts";
import { roomKeys } from "../rooms/room-secret.ts";
import { RlpxShape } from "../server/pipes/rlpx-shape.ts";
import { topicOf } from "../server/rooms/room.ts";
import { RelayCode } from "./codes.ts";
import { ANSWER, MEMBER_ROW, NODE_ROW, QUESTION, RELAY_ROW } from "./neighbour-protocol.ts";
import { pipeOffer } from "./pipe-offer.ts";
import { RELAY_PROTOCOL } from "./relay-protocol.ts";
import { ROOMS_PROTOCOL } from "./rooms-protocol.ts";

/** Texts that begin with "0x" are bytes. */
type Json = string | number | readonly Json[] | { readonly [field: string]: Json };

interface MessageVector {
  readonly protocol: string;
  readonly name: string;
  readonly code: number;
  /** Absent for a message without one. */
  readonly id?: number;
  readonly body: Json;
  readonly payload: string;
}

const NEIGHBOUR_SCHEMAS = { ANSWER, MEMBER_ROW, NODE_ROW, QUESTION, RELAY_ROW };

/** What relays of one directory write and ask. */
interface NeighbourVector {
  readonly name: string;
  readonly row: keyof typeof NEIGHBOUR_SCHEMAS;
  readonly body: Json;
  readonly payload: string;
}

interface Vectors {
  readonly codes: Readonly<Record<string, number>>;
  readonly messages: readonly MessageVector[];
  readonly offer: { readonly token: string; readonly header: string };
  readonly rooms: readonly Readonly<Record<"name" | "secret" | "topic" | "psk", string>>[];
  readonly fingerprints: readonly Readonly<Record<"a" | "b" | "digits", string>>[];
  readonly neighbours: readonly NeighbourVector[];
  readonly topics: readonly Readonly<Record<"room" | "topic", string>>[];
  readonly shapes: readonly {
    readonly what: string;
    readonly out: string;
    readonly passes: boolean;
  }[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../../test-vectors/relay.json", import.meta.url), "utf8"),
);

/** The schema for a protocol's code, with the id around it where there is one. */
function schemaOf({ protocol, code }: MessageVector): Schema<unknown> {
  const { messages, requests } = protocol === "relay/1" ? RELAY_PROTOCOL : ROOMS_PROTOCOL;
  const plain = Object.values(messages).find((message) => message.code === code);
  if (plain) return plain.body as Schema<unknown>;
  for (const request of Object.values(requests)) {
    if (request.code === code) return tuple(uint, request.body as Schema<unknown>);
    if (request.answer.code === code) return tuple(uint, request.answer.body as Schema<unknown>);
  }
  throw new Error(`${protocol} has no code ${code}`);
}

/** With bytes in place of their texts; objects as they are for a schema, as lists for plain RLP. */
function fromJson(json: Json, objects: boolean): unknown {
  if (typeof json === "string") return json.startsWith("0x") ? hexToBytes(json.slice(2)) : json;
  if (typeof json === "number") return json;
  if (Array.isArray(json)) return json.map((each) => fromJson(each, objects));
  const entries = Object.entries(json).map(
    ([name, each]) => [name, fromJson(each, objects)] as const,
  );
  return objects ? Object.fromEntries(entries) : entries.map(([, each]) => each);
}

describe.each(vectors.messages)("$protocol $name", (vector) => {
  const { code, id, body, payload } = vector;

  test("is what our schemas write, and reads back", async () => {
    const value = fromJson(body, true);
    const whole = id === undefined ? value : [id, value];
    const [ours, theirs] = messagePipe();
    const schema = schemaOf(vector);
    const sent = send(ours, code, whole, schema);
    const msg = await theirs.readMsg();
    expect(bytesToHex(msg.payload)).toBe(payload);
    expect(msg.decode(schema)).toEqual(whole);
    await sent;
  });

  test("is plain RLP", () => {
    const plain = fromJson(body, false) as RlpInput;
    expect(bytesToHex(encodeRlp(id === undefined ? plain : [id, plain]))).toBe(payload);
  });
});

test.each(vectors.neighbours)("among relays: $name", ({ row, body, payload }) => {
  const schema = NEIGHBOUR_SCHEMAS[row] as Schema<unknown>;
  const value = fromJson(body, true);
  expect(bytesToHex(encodeRlp(value, schema))).toBe(payload);
  expect(decodeRlp(hexToBytes(payload), schema)).toEqual(value);
  expect(bytesToHex(encodeRlp(fromJson(body, false) as RlpInput))).toBe(payload);
});

test.each(vectors.topics)("the topic of room $room", ({ room, topic }) => {
  expect(topicOf(room)).toBe(topic);
});

test("codes are what they are called", () => {
  expect(vectors.codes).toEqual(RelayCode);
});

test("a token's header", () => {
  const { token, header } = vectors.offer;
  expect(pipeOffer(hexToBytes(token)).join(", ")).toBe(header);
});

test.each(vectors.rooms)("the keys of room $name", ({ name, secret, topic, psk }) => {
  const keys = roomKeys(name, secret);
  expect([keys.topic, bytesToHex(keys.psk)]).toEqual([topic, psk]);
});

test.each(vectors.fingerprints)("the fingerprint $digits", ({ a, b, digits }) => {
  expect(fingerprint(hexToBytes(a), hexToBytes(b))).toBe(digits);
});

test.each(vectors.shapes)("on a bridge: $what", ({ out, passes }) => {
  const shape = new RlpxShape();
  if (passes) expect(shape.out(hexToBytes(out))).toEqual(hexToBytes(out));
  else expect(() => shape.out(hexToBytes(out))).toThrow();
});
