/**
 * The handshake by bytes alone: both sides agree, and nothing that was changed gets through.
 * @module
 */

import fc from "fast-check";
import { encode } from "rlp";
import { describe, expect, test } from "vitest";
import { eciesEncrypt, eciesEntropy } from "../crypto/ecies.ts";
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { systemRandom } from "../env.ts";
import { P2PError } from "../errors.ts";
import { concatBytes } from "../wire/bytes.ts";
import { FrameDecoder, FrameEncoder } from "./frame.ts";
import type { Handshake, HandshakeResult } from "./handshake.ts";
import { initiate, receive } from "./handshake.ts";
import { runJob } from "./jobs.ts";
import { NobleFrameCipher } from "./noble-frame-cipher.ts";
import { OutBuffer } from "./out-buffer.ts";
import { encodeSize } from "./packets.ts";

const random = systemRandom;
const dialerKey = new Uint8Array(32).fill(3);
const nodeKey = new Uint8Array(32).fill(4);
const dialer = () => initiate(publicKeyOf(nodeKey), { privateKey: dialerKey, random });
const node = () => receive({ privateKey: nodeKey, random });

/** A handshake that runs until it needs bytes that aren't there. */
class Run {
  result: HandshakeResult | undefined;
  readonly #handshake: Handshake;
  #step: ReturnType<Handshake["next"]>;
  #input: Uint8Array = new Uint8Array(0);

  constructor(handshake: Handshake) {
    this.#handshake = handshake;
    this.#step = handshake.next();
  }

  /** Gives bytes; returns what it wrote until it needs more. */
  feed(bytes: Uint8Array = new Uint8Array(0)): Uint8Array {
    this.#input = concatBytes(this.#input, bytes);
    const written: Uint8Array[] = [];
    while (!this.#step.done) {
      const wanted = this.#step.value;
      if (wanted.do === "write") {
        written.push(wanted.bytes);
        this.#step = this.#handshake.next(new Uint8Array(0));
      } else if (wanted.do === "compute") {
        this.#step = this.#handshake.next(runJob(wanted.job));
      } else {
        if (this.#input.length < wanted.length) break;
        const taken = this.#input.slice(0, wanted.length);
        this.#input = this.#input.slice(wanted.length);
        this.#step = this.#handshake.next(taken);
      }
    }
    if (this.#step.done) this.result = this.#step.value;
    return concatBytes(...written);
  }
}

/** The first frame from one side, read by the other. */
function firstFrame(from: HandshakeResult, to: HandshakeResult): Uint8Array | undefined {
  if (from.sealed || to.sealed) throw new Error("expected RLPx v5");
  const out = new OutBuffer();
  const { egress, ...keys } = from.secrets;
  const encoder = new FrameEncoder(new NobleFrameCipher({ ...keys, seed: egress }));
  encoder.encode(0, Uint8Array.of(1, 2, 3), out);
  const sealed = out.take();
  encoder.seal(sealed);
  const { aes, mac, ingress } = to.secrets;
  const decoder = new FrameDecoder(new NobleFrameCipher({ aes, mac, seed: ingress }));
  decoder.push(sealed);
  return decoder.next()?.payload;
}

const change = (bytes: Uint8Array, at: number, by: number): Uint8Array => {
  const changed = bytes.slice();
  changed[at] = (changed[at] ?? 0) ^ by;
  return changed;
};

const sides = (run: Run, other: Run) => [run.result, other.result] as const;

describe("the handshake", () => {
  test("gives both sides each other's key and the same secrets", () => {
    const a = new Run(dialer());
    const b = new Run(node());
    a.feed(b.feed(a.feed()));
    const [first, second] = sides(a, b);
    if (!first || !second) throw new Error("not finished");
    expect(first.remoteKey).toEqual(publicKeyOf(nodeKey));
    expect(second.remoteKey).toEqual(publicKeyOf(dialerKey));
    expect(firstFrame(first, second)).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("takes its packets in any pieces", () => {
    const a = new Run(dialer());
    const b = new Run(node());
    const ack = [...a.feed()].map((byte) => b.feed(Uint8Array.of(byte)));
    for (const byte of concatBytes(...ack)) a.feed(Uint8Array.of(byte));
    expect(a.result && b.result && firstFrame(b.result, a.result)).toBeDefined();
  });

  test("refuses an auth that was changed anywhere, at the latest by the first frame", () => {
    const auth = new Run(dialer()).feed();
    fc.assert(
      fc.property(fc.nat(auth.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const a = new Run(dialer());
        const b = new Run(node());
        const sent = a.feed();
        expectRefused(() => {
          a.feed(b.feed(change(sent, at % sent.length, by)));
          return sides(a, b);
        });
      }),
      { numRuns: 40 },
    );
  });

  test("refuses an ack that was changed anywhere, at the latest by the first frame", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const a = new Run(dialer());
        const b = new Run(node());
        const ack = b.feed(a.feed());
        expectRefused(() => {
          a.feed(change(ack, at % ack.length, by));
          return sides(a, b);
        });
      }),
      { numRuns: 40 },
    );
  });

  test("answers before it computes what the answer doesn't need", () => {
    const auth = new Run(dialer()).feed();
    const handshake = node();
    const log: string[] = [];
    let read = 0;
    for (let step = handshake.next(); !step.done; ) {
      const { value } = step;
      log.push(value.do === "compute" ? value.job.op : value.do);
      let answer: Uint8Array = new Uint8Array(0);
      if (value.do === "compute") answer = runJob(value.job);
      if (value.do === "read") {
        answer = auth.slice(read, read + value.length);
        read += value.length;
      }
      step = handshake.next(answer);
    }
    expect(log.slice(log.indexOf("write") + 1)).toEqual([
      "shared-secret",
      "recover",
      "shared-secret",
    ]);
  });

  test("refuses a replayed auth by the first frame", () => {
    const a = new Run(dialer());
    const auth = a.feed();
    a.feed(new Run(node()).feed(auth));
    const again = new Run(node());
    again.feed(auth);
    expectRefused(() => sides(a, again));
  });
});

/** A P2PError, or a first frame that isn't authentic, or a side that waits for more bytes. */
function expectRefused(
  act: () => readonly [HandshakeResult | undefined, HandshakeResult | undefined],
): void {
  let results: readonly [HandshakeResult | undefined, HandshakeResult | undefined];
  try {
    results = act();
  } catch (error) {
    expect(error).toBeInstanceOf(P2PError);
    return;
  }
  const [first, second] = results;
  if (!first || !second) return;
  expect(() => firstFrame(first, second)).toThrow(P2PError);
  expect(() => firstFrame(second, first)).toThrow(P2PError);
}

describe("a recipient refuses", () => {
  const own = publicKeyOf(dialerKey);
  const nonce = new Uint8Array(32).fill(5);
  const signature = new Uint8Array(65).fill(1);
  const zeros = new Uint8Array(64);
  const cases: [string, Uint8Array, string][] = [
    ["content that is no RLP", Uint8Array.of(0xf8), "P2P_ERR_HANDSHAKE_FORMAT"],
    ["content that is no list", encode("auth"), "P2P_ERR_HANDSHAKE_FORMAT"],
    ["an empty list", encode([]), "P2P_ERR_HANDSHAKE_FORMAT"],
    ["nothing at all", new Uint8Array(0), "P2P_ERR_HANDSHAKE_FORMAT"],
    ["a short nonce", encode([signature, own, nonce.slice(1), 4]), "P2P_ERR_HANDSHAKE_FORMAT"],
    ["a long signature", encode([new Uint8Array(66), own, nonce, 4]), "P2P_ERR_HANDSHAKE_FORMAT"],
    ["a list for a key", encode([signature, [own], nonce, 4]), "P2P_ERR_HANDSHAKE_FORMAT"],
    ["a missing version", encode([signature, own, nonce]), "P2P_ERR_HANDSHAKE_FORMAT"],
    ["deep nesting", new Uint8Array(1900).fill(0xc1), "P2P_ERR_HANDSHAKE_FORMAT"],
    ["a key of zeros", encode([signature, zeros, nonce, 4]), "P2P_ERR_BAD_POINT"],
    ["a key off the curve", encode([signature, zeros.map(() => 7), nonce, 4]), "P2P_ERR_BAD_POINT"],
    ...[2, 3, 4, 27, 28, 255].map((v): [string, Uint8Array, string] => {
      const bad = new Uint8Array(65).fill(0xff, 0, 32);
      bad[64] = v;
      return [`a signature with v = ${v}`, encode([bad, own, nonce, 4]), "P2P_ERR_BAD_SIGNATURE"];
    }),
    ["a zero signature", encode([new Uint8Array(65), own, nonce, 4]), "P2P_ERR_BAD_SIGNATURE"],
  ];

  test.each(cases)("%s", (_, content, code) => {
    const size = encodeSize(content.length + 113);
    const { message } = eciesEncrypt(publicKeyOf(nodeKey), content, size, eciesEntropy(random));
    const packet = concatBytes(size, message);
    expect(() => new Run(node()).feed(packet)).toThrow(expect.objectContaining({ code }));
  });

  test("a size above 2,048, before it has read more", () => {
    expect(() => new Run(node()).feed(Uint8Array.of(0x08, 0x01))).toThrow(
      expect.objectContaining({ code: "P2P_ERR_HANDSHAKE_SIZE" }),
    );
  });
});
