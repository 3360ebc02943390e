/**
 * Dialing what the policy allows.
 * @module
 */

import type { Transport } from "@peerkit/core";
import { bytesToHex, generatePrivateKey, P2PError, publicKeyOf } from "@peerkit/core";
import { FakeClock } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import { streamPair } from "../../streams.test.helper.ts";
import { RelayCode } from "../../wire/codes.ts";
import { dialTarget } from "./dial-target.ts";
import { Policy } from "./policy.ts";

const publicKey = publicKeyOf(generatePrivateKey());
const target = { publicKey, host: "node.example", port: 30303 };
const policy = new Policy({ allow: [`enode://${bytesToHex(publicKey)}@node.example:30303`] });
const lookup = async () => ["8.8.8.8", "8.8.4.4"];

function transport(dial: Transport["dial"]): Transport {
  return { name: "tcp", schemes: ["tcp"], dial };
}

test("dials the one address that was looked at, not the name", async () => {
  const [stream] = await streamPair();
  let dialed: unknown;
  const tcp = transport(async ({ host, port }) => {
    dialed = { host, port };
    return stream;
  });
  const clock = new FakeClock();
  expect(await dialTarget(target, { policy, tcp, clock, lookup })).toBe(stream);
  expect(dialed).toEqual({ host: "8.8.8.8", port: 30303 });
  expect(clock.pending).toBe(0);
});

test("a node that never accepts is given up after 5 s", async () => {
  const clock = new FakeClock();
  const tcp = transport(
    (_, options) =>
      new Promise((_resolve, reject) => {
        options?.signal?.addEventListener("abort", () => reject(options.signal?.reason));
      }),
  );
  const dialing = dialTarget(target, { policy, tcp, clock, lookup });
  await clock.advance(5_000);
  expect(await dialing).toMatchObject({ code: RelayCode.DialFailed, text: "no answer within 5 s" });
});

test("a resolver that never answers is given up after 5 s", async () => {
  const clock = new FakeClock();
  const tcp = transport(() => Promise.reject(new Error("not dialed")));
  const dialing = dialTarget(target, {
    policy,
    tcp,
    clock,
    lookup: () => new Promise(() => {}),
  });
  await clock.advance(5_000);
  expect(await dialing).toMatchObject({ code: RelayCode.DialFailed, text: "no answer within 5 s" });
});

test("what a failure says doesn't tell where the name leads", async () => {
  const cause = Object.assign(new Error("connect ECONNREFUSED 8.8.8.8:30303"), {
    code: "ECONNREFUSED",
  });
  const failure = new P2PError("can't reach tcp://8.8.8.8:30303", {
    code: "P2P_ERR_DIAL_FAILED",
    cause,
  });
  const tcp = transport(() => Promise.reject(failure));
  const answer = await dialTarget(target, { policy, tcp, clock: new FakeClock(), lookup });
  expect(answer).toMatchObject({ code: RelayCode.DialFailed });
  expect(JSON.stringify(answer)).not.toMatch(/8\.8/);
});

test("what the policy refuses isn't dialed", async () => {
  const tcp = transport(() => Promise.reject(new Error("dialed")));
  const clock = new FakeClock();
  const rebound = async () => ["127.0.0.1"];
  expect(await dialTarget(target, { policy, tcp, clock, lookup: rebound })).toMatchObject({
    code: RelayCode.NotAllowed,
  });
});
