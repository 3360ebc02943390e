/**
 * `maxMessageBytes`: what a peer may send in one message, in either kind of session.
 * @module
 */

import { afterEach, describe, expect, test } from "vitest";
import type { MsgReadWriter } from "../devp2p/message.ts";
import type { Protocol } from "../devp2p/protocol.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import { systemRandom } from "../env.ts";
import { DiscReason } from "../errors.ts";
import { replaceWrite } from "../replace-write.test.helper.ts";
import { memoryNetwork } from "../testing/memory-transport.ts";
import type { ByteStream, Transport } from "../transport.ts";
import type { ServerEvent } from "./events.ts";
import type { ServerOptions } from "./options.ts";
import { Server } from "./server.ts";

const LIMIT = 4_096;

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const network = memoryNetwork();

async function start(options: ServerOptions): Promise<Server> {
  const server = new Server({ transports: [network.transport()], ...options });
  servers.push(server);
  await server.start();
  return server;
}

/** A node with the limit, its end of one protocol with a dialer, and the dialer's. */
async function connected(sealed: "off" | "require", transport: Transport, compress = false) {
  const sizes: number[] = [];
  const [dropped, tellDropped] = later<ServerEvent>();
  const node = await start({
    sealed,
    maxMessageBytes: LIMIT,
    listen: ["memory://node:0"],
    protocols: [
      protocol(compress, async (_, rw) => {
        for await (const msg of rw) sizes.push(msg.payload.length);
      }),
    ],
  });
  void (async () => {
    for await (const event of node.events()) if (event.type === "drop") tellDropped(event);
  })();
  const [running, tellRunning] = later<MsgReadWriter>();
  const dialer = await start({
    sealed,
    transports: [transport],
    protocols: [
      protocol(compress, (_, rw, signal) => {
        tellRunning(rw);
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      }),
    ],
  });
  const peer = await dialer.connect(node.self);
  return { peer, rw: await running, sizes, dropped };
}

function later<T>(): [Promise<T>, (value: T) => void] {
  let resolve = (_: T): void => {};
  return [new Promise<T>((given) => (resolve = given)), (value) => resolve(value)];
}

function protocol(compress: boolean, run: Protocol["run"]): Protocol {
  return defineProtocol({ name: "limit", version: 1, length: 1, compress, run });
}

/** Lets only the beginning of a large write through. */
function cutting(inner: Transport): Transport {
  const cut = (stream: ByteStream): ByteStream =>
    replaceWrite(
      stream,
      (write) => (bytes, options) =>
        write(bytes.length > LIMIT ? bytes.subarray(0, 64) : bytes, options),
    );
  return { ...inner, dial: async (...args) => cut(await inner.dial(...args)) };
}

const random = (size: number): Uint8Array => systemRandom(new Uint8Array(size));

describe.each(["off", "require"] as const)("sealed: %s", (sealed) => {
  test("the largest message that is allowed comes; one byte more ends the peer, which is told", async () => {
    const { peer, rw, sizes, dropped } = await connected(sealed, network.transport());
    await rw.writeMsg(0, random(LIMIT));
    await rw.writeMsg(0, random(LIMIT + 1));
    expect(await peer.closed).toMatchObject({ reason: DiscReason.ProtocolError, remote: true });
    expect(await dropped).toMatchObject({ code: "P2P_ERR_OVERSIZED_MESSAGE", remote: false });
    expect(sizes).toEqual([LIMIT]);
  });

  test("8 MiB in one message end the peer", async () => {
    const { peer, rw, dropped } = await connected(sealed, network.transport());
    void rw.writeMsg(0, random(2 ** 23)).catch(() => {});
    expect(await dropped).toMatchObject({ code: "P2P_ERR_OVERSIZED_MESSAGE" });
    expect(await peer.closed).toMatchObject({ reason: DiscReason.ProtocolError });
  });

  test("a message that is small on its way and large afterwards ends the peer", async () => {
    const { peer, rw, sizes, dropped } = await connected(sealed, network.transport(), true);
    await rw.writeMsg(0, new Uint8Array(LIMIT));
    await rw.writeMsg(0, new Uint8Array(LIMIT * 4));
    expect(await dropped).toMatchObject({ code: "P2P_ERR_OVERSIZED_MESSAGE" });
    expect(await peer.closed).toMatchObject({ reason: DiscReason.ProtocolError });
    expect(sizes).toEqual([LIMIT]);
  });
});

test("a frame that announces too much is refused before its body has come", async () => {
  const { rw, dropped } = await connected("off", cutting(network.transport()));
  await rw.writeMsg(0, random(2 * LIMIT));
  expect(await dropped).toMatchObject({ code: "P2P_ERR_OVERSIZED_MESSAGE" });
});

test.each([2_047, 16_777_216, 4_096.5, -1])("%d is no limit", (maxMessageBytes) => {
  expect(() => new Server({ maxMessageBytes })).toThrow(/^maxMessageBytes: expected/);
});
