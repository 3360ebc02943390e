/**
 * What an attacker with some of the keys can't do, and what the old attack on RLPx v5 comes to.
 * @module
 */

import { describe, expect, test } from "vitest";
import { publicKeyOf, sharedSecret, sign } from "../../crypto/secp256k1.ts";
import { systemRandom } from "../../env.ts";
import { replaceWrite } from "../../replace-write.test.helper.ts";
import type { SealedExchange } from "../../rlpx/handshake.ts";
import { initiate, receive } from "../../rlpx/handshake.ts";
import { runJob } from "../../rlpx/jobs.ts";
import { encodeAck, encodeAuth } from "../../rlpx/packets.ts";
import type { SealedMode } from "../../rlpx/sealed-offer.ts";
import { offerTail } from "../../rlpx/sealed-offer.ts";
import { xor } from "../../rlpx/secrets.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import type { ByteStream } from "../../transport.ts";
import { bytesToHex, concatBytes, hexToBytes } from "../../wire/bytes.ts";
import { openSession } from "../open-session.ts";
import type { Session } from "../session.ts";
import { packetFor, rewritten } from "./packets.test.helper.ts";
import { collect, first, keyOf, streamPair } from "./sealed-pair.test.helper.ts";
import { deriveSealedSecrets } from "./secrets.ts";

const random = systemRandom;
const a = keyOf(3);
const b = keyOf(4);
const A = publicKeyOf(a);
const B = publicKeyOf(b);
const ephemeral = keyOf(5);
const nonce = keyOf(6);

/** Runs a side; it reads what `answer` makes of what it has written. */
function run(
  side: ReturnType<typeof initiate>,
  answer: (written: Uint8Array) => Uint8Array,
): SealedExchange {
  let written: Uint8Array = new Uint8Array(0);
  let input: Uint8Array | undefined;
  let step = side.next();
  while (!step.done) {
    const wanted = step.value;
    let given: Uint8Array = new Uint8Array(0);
    if (wanted.do === "write") written = wanted.bytes;
    else if (wanted.do === "compute") given = runJob(wanted.job);
    else {
      input ??= answer(written);
      given = input.slice(0, wanted.length);
      input = input.slice(wanted.length);
    }
    step = side.next(given);
  }
  if (!step.value.sealed) throw new Error("expected a sealed session");
  return step.value.exchange;
}

const keysOf = (exchange: SealedExchange): string =>
  bytesToHex(deriveSealedSecrets(structuredClone(exchange)).fromRecipient);

/** Gives the ephemeral key and nonce that the attacker knows, and chance after that. */
function known(): (bytes: Uint8Array) => Uint8Array {
  const left = [ephemeral, nonce];
  return (bytes) => {
    const next = bytes.length === 32 ? left.shift() : undefined;
    if (!next) return random(bytes);
    bytes.set(next);
    return bytes;
  };
}

/** A forged ack, and the exchange as its forger knows it, but for `unknown`. */
function forgeAck(unknown: "z1" | "ss") {
  let forged: Partial<SealedExchange> = {};
  const side = initiate(B, { privateKey: a, random: known(), sealed: "require" });
  const genuine = run(side, (auth) => {
    const content = encodeAck(
      { ephemeralKey: publicKeyOf(keyOf(7)), nonce },
      offerTail("prefer"),
      random,
    );
    const { packet: ack, secret: z2 } = packetFor(A, content);
    forged = { auth, ack, z2, ee: sharedSecret(keyOf(7), publicKeyOf(ephemeral)) };
    return ack;
  });
  return { genuine, guess: { ...genuine, ...forged, [unknown]: sharedSecret(a, A) } };
}

describe("an attacker without the secret half", () => {
  test("who has a, e_A and n_A can't forge an ack: z1 is missing, and nothing else", () => {
    const { genuine, guess } = forgeAck("z1");
    expect(keysOf(guess)).not.toBe(keysOf(genuine));
    expect(keysOf({ ...guess, z1: genuine.z1 })).toBe(keysOf(genuine));
  });

  test("who has all ephemerals and n_A, but no static key, can't forge an ack: ss is missing", () => {
    const { genuine, guess } = forgeAck("ss");
    expect(keysOf(guess)).not.toBe(keysOf(genuine));
    expect(keysOf({ ...guess, ss: genuine.ss })).toBe(keysOf(genuine));
  });

  test("who has b, e_B and n_B can't forge an auth: z2 is missing, and nothing else", () => {
    const ss = sharedSecret(b, A);
    const signature = sign(xor(ss, nonce), ephemeral);
    const content = encodeAuth({ signature, publicKey: A, nonce }, offerTail("prefer"), random);
    const { packet, secret: z1 } = packetFor(B, content);
    const genuine = run(receive({ privateKey: b, random, sealed: "require" }), () => packet);
    const ee = sharedSecret(ephemeral, genuine.recipientEphemeral);
    const guess = { ...genuine, z1, ss, ee, z2: sharedSecret(b, B) };
    expect(keysOf(guess)).not.toBe(keysOf(genuine));
    expect(keysOf({ ...guess, z2: genuine.z2 })).toBe(keysOf(genuine));
  });
});

const P = 2n ** 256n - 2n ** 32n - 977n;

/** The mirror image of the point at `at`: the same x, the other y. */
function mirrored(bytes: Uint8Array, at = 0): Uint8Array {
  const y = BigInt(`0x${bytesToHex(bytes.slice(at + 32, at + 64))}`);
  const other = (P - y).toString(16).padStart(64, "0");
  const copy = bytes.slice();
  for (let i = 0; i < 32; i++)
    copy[at + 32 + i] = Number.parseInt(other.slice(2 * i, 2 * i + 2), 16);
  return copy;
}

const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The same signature with s replaced by n - s, and v changed with it or not. */
function otherSignature(auth: Uint8Array, flip: 0 | 1): Uint8Array {
  return rewritten(auth, b, ([signature, ...rest]) => {
    const copy = (signature as Uint8Array).slice();
    const s = BigInt(`0x${bytesToHex(copy.slice(32, 64))}`);
    copy.set(hexToBytes((N - s).toString(16).padStart(64, "0")), 32);
    copy[64]! ^= flip;
    return [copy, ...rest];
  });
}

interface Meddling {
  readonly dialed?: Uint8Array;
  readonly mode?: SealedMode;
  /** Change what each side's first write carries. */
  readonly auth?: (bytes: Uint8Array) => Uint8Array;
  readonly ack?: (bytes: Uint8Array) => Uint8Array;
  /** Gets everything that each side writes. */
  readonly taps?: [Uint8Array[], Uint8Array[]];
}

/** Both ends after the handshake, the recipient's Hello on its way. */
async function meddle(options: Meddling): Promise<[Session, Session]> {
  const { dialed = B, mode: sealed = "prefer", taps } = options;
  const clock = new FakeClock();
  const [near, far] = await streamPair(clock);
  changeFirst(near, options.auth, taps?.[0]);
  changeFirst(far, options.ack, taps?.[1]);
  const common = { clock, random, sealed };
  const recipient = openSession(far, { ...common, privateKey: b });
  const initiator = openSession(near, { ...common, privateKey: a, remoteKey: dialed });
  const other = await recipient;
  other.write(0, HELLO);
  return [await initiator, other];
}

function changeFirst(
  stream: ByteStream,
  change: ((bytes: Uint8Array) => Uint8Array) | undefined,
  tap?: Uint8Array[],
): void {
  let isFirst = true;
  replaceWrite(stream, (write) => (bytes, options) => {
    tap?.push(bytes.slice());
    const sent = isFirst && change ? change(bytes) : bytes;
    isFirst = false;
    return write(sent, options);
  });
}

const HELLO = new TextEncoder().encode("the recipient's secret text, as long");
const KNOWN = new TextEncoder().encode("the initiator's text, which is known");

describe("a handshake that was meddled with fails at the first record", () => {
  const rows: [string, Meddling][] = [
    ["dialed -B, routed to B", { dialed: mirrored(B) }],
    ["R of auth replaced by -R", { auth: (bytes) => mirrored(bytes, 3) }],
    ["R of ack replaced by -R", { ack: (bytes) => mirrored(bytes, 3) }],
    ["s replaced by n - s, the key it gives kept", { auth: (bytes) => otherSignature(bytes, 1) }],
    ["s replaced by n - s, for another key", { auth: (bytes) => otherSignature(bytes, 0) }],
  ];
  test.each(rows)("%s", async (_, options) => {
    const [initiator] = await meddle(options);
    await expect(first(initiator)).rejects.toMatchObject({ code: "P2P_ERR_SEALED_HANDSHAKE" });
  });

  test("and one that wasn't doesn't", async () => {
    const [initiator] = await meddle({});
    expect((await first(initiator)).payload).toEqual(HELLO);
  });

  test("a key with our own x-coordinate is refused, dialed or met", async () => {
    const self = expect.objectContaining({ code: "P2P_ERR_SELF" });
    for (const key of [A, mirrored(A)]) {
      const side = initiate(key, { privateKey: a, random, sealed: "prefer" });
      expect(() => run(side, () => new Uint8Array(0))).toThrow(self);
    }
    const signature = sign(xor(sharedSecret(b, B), nonce), ephemeral);
    for (const publicKey of [B, mirrored(B)]) {
      const content = encodeAuth({ signature, publicKey, nonce }, offerTail("prefer"), random);
      const side = receive({ privateKey: b, random, sealed: "prefer" });
      expect(() => run(side, () => packetFor(B, content).packet)).toThrow(self);
    }
  });

  test("a different pre-shared key is one more way", async () => {
    const clock = new FakeClock();
    const [near, far] = await streamPair(clock);
    const common = { clock, random, sealed: "require" } as const;
    const [initiator, recipient] = await Promise.all([
      openSession(near, { ...common, privateKey: a, remoteKey: B, psk: keyOf(8) }),
      openSession(far, { ...common, privateKey: b }).then((session) => {
        session.write(0, HELLO);
        return session;
      }),
    ]);
    await expect(first(initiator)).rejects.toMatchObject({ code: "P2P_ERR_SEALED_HANDSHAKE" });
    void collect(recipient);
  });
});

describe("the published attack, XOR of both directions and a known text,", () => {
  /** What the observer makes of both streams, knowing what the initiator says first. */
  async function attack(mode: SealedMode): Promise<string> {
    const taps: [Uint8Array[], Uint8Array[]] = [[], []];
    const [initiator, recipient] = await meddle({ mode, taps });
    const heard = first(recipient);
    await first(initiator);
    initiator.write(0, KNOWN);
    await heard;
    // After auth, and after ack: a header, its MAC and a byte of code come before the text in v5.
    const skip = mode === "off" ? 33 : 13;
    const [mine, theirs] = taps.map((writes) => {
      const all = concatBytes(...writes);
      const packet = 2 + (((all[0] ?? 0) << 8) | (all[1] ?? 0));
      return all.slice(packet + skip, packet + skip + KNOWN.length);
    });
    const mixed = xor(xor(mine ?? HELLO, theirs ?? HELLO), KNOWN);
    return new TextDecoder().decode(mixed);
  }

  test("reads RLPx v5", async () => {
    expect(await attack("off")).toBe(new TextDecoder().decode(HELLO));
  });

  test("gets nothing from a sealed session", async () => {
    expect(await attack("require")).not.toContain("secret");
  });
});
