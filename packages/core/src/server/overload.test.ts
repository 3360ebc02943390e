/**
 * A node under more handshakes than it can do: it refuses those that waited longest, typed, and the
 * others and its peers are served.
 * @module
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { generatePrivateKey, loadCurve } from "../crypto/secp256k1.ts";
import { onTurnEnd, systemRandom } from "../env.ts";
import { initiate } from "../rlpx/handshake.ts";
import { runJob } from "../rlpx/jobs.ts";
import { loadFrameEngine } from "../rlpx/load-frame-engine.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { memoryNetwork } from "../testing/memory-transport.ts";
import type { ByteStream, Transport } from "../transport.ts";
import type { ServerEvent } from "./events.ts";
import type { ServerOptions } from "./options.ts";
import { Server } from "./server.ts";

const OVERLOAD = "P2P_ERR_HANDSHAKE_OVERLOAD";

let clock: FakeClock;
let transport: Transport;
const servers: Server[] = [];

beforeEach(async () => {
  clock = new FakeClock();
  transport = memoryNetwork({ clock }).transport();
  // What is being loaded is neither refused nor ended.
  await Promise.all([loadCurve(), loadFrameEngine()]);
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await turn();
  expect(clock.pending).toBe(0);
});

async function start(options: ServerOptions = {}): Promise<Server> {
  const listen = ["memory://node:0"];
  const server = new Server({ transports: [transport], listen, clock, ...options });
  servers.push(server);
  await server.start();
  return server;
}

/** The first packet of a stranger, in RLPx v5. */
function authFor(node: Server): Uint8Array {
  const privateKey = generatePrivateKey();
  const handshake = initiate(node.publicKey, { privateKey, random: systemRandom });
  let step = handshake.next();
  while (!step.done && step.value.do === "compute") step = handshake.next(runJob(step.value.job));
  if (step.done || step.value.do !== "write") throw new Error("expected a packet");
  return step.value.bytes;
}

/** So many strangers that send their first packet in the same turn. */
async function strangers(node: Server, count: number): Promise<ByteStream[]> {
  const auths = Array.from({ length: count }, () => authFor(node));
  const streams = await Promise.all(auths.map(() => transport.dial(node.self)));
  streams.forEach((stream, at) => void stream.write(auths[at]!));
  return streams;
}

/** "answered" with an ack, or "refused" without a byte. */
async function outcome(stream: ByteStream): Promise<string> {
  try {
    for await (const chunk of stream) return chunk.length > 300 ? "answered" : "?";
  } catch {
    // It was dropped, not closed.
  }
  return "refused";
}

const turn = (): Promise<void> => new Promise((resolve) => onTurnEnd(resolve));

function collect(server: Server): ServerEvent[] {
  const seen: ServerEvent[] = [];
  void (async () => {
    for await (const event of server.events()) seen.push(event);
  })();
  return seen;
}

describe("more handshakes than may wait", () => {
  test("are refused, the one that waited longest first, and the others are answered", async () => {
    const node = await start({ maxQueuedHandshakes: 2 });
    const events = collect(node);
    const streams = await strangers(node, 5);
    // The first began at once; the last two are those that may wait.
    expect(await Promise.all(streams.map(outcome))).toEqual([
      "answered",
      "refused",
      "refused",
      "answered",
      "answered",
    ]);
    const failed = events.filter((event) => event.type === "fail");
    const addresses = streams.slice(1, 3).map(({ localAddress }) => localAddress);
    expect(failed).toEqual(
      addresses.map((remoteAddress) =>
        expect.objectContaining({ inbound: true, code: OVERLOAD, remoteAddress }),
      ),
    );
  });

  test("don't keep a peer from its round trips, nor the node from dialing", async () => {
    const node = await start({ maxQueuedHandshakes: 1 });
    const [tab, other] = [await start({ listen: [] }), await start()];
    const peer = await tab.connect(node.urls[0]!);
    const streams = await strangers(node, 8);
    const pong = peer.ping();
    const dialed = node.connect(other.urls[0]!);
    expect(await pong).toBeGreaterThanOrEqual(0);
    expect((await dialed).id).toBe(other.id);
    const outcomes = await Promise.all(streams.map(outcome));
    expect(outcomes.filter((text) => text === "answered").length).toBe(2);
  });

  test("are all done that the door lets in, unless it is said otherwise", async () => {
    const node = await start({ maxPendingPeers: 6 });
    const outcomes = await Promise.all((await strangers(node, 6)).map(outcome));
    expect(outcomes).toEqual(Array(6).fill("answered"));
  });

  test("end with the server that they wait for", async () => {
    const node = await start();
    const streams = await strangers(node, 6);
    await turn();
    await node.stop();
    expect((await Promise.all(streams.map(outcome))).slice(2)).toEqual(Array(4).fill("refused"));
  });

  test("aren't done for strangers who have gone meanwhile", async () => {
    const node = await start();
    const events = collect(node);
    const [first, ...gone] = await strangers(node, 4);
    await turn();
    for (const stream of gone) stream.abort();
    expect(await outcome(first!)).toBe("answered");
    for (let i = 0; i < 3; i++) await turn();
    expect(events.map((event) => event.type === "fail" && event.code)).toEqual(
      Array(3).fill("P2P_ERR_STREAM_CLOSED"),
    );
  });
});

describe("the options", () => {
  test.each(["maxQueuedHandshakes", "handshakeWorkers"])("refuse a %s that is no count", (name) => {
    expect(() => new Server({ [name]: -1 })).toThrow(RangeError);
    expect(() => new Server({ [name]: 1.5 })).toThrow(name);
  });
});
