/**
 * RLPx against bytes that others wrote: EIP-8's packets, and go-ethereum's frames with real MACs.
 * @module
 */

import { describe, expect, test } from "vitest";
import vectors from "../../test-vectors/rlpx.json" with { type: "json" };
import recorded from "../../test-vectors/rlpx-frames.json" with { type: "json" };
import { eciesDecrypt } from "../crypto/ecies.ts";
import { keccak256 } from "../crypto/keccak.ts";
import { publicKeyOf, recoverPublicKey, sharedSecret } from "../crypto/secp256k1.ts";
import { everyFrameEngine } from "../testing/frame-engines.ts";
import { bytesToHex, concatBytes, hexToBytes } from "../wire/bytes.ts";
import { portableSnappy } from "../wire/portable-snappy.ts";
import { decompress } from "../wire/snappy.ts";
import { FrameDecoder, FrameEncoder } from "./frame.ts";
import type { NewFrameCipher } from "./frame-cipher.ts";
import type { Handshake } from "./handshake.ts";
import { initiate, receive } from "./handshake.ts";
import { ECIES_SECRET_LENGTH, runJob } from "./jobs.ts";
import { OutBuffer } from "./out-buffer.ts";
import { decodeAck, decodeAuth } from "./packets.ts";
import type { Secrets } from "./secrets.ts";
import { deriveSecrets, xor } from "./secrets.ts";

const hex = hexToBytes;
const open = (key: string, packet: string): Uint8Array =>
  eciesDecrypt(hex(key), hex(packet).subarray(2), hex(packet).subarray(0, 2)).content;

describe("EIP-8 packets", () => {
  test.each(vectors.auth)("reads $name", ({ packet, version }) => {
    const auth = decodeAuth(open(vectors.static.recipient, packet));
    expect(auth.version).toBe(version);
    expect(bytesToHex(auth.publicKey)).toBe(bytesToHex(publicKeyOf(hex(vectors.static.initiator))));
    expect(bytesToHex(auth.nonce)).toBe(vectors.nonce.initiator);
    expect(bytesToHex(auth.signature)).toBe(vectors.authSignature);
    const token = sharedSecret(hex(vectors.static.recipient), auth.publicKey);
    expect(recoverPublicKey(xor(token, auth.nonce), auth.signature)).toEqual(
      publicKeyOf(hex(vectors.ephemeral.initiator)),
    );
  });

  test.each(vectors.ack)("reads $name", ({ packet, version }) => {
    const ack = decodeAck(open(vectors.static.initiator, packet));
    expect(ack.version).toBe(version);
    expect(ack.ephemeralKey).toEqual(publicKeyOf(hex(vectors.ephemeral.recipient)));
    expect(bytesToHex(ack.nonce)).toBe(vectors.nonce.recipient);
  });

  test("derives the secrets", () => {
    const secrets = deriveSecrets({
      initiator: false,
      ephemeralSecret: sharedSecret(
        hex(vectors.ephemeral.recipient),
        publicKeyOf(hex(vectors.ephemeral.initiator)),
      ),
      initiatorNonce: hex(vectors.nonce.initiator),
      recipientNonce: hex(vectors.nonce.recipient),
      auth: hex(vectors.auth[0]!.packet),
      ack: hex(vectors.ack[0]!.packet),
    });
    expect(bytesToHex(secrets.aes)).toBe(vectors.secrets.aes);
    expect(bytesToHex(secrets.mac)).toBe(vectors.secrets.mac);
    const digest = keccak256(secrets.ingress, new TextEncoder().encode("foo"));
    expect(bytesToHex(digest)).toBe(vectors.secrets.ingressMacAfterFoo);
  });
});

interface RecordedFrame {
  readonly code: number;
  readonly payload: string;
  readonly snappy: boolean;
  readonly bytes: string;
}

const secretsWith = (egress: string, ingress: string): Secrets => ({
  aes: hex(recorded.aes),
  mac: hex(recorded.mac),
  egress: hex(egress),
  ingress: hex(ingress),
});

/** Uncompressed frames must be equal; compressed ones are checked by the decoder. */
function expectEncoded(
  newCipher: NewFrameCipher,
  { aes, mac, egress }: Secrets,
  frames: readonly RecordedFrame[],
): void {
  const encoder = new FrameEncoder(newCipher({ aes, mac, seed: egress }));
  for (const frame of frames.slice(
    0,
    frames.findIndex(({ snappy }) => snappy),
  )) {
    const out = new OutBuffer();
    encoder.encode(frame.code, hex(frame.payload), out);
    const bytes = out.take();
    encoder.seal(bytes);
    expect(bytesToHex(bytes)).toBe(frame.bytes);
  }
}

function expectDecoded(
  newCipher: NewFrameCipher,
  { aes, mac, ingress }: Secrets,
  frames: readonly RecordedFrame[],
): void {
  const decoder = new FrameDecoder(newCipher({ aes, mac, seed: ingress }));
  decoder.push(concatBytes(...frames.map(({ bytes }) => hex(bytes))));
  for (const frame of frames) {
    const got = decoder.next();
    expect(got?.code).toBe(frame.code);
    const payload = got?.payload ?? new Uint8Array(0);
    const content = frame.snappy ? decompress(payload, 0xff_ff_ff, portableSnappy) : payload;
    expect(bytesToHex(content)).toBe(frame.payload);
  }
  expect(decoder.next()).toBeUndefined();
}

describe.each(everyFrameEngine)("go-ethereum's frames, $name", ({ newCipher }) => {
  const { egressSeed, ingressSeed, frames, replies } = recorded;

  test("are read, both ways of one connection", () => {
    expectDecoded(newCipher, secretsWith(ingressSeed, egressSeed), frames);
    expectDecoded(newCipher, secretsWith(egressSeed, ingressSeed), replies);
  });

  test("are written byte for byte", () => {
    expectEncoded(newCipher, secretsWith(egressSeed, ingressSeed), frames);
    expectEncoded(newCipher, secretsWith(ingressSeed, egressSeed), replies);
  });
});

/** Gives the bytes in turn, for each call of exactly that length; otherwise zeros. */
function script(...parts: readonly string[]): (bytes: Uint8Array) => Uint8Array {
  const left = parts.map(hex);
  return (bytes) => {
    const next = left[0]?.length === bytes.length ? left.shift() : undefined;
    bytes.set(next ?? new Uint8Array(bytes.length).fill(1));
    return bytes;
  };
}

describe.each(everyFrameEngine)("a whole connection of go-ethereum, $name", ({ newCipher }) => {
  const { connection } = recorded;

  /** Runs the coroutine; the packet it makes is replaced by the one that go-ethereum made. */
  function follow(handshake: Handshake, packets: { incoming: string; outgoing: string }) {
    const incoming = hex(packets.incoming);
    const outgoing = hex(packets.outgoing);
    let at = 0;
    let step = handshake.next();
    while (!step.done) {
      const wanted = step.value;
      let answer: Uint8Array = new Uint8Array(0);
      if (wanted.do === "read") {
        answer = incoming.slice(at, at + wanted.length);
        at += wanted.length;
      } else if (wanted.do === "compute") {
        const { job } = wanted;
        const isPacket = job.op === "ecies-encrypt";
        // The size prefix is the coroutine's own: it must come out as recorded.
        if (isPacket) expect(job.authData.length).toBe(2);
        const secret = new Uint8Array(ECIES_SECRET_LENGTH);
        answer = isPacket ? concatBytes(secret, outgoing.slice(2)) : runJob(job);
      } else {
        answer = wanted.bytes;
        answer.set(outgoing.subarray(0, 2));
      }
      step = handshake.next(answer);
    }
    if (step.value.sealed) throw new Error("expected RLPx v5");
    return step.value;
  }

  test("has the signature that we make too", () => {
    const auth = decodeAuth(open(connection.recipientKey, connection.auth));
    const token = sharedSecret(
      hex(connection.initiatorKey),
      publicKeyOf(hex(connection.recipientKey)),
    );
    const digest = xor(token, hex(connection.initiatorNonce));
    const privateKey = hex(connection.initiatorEphemeralKey);
    expect(runJob({ op: "sign", privateKey, digest })).toEqual(auth.signature);
  });

  test("is followed as its recipient", () => {
    const random = script(connection.recipientEphemeralKey, connection.recipientNonce);
    const options = { privateKey: hex(connection.recipientKey), random };
    const { remoteKey, secrets } = follow(receive(options), {
      incoming: connection.auth,
      outgoing: connection.ack,
    });
    expect(remoteKey).toEqual(publicKeyOf(hex(connection.initiatorKey)));
    expectDecoded(newCipher, secrets, connection.frames);
  });

  test("is followed as its initiator", () => {
    const random = script(connection.initiatorEphemeralKey, connection.initiatorNonce);
    const options = { privateKey: hex(connection.initiatorKey), random };
    const remoteKey = publicKeyOf(hex(connection.recipientKey));
    const { secrets } = follow(initiate(remoteKey, options), {
      incoming: connection.ack,
      outgoing: connection.auth,
    });
    expectDecoded(newCipher, secrets, connection.replies);
  });
});
