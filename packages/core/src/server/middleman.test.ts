/**
 * Somebody in between of two servers who has no private key, one of theirs, or both: whatever is done
 * to the offer and the choice, no application byte is sent in a session that is less than it might be.
 * @see docs/wire/sealed.md, section 2
 * @module
 */

import { afterEach, describe, expect, test } from "vitest";
import { sendItems } from "../devp2p/message.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import { systemClock, systemRandom } from "../env.ts";
import { replaceWrite } from "../replace-write.test.helper.ts";
import type { SealedMode } from "../rlpx/sealed-offer.ts";
import { openSession } from "../session/open-session.ts";
import { rewritten } from "../session/sealed/packets.test.helper.ts";
import { memoryNetwork } from "../testing/memory-transport.ts";
import { SeededRandom } from "../testing/simulation/seeded-random.ts";
import type { ByteStream, Transport } from "../transport.ts";
import { utf8ToBytes } from "../wire/bytes.ts";
import type { ServerEvent } from "./events.ts";
import type { ServerOptions } from "./options.ts";
import { Server } from "./server.ts";

const a = new Uint8Array(32).fill(3);
const b = new Uint8Array(32).fill(4);
const SEALED = utf8ToBytes("sealed");
const network = memoryNetwork();

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/**
 * A server that counts the runs of its protocol, which begin with a message. Its chance is repeated:
 * one frame of RLPx v5 in 255 begins like a record of a length that is allowed, and whoever waits
 * for the rest of that one learns no more than that the other side is gone.
 */
async function start(options: ServerOptions) {
  const state = { runs: 0 };
  const protocol = defineProtocol({
    name: "app",
    version: 1,
    length: 1,
    async run(_, rw) {
      state.runs += 1;
      await sendItems(rw, 0, "secret");
      for await (const _msg of rw);
    },
  });
  const transports = [network.transport()];
  const random = new SeededRandom(servers.length).fill;
  const server = new Server({ transports, protocols: [protocol], random, ...options });
  servers.push(server);
  await server.start();
  return { server, state };
}

const startB = (options: ServerOptions = {}) =>
  start({ privateKey: b, listen: ["memory://node:0"], ...options });

async function failure(server: Server): Promise<ServerEvent> {
  for await (const event of server.events()) if (event.type === "fail") return event;
  throw new Error("the events ended");
}

type Change = (firstBytes: Uint8Array) => Uint8Array;

/** Changes the first bytes that a side writes. */
function changeFirst(stream: ByteStream, change: Change | undefined): ByteStream {
  let isFirst = true;
  return replaceWrite(stream, (write) => (bytes, options) => {
    const sent = isFirst && change ? change(bytes) : bytes;
    isFirst = false;
    return write(sent, options);
  });
}

/** The network with somebody in between. */
function tampered(auth: Change | undefined, ack: Change | undefined): Transport {
  const inner = network.transport();
  return {
    ...inner,
    dial: async (address, options) => changeFirst(await inner.dial(address, options), auth),
    listen: (address, handlers, options) => {
      const onStream = (stream: ByteStream): void => handlers.onStream(changeFirst(stream, ack));
      return inner.listen?.(address, { ...handlers, onStream }, options) as never;
    },
  };
}

/** With `key`, b for auth or a for ack: puts other elements in place of the offer or choice. */
const put =
  (key: Uint8Array, ...elements: Uint8Array[][]): Change =>
  (bytes) =>
    rewritten(bytes, key, (list) => [...list.slice(0, key === b ? 4 : 3), ...elements]);

const sealed = (...versions: number[]): Uint8Array[] => [
  SEALED,
  ...versions.map((version) => Uint8Array.of(version)),
];

const flip: Change = (bytes) => {
  const copy = bytes.slice();
  copy[150]! ^= 1;
  return copy;
};

interface Case {
  readonly title: string;
  readonly modes?: readonly [SealedMode, SealedMode];
  readonly auth?: Change;
  readonly ack?: Change;
  /** How the dialing and the listening server explain it. */
  readonly codes: readonly [string, string];
}

const OFFER = "P2P_ERR_SEALED_OFFER";
const FAILED = "P2P_ERR_SEALED_HANDSHAKE";
/** It learns nothing but that the other side is gone. */
const DROPPED = "P2P_ERR_STREAM";
const DECRYPT = "P2P_ERR_HANDSHAKE_DECRYPT";
const MAC = "P2P_ERR_BAD_HEADER_MAC";
const DOWNGRADE = "P2P_ERR_SEALED_DOWNGRADE";

const cases: readonly Case[] = [
  { title: "no key: changes auth", auth: flip, codes: [DROPPED, DECRYPT] },
  { title: "no key: changes ack", ack: flip, codes: [DECRYPT, DROPPED] },
  { title: "b: encrypts auth anew", auth: put(b, sealed(1)), codes: [FAILED, DROPPED] },
  { title: "b: removes the offer", auth: put(b), codes: [DOWNGRADE, MAC] },
  { title: "b: doubles the offer", auth: put(b, sealed(1), sealed(1)), codes: [DROPPED, OFFER] },
  { title: "b: offers another version", auth: put(b, sealed(2)), codes: [DOWNGRADE, MAC] },
  { title: "b: offers one more version", auth: put(b, sealed(1, 2)), codes: [FAILED, DROPPED] },
  {
    title: "b: adds an offer that wasn't made",
    modes: ["off", "prefer"],
    auth: put(b, sealed(1)),
    codes: [MAC, FAILED],
  },
  { title: "a: encrypts ack anew", ack: put(a, sealed(1)), codes: [FAILED, DROPPED] },
  { title: "a: removes the choice", ack: put(a), codes: [MAC, FAILED] },
  { title: "a: doubles the choice", ack: put(a, sealed(1), sealed(1)), codes: [OFFER, DROPPED] },
  { title: "a: chooses another version", ack: put(a, sealed(2)), codes: [OFFER, DROPPED] },
  {
    title: "a: adds a choice that wasn't made",
    modes: ["prefer", "off"],
    ack: put(a, sealed(1)),
    codes: [FAILED, DROPPED],
  },
  {
    title: "a and b: remove offer and choice",
    auth: put(b),
    ack: put(a),
    codes: [MAC, MAC],
  },
  {
    title: "a and b: remove the offer, add the choice",
    auth: put(b),
    ack: put(a, sealed(1)),
    codes: [FAILED, DROPPED],
  },
  {
    title: "a and b: encrypt both anew",
    auth: put(b, sealed(1)),
    ack: put(a, sealed(1)),
    codes: [FAILED, DROPPED],
  },
];

describe("somebody in between with", () => {
  test.each(cases)("$title: no session", async ({ modes = [], auth, ack, codes }) => {
    const transports = [tampered(auth, ack)];
    const node = await startB({ transports, sealed: modes[1] });
    const tab = await start({ transports, privateKey: a, sealed: modes[0] });
    const failed = failure(node.server);
    const connecting = tab.server.connect(node.server.urls[0] ?? "");
    const error = await connecting.then(
      () => undefined,
      (cause) => cause,
    );
    expect([error?.code, ((await failed) as { code: string }).code]).toEqual(codes);
    expect([node.state.runs, tab.state.runs]).toEqual([0, 0]);
  });

  test("nothing to do with it: a sealed session", async () => {
    const transports = [tampered(undefined, undefined)];
    const node = await startB({ transports });
    const tab = await start({ transports, privateKey: a });
    expect((await tab.server.connect(node.server.urls[0] ?? "")).sealed).toBe(true);
  });

  test("a and b: is both ends in RLPx v5, and passes the Hellos on: both see the downgrade", async () => {
    const node = await startB();
    const between = await network.transport().listen!(
      { scheme: "memory", host: "between", port: 0 },
      {
        admit: () => true,
        onStream: (stream) => void passOn(stream, node.server),
      },
    );
    const tab = await start({ privateKey: a });
    const failed = failure(node.server);
    const connecting = tab.server.connect({ ...between.address, publicKey: node.server.publicKey });
    await expect(connecting).rejects.toMatchObject({ code: DOWNGRADE });
    expect(await failed).toMatchObject({ code: DOWNGRADE });
    expect([node.state.runs, tab.state.runs]).toEqual([0, 0]);
    await between.close();
  });

  test("b: is the node, and then only what the dialer asks for or remembers can tell", async () => {
    const listen = ["memory://node:9"];
    const genuine = await startB({ listen });
    const pinned = await start({ privateKey: a });
    const peer = await pinned.server.connect(genuine.server.self);
    expect(peer.sealed).toBe(true);
    await genuine.server.stop();
    await peer.closed;
    const thief = await startB({ listen, sealed: "off" });
    const address = thief.server.self;
    await expect.poll(() => pinned.server.peerCount).toBe(0);
    await expect(pinned.server.connect(address)).rejects.toMatchObject({ code: DOWNGRADE });
    const strict = await start({ sealed: "require" });
    const required = { code: "P2P_ERR_SEALED_REQUIRED" };
    await expect(strict.server.connect(address)).rejects.toMatchObject(required);
    const newcomer = await start({});
    expect((await newcomer.server.connect(address)).sealed).toBe(false);
  });
});

/** Has both keys: speaks RLPx v5 with either side as the other, and passes on what each says. */
async function passOn(stream: ByteStream, node: Server): Promise<void> {
  const platform = { clock: systemClock, random: systemRandom };
  const [near, far] = await Promise.all([
    openSession(stream, { ...platform, privateKey: b }),
    network
      .transport()
      .dial(node.self)
      .then((to) => openSession(to, { ...platform, privateKey: a, remoteKey: node.publicKey })),
  ]);
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.onBatch = (batch) => {
      for (const { code, payload } of batch) to.write(code, payload);
      from.resume();
    };
    from.resume();
  }
}
