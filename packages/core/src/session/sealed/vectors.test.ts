/**
 * The key schedule and the first records against the vectors, by our code and again by Node's own
 * HKDF, ECDH and GCM; and what becomes of the keys when anything in the handshake is another.
 * @module
 */

import { createCipheriv, createECDH, createHash, createHmac, hkdfSync } from "node:crypto";
import { encode } from "rlp";
import { describe, expect, test } from "vitest";
import rlpx from "../../../test-vectors/rlpx.json" with { type: "json" };
import vectors from "../../../test-vectors/sealed.json" with { type: "json" };
import { newGcm as nodeGcm } from "../../crypto/gcm.node.ts";
import { newGcm as pageGcm } from "../../crypto/gcm.page.ts";
import { newGcm as portableGcm } from "../../crypto/noble-gcm.ts";
import { publicKeyOf, sharedSecret } from "../../crypto/secp256k1.ts";
import type { Handshake, SealedExchange } from "../../rlpx/handshake.ts";
import { initiate, receive } from "../../rlpx/handshake.ts";
import { runJob } from "../../rlpx/jobs.ts";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "../../wire/bytes.ts";
import { ChunkType } from "./chunks.ts";
import { EPOCH_RECORDS, Epochs } from "./epochs.ts";
import { RecordBuilder } from "./record-builder.ts";
import { deriveSealedSecrets, epochKeys, nextSecret } from "./secrets.ts";

const hex = hexToBytes;
const point = (scalar: string): Uint8Array => publicKeyOf(hex(scalar));
const { secrets, inputs } = vectors;

/** What both sides of the vectors' connection put in; new arrays each time. */
function exchange(): SealedExchange {
  return {
    initiator: true,
    initiatorKey: point(rlpx.static.initiator),
    recipientKey: point(rlpx.static.recipient),
    initiatorEphemeral: point(rlpx.ephemeral.initiator),
    recipientEphemeral: point(rlpx.ephemeral.recipient),
    initiatorNonce: hex(rlpx.nonce.initiator),
    recipientNonce: hex(rlpx.nonce.recipient),
    auth: hex(vectors.auth),
    ack: hex(vectors.ack),
    z1: hex(secrets.z1),
    ss: hex(secrets.ss),
    ee: hex(secrets.ee),
    z2: hex(secrets.z2),
  };
}

/** Node's own ECDH: the x-coordinate. */
function ecdh(scalar: string, other: string): Uint8Array {
  const own = createECDH("secp256k1");
  own.setPrivateKey(hex(scalar));
  return new Uint8Array(own.computeSecret(concatBytes(Uint8Array.of(4), point(other))));
}

const label = utf8ToBytes("peerkit/sealed/1");
const info = (name: string, context: Uint8Array): Uint8Array =>
  concatBytes(label, Uint8Array.of(name.length), utf8ToBytes(name), context);
/** HKDF-Expand to 32 bytes or fewer is one HMAC. */
const expand = (secret: Uint8Array, name: string, length: number): Uint8Array =>
  createHmac("sha256", secret)
    .update(concatBytes(info(name, new Uint8Array(0)), Uint8Array.of(1)))
    .digest()
    .subarray(0, length);

describe("the vectors", () => {
  test("have the four shared secrets, from either end", () => {
    const { initiator: a, recipient: b } = rlpx.static;
    const { initiator: eA, recipient: eB } = rlpx.ephemeral;
    const { eciesScalarAuth: rA, eciesScalarAck: rB } = inputs;
    const pairs: [string, string, string][] = [
      [secrets.z1, rA, b],
      [secrets.ss, a, b],
      [secrets.ee, eA, eB],
      [secrets.z2, rB, a],
    ];
    for (const [expected, one, other] of pairs) {
      expect(bytesToHex(sharedSecret(hex(one), point(other)))).toBe(expected);
      expect(bytesToHex(sharedSecret(hex(other), point(one)))).toBe(expected);
      expect(bytesToHex(ecdh(one, other))).toBe(expected);
    }
  });

  test("come out of our key schedule", () => {
    const derived = deriveSealedSecrets(exchange());
    expect(bytesToHex(derived.fromInitiator)).toBe(secrets.S_i);
    expect(bytesToHex(derived.fromRecipient)).toBe(secrets.S_r);
    expect(bytesToHex(derived.exporter)).toBe(secrets.exporter);
    for (const [secret, expected] of [
      [derived.fromInitiator, vectors.initiatorToRecipient],
      [derived.fromRecipient, vectors.recipientToInitiator],
    ] as const) {
      expect(bytesToHex(epochKeys(secret).key)).toBe(expected.key);
      expect(bytesToHex(epochKeys(secret).iv)).toBe(expected.iv);
      expect(bytesToHex(nextSecret(secret))).toBe(expected.next);
    }
  });

  test("come out of Node's HKDF as well", () => {
    const { initiatorKey, recipientKey, initiatorEphemeral, recipientEphemeral, ...more } =
      exchange();
    const th = createHash("sha256");
    for (const part of [label, initiatorKey, recipientKey, initiatorEphemeral]) th.update(part);
    for (const part of [recipientEphemeral, more.initiatorNonce, more.recipientNonce]) {
      th.update(part);
    }
    const transcript = th.update(more.auth).update(more.ack).digest();
    expect(transcript.toString("hex")).toBe(secrets.th);
    const input = concatBytes(more.z1, more.ss, more.ee, more.z2, hex(inputs.psk));
    expect(createHmac("sha256", label).update(input).digest("hex")).toBe(secrets.prk);
    const derive = (name: string): Uint8Array =>
      new Uint8Array(hkdfSync("sha256", input, label, info(name, transcript), 32));
    expect(bytesToHex(derive("i"))).toBe(secrets.S_i);
    expect(bytesToHex(derive("r"))).toBe(secrets.S_r);
    expect(bytesToHex(derive("exporter"))).toBe(secrets.exporter);
    for (const [secret, expected] of [
      [secrets.S_i, vectors.initiatorToRecipient],
      [secrets.S_r, vectors.recipientToInitiator],
    ] as const) {
      expect(bytesToHex(expand(hex(secret), "key", 32))).toBe(expected.key);
      expect(bytesToHex(expand(hex(secret), "iv", 12))).toBe(expected.iv);
      expect(bytesToHex(expand(hex(secret), "next", 32))).toBe(expected.next);
    }
  });

  test("the shared secrets and nonces are erased once they have served", () => {
    const used = exchange();
    deriveSealedSecrets(used);
    for (const part of [used.z1, used.ss, used.ee, used.z2, used.initiatorNonce]) {
      expect(part.every((byte) => byte === 0)).toBe(true);
    }
  });
});

/** Gives these bytes in turn. */
function script(...parts: readonly string[]): (bytes: Uint8Array) => Uint8Array {
  const left = parts.map(hex);
  return (bytes) => {
    bytes.set(left.shift() ?? new Uint8Array(bytes.length));
    return bytes;
  };
}

/** Runs a side of the handshake with the vectors' randomness; `incoming` is what it reads. */
function follow(handshake: Handshake, incoming: Uint8Array) {
  const written: Uint8Array[] = [];
  let at = 0;
  let step = handshake.next();
  while (!step.done) {
    const wanted = step.value;
    let answer: Uint8Array = new Uint8Array(0);
    if (wanted.do === "read") {
      answer = incoming.slice(at, at + wanted.length);
      at += wanted.length;
    } else if (wanted.do === "write") written.push(wanted.bytes);
    else if (wanted.job.op === "sign") answer = hex(rlpx.authSignature);
    else answer = runJob(wanted.job);
    step = handshake.next(answer);
  }
  if (!step.value.sealed) throw new Error("expected a sealed session");
  return { exchange: step.value.exchange, written: concatBytes(...written) };
}

describe("the handshake of the vectors", () => {
  test("is ours as its initiator, byte for byte", () => {
    const { ephemeral, nonce } = rlpx;
    const pad = "00";
    const random = script(
      ephemeral.initiator,
      nonce.initiator,
      pad,
      inputs.eciesScalarAuth,
      inputs.eciesIvAuth,
    );
    const privateKey = hex(rlpx.static.initiator);
    const recipientKey = point(rlpx.static.recipient);
    const side = initiate(recipientKey, { privateKey, random, sealed: "prefer" });
    const { exchange: made, written } = follow(side, hex(vectors.ack));
    expect(bytesToHex(written)).toBe(vectors.auth);
    expect(made).toEqual(exchange());
  });

  test("is ours as its recipient, which holds its ack back", () => {
    const { ephemeral, nonce } = rlpx;
    const random = script(
      ephemeral.recipient,
      nonce.recipient,
      "00",
      inputs.eciesScalarAck,
      inputs.eciesIvAck,
    );
    const privateKey = hex(rlpx.static.recipient);
    const side = receive({ privateKey, random, sealed: "prefer" });
    const { exchange: made, written } = follow(side, hex(vectors.auth));
    expect(written.length).toBe(0);
    expect(made).toEqual({ ...exchange(), initiator: false });
  });
});

describe.each([
  ["Node's cipher", nodeGcm],
  ["the page's cipher", pageGcm],
  ["the portable cipher", portableGcm],
])("the records of the vectors, by %s", (_, newGcm) => {
  const hello = (scalar: string): Uint8Array =>
    encode([5, "peerkit/test", [["foo", 1]], 0, point(scalar)]);
  const contents = [
    [0, hello(rlpx.static.recipient)],
    [0, hello(rlpx.static.initiator)],
    [2, Uint8Array.of(0xc0)],
  ] as const;

  test.each(vectors.records.map((record, i) => ({ ...record, i })))(
    "$from's record $seq",
    async ({ from, seq, bytes, i }) => {
      const secret = hex(from === "initiator" ? secrets.S_i : secrets.S_r);
      const [code, payload] = contents[i]!;
      const builder = new RecordBuilder();
      builder.base(code, payload);
      const record = builder.finish(true);
      const plaintext = record.slice(3, -16);
      expect(plaintext[0]).toBe(ChunkType.Msg);
      const epochs = new Epochs(secret.slice(), newGcm);
      for (let n = 0; n < seq; n++) epochs.take();
      const { gcm, nonce } = epochs.take();
      expect(bytesToHex(await gcm.seal(nonce, record, 3))).toBe(bytes);
      expect(await gcm.open(nonce, hex(bytes), 3)).toEqual(plaintext);
      expect(bytesToHex(independently(secret, seq, plaintext))).toBe(bytes);
    },
  );
});

/** A record by Node's GCM and keys that are derived here. */
function independently(secret: Uint8Array, seq: number, plaintext: Uint8Array): Uint8Array {
  let current = secret;
  for (let epoch = 0; epoch < Math.floor(seq / 65_536); epoch++)
    current = expand(current, "next", 32);
  const nonce = expand(current, "iv", 12).slice();
  const view = new DataView(nonce.buffer, nonce.byteOffset);
  view.setBigUint64(4, view.getBigUint64(4) ^ BigInt(seq));
  const length = plaintext.length + 16;
  const header = Uint8Array.of(length >> 16, (length >> 8) & 0xff, length & 0xff);
  const cipher = createCipheriv("aes-256-gcm", expand(current, "key", 32), nonce);
  cipher.setAAD(header);
  const body = cipher.update(plaintext);
  cipher.final();
  return concatBytes(header, new Uint8Array(body), new Uint8Array(cipher.getAuthTag()));
}

describe("the keys are bound to", () => {
  const parts = [
    "z1",
    "ss",
    "ee",
    "z2",
    "initiatorKey",
    "recipientKey",
    "initiatorEphemeral",
    "recipientEphemeral",
    "initiatorNonce",
    "recipientNonce",
    "auth",
    "ack",
  ] as const;

  test.each(parts)("%s", (part) => {
    const changed = exchange();
    changed[part][changed[part].length - 1]! ^= 1;
    const derived = deriveSealedSecrets(changed);
    expect(bytesToHex(derived.fromInitiator)).not.toBe(secrets.S_i);
    expect(bytesToHex(derived.fromRecipient)).not.toBe(secrets.S_r);
    expect(bytesToHex(derived.exporter)).not.toBe(secrets.exporter);
  });

  test("the pre-shared key; without one it is zeros", () => {
    const zeros = deriveSealedSecrets(exchange(), new Uint8Array(32));
    expect(bytesToHex(zeros.fromInitiator)).toBe(secrets.S_i);
    const other = deriveSealedSecrets(exchange(), new Uint8Array(32).fill(1));
    expect(bytesToHex(other.fromInitiator)).not.toBe(secrets.S_i);
  });

  test("what each side believes: an exchange with the keys in each other's place differs", () => {
    const { initiatorKey, recipientKey, ...rest } = exchange();
    const swapped = { ...rest, initiatorKey: recipientKey, recipientKey: initiatorKey };
    expect(bytesToHex(deriveSealedSecrets(swapped).fromInitiator)).not.toBe(secrets.S_i);
  });

  test("the epoch", () => {
    const secret = hex(secrets.S_i);
    const keys: string[] = [];
    const epochs = new Epochs(secret, (key) => {
      keys.push(bytesToHex(key));
      return nodeGcm(key);
    });
    for (let n = 0; n <= 2 * EPOCH_RECORDS; n++) epochs.take();
    expect(keys.length).toBe(3);
    expect(new Set(keys).size).toBe(3);
  });
});
