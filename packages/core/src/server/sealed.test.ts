/**
 * Servers that agree on a sealed session, or must not agree on less.
 * @module
 */

import { afterEach, describe, expect, test } from "vitest";
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { SENTINEL } from "../devp2p/base-protocol.ts";
import { encodeHello } from "../devp2p/hello.ts";
import { sendItems } from "../devp2p/message.ts";
import type { Protocol } from "../devp2p/protocol.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import { systemClock, systemRandom } from "../env.ts";
import { nodeId } from "../node/id.ts";
import { replaceWrite } from "../replace-write.test.helper.ts";
import type { SealedMode } from "../rlpx/sealed-offer.ts";
import { openSession } from "../session/open-session.ts";
import { memoryStore } from "../store/memory-store.ts";
import { NodeDatabase } from "../store/node-database.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { memoryNetwork } from "../testing/memory-transport.ts";
import type { TraceEvent } from "../trace.ts";
import type { Transport } from "../transport.ts";
import { bytesToHex, concatBytes } from "../wire/bytes.ts";
import { str } from "../wire/schema.ts";
import { tuple } from "../wire/schema-list.ts";
import type { ServerOptions } from "./options.ts";
import { Server } from "./server.ts";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const network = memoryNetwork();
const clientKey = new Uint8Array(32).fill(9);
/** A thousand handshakes take some seconds, on a busy machine many. */
const PATIENT = { timeout: 120_000 };

/** Sends "foo" when it dialed; `heard` gets what comes. */
function echo(heard: (text: string) => void = () => {}, compress = false): Protocol {
  return defineProtocol({
    name: "echo",
    version: 1,
    length: 1,
    compress,
    async run(peer, rw) {
      if (!peer.inbound) await sendItems(rw, 0, "foo".repeat(100));
      for await (const msg of rw) {
        const [text] = msg.decode(tuple(str));
        heard(text);
        if (peer.inbound) await sendItems(rw, 0, text);
      }
    },
  });
}

async function start(options: ServerOptions = {}): Promise<Server> {
  const server = new Server({
    transports: [network.transport()],
    listen: ["memory://node:0"],
    protocols: [echo()],
    ...options,
  });
  servers.push(server);
  await server.start();
  return server;
}

const url = (server: Server): string => server.urls[0] ?? "";

/** Resolves to the next event of that type. */
async function next(server: Server, type: string) {
  for await (const event of server.events()) if (event.type === type) return event;
  throw new Error("the events ended");
}

/** Dials as another client would, with RLPx v5 and this Hello. */
async function dialV5(
  node: Server,
  caps = [{ name: "echo", version: 1 }],
  transport = network.transport(),
) {
  const session = await openSession(await transport.dial(node.self), {
    privateKey: clientKey,
    remoteKey: node.publicKey,
    clock: systemClock,
    random: systemRandom,
  });
  const publicKey = publicKeyOf(clientKey);
  session.write(0, encodeHello({ version: 5, name: "other", caps, listenPort: 0, publicKey }));
  return session;
}

describe("two servers", () => {
  const modes: [SealedMode, SealedMode, boolean][] = [
    ["prefer", "prefer", true],
    ["require", "prefer", true],
    ["prefer", "require", true],
    ["require", "require", true],
    ["prefer", "off", false],
    ["off", "prefer", false],
    ["off", "off", false],
  ];
  test.each(modes)("of %s and %s agree", async (dialing, listening, sealed) => {
    const node = await start({ sealed: listening });
    let got = (_text: string): void => {};
    const heard = new Promise<string>((resolve) => {
      got = resolve;
    });
    const tab = await start({ sealed: dialing, protocols: [echo(got)], listen: [] });
    const peer = await tab.connect(url(node));
    expect(peer.sealed).toBe(sealed);
    expect(await heard).toBe("foo".repeat(100));
    const [other] = node.peers;
    expect(other?.sealed).toBe(sealed);
    expect(peer.exporter === undefined).toBe(!sealed);
    expect(other?.exporter).toEqual(peer.exporter);
  });

  test.each([
    ["off", "require"],
    ["require", "off"],
  ] as const)("of %s and %s don't", async (dialing, listening) => {
    const node = await start({ sealed: listening });
    const tab = await start({ sealed: dialing, listen: [] });
    const failed = next(node, "fail");
    const code = "P2P_ERR_SEALED_REQUIRED";
    if (dialing === "require") await expect(tab.connect(url(node))).rejects.toMatchObject({ code });
    else {
      await expect(tab.connect(url(node))).rejects.toThrow();
      expect(await failed).toMatchObject({ code });
    }
    expect(node.peerCount + tab.peerCount).toBe(0);
  });

  test("with the same psk agree, with another one they don't", async () => {
    const psk = new Uint8Array(32).fill(1);
    const node = await start({ psk });
    const friend = await start({ psk: psk.slice(), listen: [] });
    expect((await friend.connect(url(node))).sealed).toBe(true);
    const stranger = await start({ psk: new Uint8Array(32), listen: [] });
    await expect(stranger.connect(url(node))).rejects.toMatchObject({
      code: "P2P_ERR_SEALED_HANDSHAKE",
    });
    await expect(start({ psk: new Uint8Array(16) })).rejects.toThrow(/psk/);
    await expect(start({ sealed: "maybe" as never })).rejects.toThrow(/sealed/);
  });

  test("compress where the protocol asks for it", async () => {
    const frames: TraceEvent[] = [];
    let got = (_text: string): void => {};
    const heard = new Promise<string>((resolve) => {
      got = resolve;
    });
    const node = await start({ protocols: [echo(undefined, true)] });
    const tab = await start({
      protocols: [echo(got, true)],
      listen: [],
      trace: (event) => frames.push(event),
    });
    await tab.connect(url(node));
    expect(await heard).toBe("foo".repeat(100));
    const echoed = frames.filter((event) => event.type === "frame" && event.protocol === "echo");
    expect(echoed).toMatchObject([
      { direction: "out", size: 306 },
      { direction: "in", size: 306 },
    ]);
    for (const event of echoed) expect(event).toHaveProperty("wireSize", expect.closeTo(30, -2));
  });
});

describe("a downgrade is seen", () => {
  const told = { code: "P2P_ERR_SEALED_DOWNGRADE", reason: 2 };

  test("when both Hellos of RLPx v5 say that they would have been sealed", async () => {
    const node = await start();
    const failed = next(node, "fail");
    await dialV5(node, [{ name: "echo", version: 1 }, SENTINEL]);
    expect(await failed).toMatchObject(told);
    expect(node.peerCount).toBe(0);
  });

  test("but not in a client that doesn't know sealed sessions, nor when it is off", async () => {
    const node = await start();
    const added = next(node, "add");
    await dialV5(node);
    expect(await added).toMatchObject({ inbound: true });
    const old = await start({ sealed: "off" });
    const alsoAdded = next(old, "add");
    await dialV5(old, [{ name: "echo", version: 1 }, SENTINEL]);
    expect(await alsoAdded).toMatchObject({ inbound: true });
  });

  test("when a node that was sealed before comes with RLPx v5, until it is forgotten", async () => {
    const node = await start();
    const tab = await start({ privateKey: clientKey, listen: [] });
    const peer = await tab.connect(url(node));
    await tab.stop();
    await peer.closed;
    while (node.peerCount > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const failed = next(node, "fail");
    await dialV5(node);
    expect(await failed).toMatchObject(told);
    node.forgetSealed(nodeId(publicKeyOf(clientKey)));
    const added = next(node, "add");
    await dialV5(node);
    expect(await added).toMatchObject({ type: "add" });
  });

  test("over a restart, where a database keeps who was sealed", async () => {
    const store = memoryStore();
    const options = {
      privateKey: new Uint8Array(32).fill(5),
      get nodeDatabase() {
        return new NodeDatabase(store);
      },
    };
    const node = await start(options);
    const tab = await start({ privateKey: clientKey, listen: [] });
    await tab.connect(url(node));
    await node.stop();
    const again = await start(options);
    const failed = next(again, "fail");
    await dialV5(again);
    expect(await failed).toMatchObject(told);
    again.forgetSealed(tab.id);
    await again.stop();
    const third = await start(options);
    const added = next(third, "add");
    await dialV5(third);
    expect(await added).toMatchObject({ type: "add" });
  });

  test("also by a dial that doesn't wait until that was read; what can't be read refuses all", async () => {
    let answer = (_error: Error): void => {};
    const nodeDatabase = new NodeDatabase({
      ...memoryStore(),
      get: (key) =>
        key.startsWith("sealed.")
          ? new Promise<undefined>((_, reject) => (answer = reject))
          : Promise.resolve(undefined),
    });
    const node = await start({ sealed: "off" });
    const tab = new Server({ transports: [network.transport()], nodeDatabase });
    servers.push(tab);
    const starting = tab.start();
    const connecting = tab.connect(url(node));
    await new Promise((resolve) => setTimeout(resolve));
    answer(new Error("can't be read"));
    await expect(starting).rejects.toThrow("can't be read");
    await expect(connecting).rejects.toThrow("can't be read");
    expect(node.peerCount).toBe(0);
  });

  test("when a node that we dialed before answers with RLPx v5", async () => {
    const privateKey = new Uint8Array(32).fill(5);
    const node = await start({ privateKey, listen: ["memory://node:7"] });
    const tab = await start({ listen: [] });
    const address = node.self;
    const peer = await tab.connect(address);
    await node.stop();
    await peer.closed;
    while (tab.peerCount > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const other = await start({ privateKey, listen: ["memory://node:7"], sealed: "off" });
    await expect(tab.connect(address)).rejects.toMatchObject(told);
    expect(other.peerCount).toBe(0);
    tab.forgetSealed(node.id);
    expect((await tab.connect(address)).sealed).toBe(false);
  });

  test("by never trying again without the offer", async () => {
    const node = await start();
    let dials = 0;
    let spoil = true;
    const inner = network.transport();
    const transport: Transport = {
      ...inner,
      async dial(address, options) {
        dials += 1;
        const stream = await inner.dial(address, options);
        if (!spoil) return stream;
        return replaceWrite(stream, (write) => async (bytes) => {
          await write(bytes);
          stream.abort();
        });
      },
    };
    const offers: unknown[] = [];
    const trace = (event: TraceEvent): void => {
      if (event.type === "handshake" && event.step === "auth") offers.push(event.sealed);
    };
    const tab = await start({ transports: [transport], listen: [], trace });
    await expect(tab.connect(url(node))).rejects.toThrow();
    expect(dials).toBe(1);
    spoil = false;
    expect((await tab.connect(url(node))).sealed).toBe(true);
    expect(offers).toEqual([[1], [1]]);
  });
});

describe("until its key is proved, the initiator is nobody", () => {
  /** The bytes that a genuine client would send first. */
  async function recordedAuth(node: Server, transport: Transport): Promise<Uint8Array> {
    const stream = await transport.dial(node.self);
    const written: Uint8Array[] = [];
    replaceWrite(stream, () => async (bytes) => {
      written.push(bytes.slice());
      throw new Error("only for the record");
    });
    const key = { privateKey: clientKey, remoteKey: node.publicKey };
    const rest = { clock: systemClock, random: systemRandom, sealed: "prefer" } as const;
    await openSession(stream, { ...key, ...rest }).catch(() => {});
    stream.abort();
    return concatBytes(...written);
  }

  test(
    "an auth replayed 1,000 times opens nothing, pins nothing and keeps nobody out",
    PATIENT,
    async () => {
      // Nobody's time runs out meanwhile.
      const clock = new FakeClock();
      const transport = memoryNetwork({ clock }).transport();
      const transports = [transport];
      const node = await start({ transports, clock, maxPendingPeers: 2_000 });
      const auth = await recordedAuth(node, transport);
      const answers = await Promise.all(
        Array.from({ length: 1_000 }, async () => {
          const stream = await transport.dial(node.self);
          await stream.write(auth);
          const { value: answer } = await stream[Symbol.asyncIterator]().next();
          return { stream, answer };
        }),
      );
      // Each was answered for itself, and nobody knows with what.
      expect(new Set(answers.map(({ answer }) => bytesToHex(answer))).size).toBe(1_000);
      expect(node.peerCount).toBe(0);
      const added = next(node, "add");
      const v5 = await dialV5(node, undefined, transport);
      expect(await added).toMatchObject({ peer: nodeId(publicKeyOf(clientKey)) });
      const dropped = next(node, "drop");
      v5.abort(new Error("over") as never);
      await dropped;
      const admitted = next(node, "add");
      const tab = await start({ transports, clock, privateKey: clientKey, listen: [] });
      expect((await tab.connect(url(node))).sealed).toBe(true);
      await admitted;
      for (const { stream } of answers) stream.abort();
      expect(node.peerCount).toBe(1);
    },
  );

  test("what it gets is one write: ack and the first record; then 5 s, then silence", async () => {
    const clock = new FakeClock();
    const quiet = memoryNetwork({ clock });
    const node = await start({
      transports: [quiet.transport()],
      listen: ["memory://node:0"],
      clock,
    });
    const failed = next(node, "fail");
    const stream = await quiet.transport().dial(node.self);
    const rest = { clock, random: systemRandom, sealed: "require" } as const;
    const key = { privateKey: clientKey, remoteKey: node.publicKey };
    const session = await openSession(stream, { ...key, ...rest });
    await clock.advance(4_999);
    expect(node.peerCount).toBe(0);
    await clock.advance(2);
    expect(await failed).toMatchObject({ code: "P2P_ERR_SEALED_HANDSHAKE", reason: undefined });
    session.abort(new Error("over") as never);
  });
});

describe("a stream that a relay carries", () => {
  /** A transport whose streams are carried, from the key that the relay names. */
  function carried(from?: Uint8Array): Transport {
    const inner = network.transport();
    return {
      ...inner,
      listen: (address, handlers, options) =>
        inner.listen?.(
          address,
          {
            ...handlers,
            onStream: (stream) =>
              handlers.onStream(Object.assign(stream, { requireSealed: from ? { from } : {} })),
          },
          options,
        ) ?? Promise.reject(new Error("can't listen")),
    };
  }

  test("is sealed or refused, whatever the option says", async () => {
    const node = await start({ transports: [carried()], sealed: "off" });
    const failed = next(node, "fail");
    await expect(dialV5(node)).rejects.toThrow();
    expect(await failed).toMatchObject({ code: "P2P_ERR_SEALED_REQUIRED" });
    const tab = await start({ listen: [] });
    expect((await tab.connect(url(node))).sealed).toBe(true);
  });

  test("must come from the key that the relay has named", async () => {
    const named = publicKeyOf(clientKey);
    const node = await start({ transports: [carried(named)] });
    const other = await start({ listen: [] });
    const failed = next(node, "fail");
    const peer = await other.connect(url(node));
    expect(await failed).toMatchObject({ code: "P2P_ERR_SEALED_HANDSHAKE" });
    expect(await peer.closed).toMatchObject({ code: expect.stringMatching(/TRUNCATED|STREAM/) });
    const tab = await start({ listen: [], privateKey: clientKey });
    expect((await tab.connect(url(node))).sealed).toBe(true);
  });

  test("to a node that only a relay reaches is required to be sealed", async () => {
    const node = await start({ sealed: "off" });
    const inner = network.transport();
    const transport: Transport = {
      ...inner,
      schemes: ["via"],
      dial: (_, options) => inner.dial(node.self, options),
    };
    const tab = await start({ transports: [transport], listen: [], sealed: "prefer" });
    const { publicKey, scheme } = node.self;
    await expect(tab.connect({ publicKey, scheme, via: "enode+ws://relay" })).rejects.toMatchObject(
      { code: "P2P_ERR_SEALED_REQUIRED" },
    );
  });
});
