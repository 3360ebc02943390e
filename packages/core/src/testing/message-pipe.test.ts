/**
 * Pipes of messages and of peers, for the tests of protocols.
 * @module
 */

import { describe, expect, test } from "vitest";
import { send, sendItems } from "../devp2p/message.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import { DiscReason } from "../errors.ts";
import { str, uint } from "../wire/schema.ts";
import { tuple } from "../wire/schema-list.ts";
import { FakeClock } from "./fake-clock.ts";
import { expectMsg, messagePipe, peerPipe } from "./message-pipe.ts";

const code = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "done",
    (error) => error.code,
  );

/** What a promise has come to by now. */
const stateOf = (work: Promise<unknown>): Promise<unknown> =>
  Promise.race([code(work), new Promise((resolve) => setImmediate(resolve, "waits"))]);

describe("a message pipe", () => {
  test("carries messages both ways, in order, as copies", async () => {
    const [first, second] = messagePipe();
    const bytes = Uint8Array.of(1, 2, 3);
    await first.writeMsg(7, bytes);
    bytes.fill(0);
    await first.writeMsg(8, bytes);
    await second.writeMsg(9, bytes);
    expect(await second.readMsg()).toMatchObject({ code: 7, payload: Uint8Array.of(1, 2, 3) });
    expect(await second.readMsg()).toMatchObject({ code: 8, size: 3 });
    expect((await first.readMsg()).code).toBe(9);
  });

  test("has so many codes and no more", async () => {
    const [first] = messagePipe(2);
    expect(await code(first.writeMsg(1, new Uint8Array(0)))).toBe("done");
    expect(await code(first.writeMsg(2, new Uint8Array(0)))).toBe("P2P_ERR_INVALID_MSG_CODE");
  });

  test("that was closed can be read to its end, at both ends", async () => {
    const [first, second] = messagePipe();
    await first.writeMsg(1, new Uint8Array(1));
    const waiting = code(first.readMsg());
    second.close();
    second.close();
    expect(await waiting).toBe("P2P_ERR_CLOSED");
    expect((await second.readMsg()).code).toBe(1);
    for (const end of [first, second]) {
      expect(await code(end.readMsg())).toBe("P2P_ERR_CLOSED");
      expect(await code(end.writeMsg(1, new Uint8Array(1)))).toBe("P2P_ERR_CLOSED");
      for await (const _ of end) expect.unreachable();
    }
  });

  test("that waits lets a writer go on when its message was read, and an empty one at once", async () => {
    const [first, second] = messagePipe(16, { waits: true });
    const empty = first.writeMsg(0, new Uint8Array(0));
    const one = first.writeMsg(1, new Uint8Array(1));
    const two = first.writeMsg(2, new Uint8Array(1));
    expect(await Promise.all([empty, one, two].map(stateOf))).toEqual(["done", "waits", "waits"]);
    await second.readMsg();
    expect(await stateOf(one)).toBe("waits");
    await second.readMsg();
    expect(await Promise.all([one, two].map(stateOf))).toEqual(["done", "waits"]);
    const read = second.readMsg().then(() => second.readMsg());
    await first.writeMsg(3, new Uint8Array(1));
    expect((await read).code).toBe(3);
  });

  test("that waits rejects its writers when either end closes", async () => {
    for (const side of [0, 1] as const) {
      const pipe = messagePipe(16, { waits: true });
      const writes = pipe.map((end) => code(end.writeMsg(0, new Uint8Array(1))));
      pipe[side].close();
      expect(await Promise.all(writes)).toEqual(["P2P_ERR_CLOSED", "P2P_ERR_CLOSED"]);
    }
  });
});

describe("expecting a message", () => {
  test("compares code and content, by a schema or without", async () => {
    const [first, second] = messagePipe();
    await sendItems(first, 1, "a", 2);
    await expectMsg(second, 1, ["a", 2]);
    const pair = tuple(str, uint);
    await send(first, 2, ["b", 3], pair);
    await expectMsg(second, 2, ["b", 3], pair);
  });

  test("looks at the code only when there is no content", async () => {
    const [first, second] = messagePipe();
    await first.writeMsg(1, Uint8Array.of(0xff, 0xff));
    await expectMsg(second, 1);
  });

  test("says what came instead", async () => {
    const [first, second] = messagePipe();
    await sendItems(first, 1, "a");
    await sendItems(first, 1, "a");
    await expect(expectMsg(second, 2)).rejects.toThrow("expected message code 2, got 1");
    await expect(expectMsg(second, 1, ["b"])).rejects.toThrow("expected payload c162, got c161");
    first.close();
    await expect(expectMsg(second, 1)).rejects.toMatchObject({ code: "P2P_ERR_CLOSED" });
  });
});

describe("a pipe of peers", () => {
  const echo = defineProtocol({
    name: "echo",
    version: 1,
    length: 1,
    async run(peer, rw) {
      if (!peer.inbound) await send(rw, 0, "hello");
      for await (const msg of rw) if (peer.inbound) await rw.writeMsg(0, msg.payload);
    },
  });

  test("runs the protocols; leaving one peer ends the other with the reason", async () => {
    const clock = new FakeClock();
    const [dialed, dialer] = peerPipe([echo], { clock });
    expect([dialed.inbound, dialer.inbound]).toEqual([false, true]);
    expect(dialed.protocols).toMatchObject([{ name: "echo", offset: 16 }]);
    dialed.disconnect(DiscReason.UselessPeer);
    expect(await dialed.closed).toMatchObject({ remote: false, reason: DiscReason.UselessPeer });
    expect(await dialer.closed).toMatchObject({ remote: true, reason: DiscReason.UselessPeer });
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });

  test("shares only what both have", () => {
    const other = { ...echo, version: 2 };
    const [dialed] = peerPipe([echo, other], { secondProtocols: [other] });
    expect(dialed.protocols).toMatchObject([{ name: "echo", version: 2 }]);
  });
});
