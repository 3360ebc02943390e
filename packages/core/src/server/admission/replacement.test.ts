/**
 * A node that is connected comes a second time: the first connection stays if it lives, and goes
 * within 2 s if it doesn't.
 * @module
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Peer } from "../../devp2p/peer.ts";
import { systemRandom } from "../../env.ts";
import { DiscReason } from "../../errors.ts";
import { openSession } from "../../session/open-session.ts";
import type { ByteStream, Transport } from "../../transport.ts";
import type { ServerEvent } from "../events.ts";
import type { ServerOptions } from "../options.ts";
import type { Server } from "../server.ts";
import { idle, newKit, next, url } from "./server-kit.test.helper.ts";

const privateKey = new Uint8Array(32).fill(6);

let kit: ReturnType<typeof newKit>;
beforeEach(() => {
  kit = newKit();
});
afterEach(async () => {
  await kit.stop();
  await kit.clock.advance(30_000);
  expect(kit.clock.pending).toBe(0);
});

/** A transport whose streams can lose their way, as when a laptop changes networks. */
function newLine(): { transport: Transport; cut: () => void } {
  const inner = kit.transport;
  let cut = false;
  const lose = (stream: ByteStream): ByteStream => ({
    ...(stream.remoteAddress !== undefined && { remoteAddress: stream.remoteAddress }),
    ...(stream.localAddress !== undefined && { localAddress: stream.localAddress }),
    pausable: true,
    closed: stream.closed,
    write: (...args) => (cut ? Promise.resolve() : stream.write(...args)),
    close: () => (cut ? Promise.resolve() : stream.close()),
    abort: (reason) => (cut ? undefined : stream.abort(reason)),
    async *[Symbol.asyncIterator]() {
      for await (const bytes of stream) {
        if (cut) await new Promise(() => {});
        yield bytes;
      }
    },
  });
  const transport = {
    ...inner,
    dial: async (...args: Parameters<typeof inner.dial>) => lose(await inner.dial(...args)),
  };
  return {
    transport,
    cut: () => {
      cut = true;
    },
  };
}

const modes: readonly (readonly [string, ServerOptions])[] = [
  ["sealed sessions", {}],
  ["RLPx v5", { sealed: "off" }],
];

describe.each(modes)("with %s", (_, options) => {
  let node: Server;
  let seen: ServerEvent[];

  /** A node, and a peer on a line that can be cut. */
  async function connected(more: ServerOptions = {}) {
    node = await kit.start({ ...options, ...more });
    const line = newLine();
    const tab = await comeAgain({ transports: [line.transport] });
    const added = next(node, "add");
    const peer = await tab.connect(url(node));
    await added;
    seen = [];
    void (async () => {
      for await (const event of node.events()) seen.push(event);
    })();
    return { peer, first: node.peers[0] as Peer, cut: line.cut };
  }

  /** The same node once more, as another process or after a change of networks. */
  const comeAgain = (more: ServerOptions = {}) =>
    kit.start({ ...options, listen: [], privateKey, ...more });

  /** What comes of its dial: the peer that stays, or the reason. */
  async function dial(tab: Server): Promise<Peer | number | undefined> {
    try {
      const peer = await tab.connect(url(node));
      const left = await Promise.race([peer.closed, kit.clock.advance(10)]);
      return left ? left.reason : peer;
    } catch (error) {
      return (error as { reason?: number }).reason;
    }
  }

  const kinds = () => seen.map(({ type }) => type);

  test("a first connection that answers stays, and the second is told at once", async () => {
    const { peer, first } = await connected();
    expect(await dial(await comeAgain())).toBe(DiscReason.AlreadyConnected);
    expect(node.peers).toEqual([first]);
    expect(await Promise.race([peer.closed, "alive"])).toBe("alive");
    expect(kinds()).toEqual(["fail"]);
  });

  test("one that doesn't answer makes place within 2 s", async () => {
    const { first, cut } = await connected();
    cut();
    const tab = await comeAgain();
    const again = tab.connect(url(node));
    await kit.clock.advance(1_990);
    expect(node.peers).toEqual([first]);
    await kit.clock.advance(20);
    const peer = await again;
    expect(node.peers.map(({ id }) => id)).toEqual([tab.id]);
    expect(node.peers[0]).not.toBe(first);
    expect(kinds()).toEqual(["drop", "add"]);
    expect(seen[0]).toMatchObject({ code: "P2P_ERR_REPLACED", remote: false });
    expect(await first.closed).toMatchObject({ code: "P2P_ERR_REPLACED" });
    expect(await peer.ping()).toBe(0);
  });

  test("one that ends meanwhile makes place at once", async () => {
    const { first, cut } = await connected();
    cut();
    const again = (await comeAgain()).connect(url(node));
    await kit.clock.advance(500);
    first.disconnect();
    await kit.clock.advance(10);
    await again;
    await kit.clock.advance(10);
    expect(node.peerCount).toBe(1);
    expect(node.peers[0]).not.toBe(first);
  });

  test("a third is told at once while the first is being asked", async () => {
    const { cut } = await connected();
    cut();
    const second = await comeAgain();
    const again = second.connect(url(node));
    await kit.clock.advance(1_000);
    expect(await dial(await comeAgain())).toBe(DiscReason.AlreadyConnected);
    await kit.clock.advance(1_100);
    await again;
    expect(node.peerCount).toBe(1);
    expect(node.peers[0]?.remoteAddress).toBe(second.peers[0]?.localAddress);
  });

  test("a newcomer that goes away again doesn't cost the first its place", async () => {
    const { first, cut } = await connected();
    cut();
    const tab = await comeAgain();
    const again = tab.connect(url(node)).catch(() => {});
    await kit.clock.advance(1_000);
    await tab.stop();
    await kit.clock.advance(5_000);
    await again;
    expect(node.peers).toEqual([first]);
  });

  test("the place of the first doesn't count against the second", async () => {
    const full = await connected({ maxPeers: 2 });
    expect(node.maxInboundConns).toBe(1);
    full.cut();
    const again = dial(await comeAgain());
    await kit.clock.advance(2_100);
    // In a sealed session the node doesn't know yet who comes when it says that it is full.
    if (options.sealed === "off") expect(await again).toMatchObject({ id: node.id });
    else expect(await again).toBe(DiscReason.TooManyPeers);
  });

  test("a stop meanwhile ends both", async () => {
    const { cut } = await connected();
    cut();
    const again = (await comeAgain()).connect(url(node));
    again.catch(() => {});
    await kit.clock.advance(1_000);
    const stopped = node.stop();
    await kit.clock.advance(2_000);
    await stopped;
    expect(node.peerCount).toBe(0);
  });

  test("protocols get the peer again when they have let it go", async () => {
    const log: string[] = [];
    const slow = {
      ...idle(),
      async run(_peer: Peer, _rw: unknown, signal: AbortSignal) {
        log.push("run");
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        await new Promise<void>((resolve) => kit.clock.setTimer(300, resolve));
        log.push("end");
      },
    };
    const { cut } = await connected({ protocols: [slow] });
    cut();
    const again = (await comeAgain()).connect(url(node));
    await kit.clock.advance(2_200);
    expect(log).toEqual(["run"]);
    await kit.clock.advance(200);
    await again;
    expect(log).toEqual(["run", "end", "run"]);
  });
});

test("who only claims a key of ours to be connected moves nothing", async () => {
  const node = await kit.start({ sealed: "off" });
  const tab = await kit.start({ sealed: "off", listen: [], privateKey });
  await tab.connect(url(node));
  const { messagesOut } = node.peers[0]!.traffic;
  // With the right key up to its Hello, which is the proof.
  const stream = await kit.transport.dial(node.self);
  const claim = { privateKey, remoteKey: node.publicKey, clock: kit.clock, random: systemRandom };
  const session = await openSession(stream, claim);
  const failed = next(node, "fail");
  let told = 0;
  session.onBatch = (messages) => {
    told += messages.length;
  };
  session.resume();
  await kit.clock.advance(10_000);
  expect(await failed).toMatchObject({ code: "P2P_ERR_HANDSHAKE_TIMEOUT" });
  expect(told).toBe(0);
  expect(node.peers[0]!.traffic.messagesOut).toBe(messagesOut);
  expect(node.peerCount).toBe(1);
});
