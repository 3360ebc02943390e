/**
 * Typed protocols between two peers, and what their types allow.
 * @module
 */

import { describe, expect, expectTypeOf, test } from "vitest";
import { DisconnectError, DiscReason, P2PError } from "../errors.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { expectMsg, messagePipe, peerPipe } from "../testing/message-pipe.ts";
import { bool, str, uint } from "../wire/schema.ts";
import { list, struct } from "../wire/schema-list.ts";
import { sendItems } from "./message.ts";
import type { Peer } from "./peer.ts";
import type { TypedHandlers } from "./typed-messages.ts";
import { typedProtocol } from "./typed-protocol.ts";

const messages = {
  news: { code: 0, body: struct({ title: str, pages: uint }) },
} as const;
const requests = {
  price: { code: 1, body: str, answer: { code: 2, body: uint } },
  stock: { code: 3, body: list(str), answer: { code: 4, body: bool } },
} as const;
type Handlers = TypedHandlers<typeof messages, typeof requests>;

const never = () => new Promise<never>(() => {});

/** A shop whose parts a test may replace. */
function shop(
  handlers: Partial<Handlers> = {},
  clock = new FakeClock(),
  run?: Parameters<typeof typedProtocol<typeof messages, typeof requests>>[0]["run"],
) {
  return typedProtocol({
    name: "shop",
    version: 1,
    messages,
    requests,
    handlers: { news: () => {}, price: (item) => item.length, stock: () => true, ...handlers },
    clock,
    ...(run && { run }),
  });
}

/** Two peers with a shop each, and the first one's remote. */
function open(ours = shop(), theirs = shop()) {
  const [first, second] = peerPipe([ours], { secondProtocols: [theirs] });
  return { first, second, remote: ours.remote(first)! };
}

async function reasonOf(peer: Peer): Promise<number> {
  return (await peer.closed).reason;
}

describe("a typed protocol", () => {
  test("has as many codes as its messages need, and a name of its own", () => {
    expect(shop()).toMatchObject({ name: "shop", version: 1, length: 5 });
    const longer = typedProtocol({ name: "x", version: 1, length: 9, handlers: {} });
    expect(longer.length).toBe(9);
    expect(typedProtocol({ name: "x", version: 1, handlers: {} }).length).toBe(0);
  });

  test("passes on the other members of a protocol", () => {
    const attributes = [{ key: "shop", value: 1 }];
    const protocol = typedProtocol({
      ...{ name: "x", version: 1, handlers: {}, attributes },
      nodeInfo: () => "node",
      peerInfo: (id) => id,
    });
    expect(protocol.attributes).toBe(attributes);
    expect([protocol.nodeInfo?.(), protocol.peerInfo?.("a")]).toEqual(["node", "a"]);
  });

  test("hands messages to their handlers, in order", async () => {
    const heard: string[] = [];
    const all = new Promise<void>((resolve) => {
      const news: Handlers["news"] = ({ title, pages }, { peer }) => {
        heard.push(`${title}:${pages}:${peer.inbound}`);
        if (heard.length === 3) resolve();
      };
      const { remote } = open(shop(), shop({ news }));
      for (const pages of [1, 2, 3]) void remote.send("news", { title: "a", pages });
    });
    await all;
    expect(heard).toEqual(["a:1:true", "a:2:true", "a:3:true"]);
  });

  test("answers requests both ways, each with its own answer", async () => {
    const { remote, second } = open(
      shop({ price: () => 7 }),
      shop({
        // Asks back before it answers.
        price: async (item, context) => item.length + (await context.remote.request("price", "")),
        stock: (items) => items.includes("tea"),
      }),
    );
    const answers = await Promise.all([
      remote.request("price", "apple"),
      remote.request("stock", ["tea"]),
      remote.request("stock", []),
      remote.request("price", ""),
    ]);
    expect(answers).toEqual([12, true, false, 7]);
    expect(second.protocols).toHaveLength(1);
  });

  test("speaks requests as a list of id and body", async () => {
    const [ours, theirs] = messagePipe();
    const protocol = shop();
    const peer = {} as Peer;
    const running = protocol.run(peer, ours, new AbortController().signal);
    const answer = protocol.remote(peer)!.request("price", "tea");
    await expectMsg(theirs, 1, [1, "tea"]);
    await sendItems(theirs, 2, 1, 5);
    expect(await answer).toBe(5);
    await sendItems(theirs, 1, 99, "four");
    await expectMsg(theirs, 2, [99, 4]);
    theirs.close();
    await running;
  });

  test("ends with its own run, and gives its remote only while it runs", async () => {
    const leaving = shop({}, new FakeClock(), async ({ remote }) => {
      expect(await remote.request("price", "abc")).toBe(3);
    });
    const [first, second] = peerPipe([leaving], { secondProtocols: [shop()] });
    expect(leaving.remote(first)).toBeDefined();
    expect(await reasonOf(second)).toBe(DiscReason.ClientQuitting);
    expect(leaving.remote(first)).toBe(undefined);
    expect(shop().remote(first)).toBe(undefined);
  });

  test("refuses a definition that can't work", () => {
    const handlers = { a: () => {}, b: () => {} };
    const make = (a: number, b: number) =>
      typedProtocol({
        ...{ name: "x", version: 1, handlers },
        messages: { a: { code: a, body: str }, b: { code: b, body: str } },
      });
    expect(() => make(1, 1)).toThrow("b: code 1 is there twice");
    expect(() => make(-1, 0)).toThrow("a: expected a code from 0, got -1");
    const missing = { name: "x", version: 1, messages, handlers: {} as never };
    expect(() => typedProtocol(missing)).toThrow("handlers.news: expected a function");
    const both = { ...messages, price: { code: 9, body: str } };
    expect(() =>
      typedProtocol({ name: "x", version: 1, messages: both, requests, handlers: {} as never }),
    ).toThrow("price: is a message and a request");
  });
});

describe("a request", () => {
  test("gives up after its time, and a late answer is ignored", async () => {
    const clock = new FakeClock();
    let answer = (_price: number): void => {};
    const price = () =>
      new Promise<number>((resolve) => {
        answer = resolve;
      });
    const { remote } = open(shop({}, clock), shop({ price }));
    const slow = remote.request("price", "a", { timeout: 50 });
    const usual = remote.request("stock", ["x"]);
    const late = expect(slow).rejects.toMatchObject({
      code: "P2P_ERR_REQUEST_TIMEOUT",
      message: "no answer to price within 0.05 s",
    });
    expect(await usual).toBe(true);
    await clock.advance(50);
    await late;
    answer(5);
    expect(await remote.request("stock", [])).toBe(true);
  });

  test("waits 10 s unless told otherwise", async () => {
    const clock = new FakeClock();
    const { remote } = open(shop({}, clock), shop({ price: never }));
    const settled = remote.request("price", "a").catch((error: P2PError) => error.message);
    await clock.advance(9_999);
    expect(await Promise.race([settled, "waiting"])).toBe("waiting");
    await clock.advance(1);
    expect(await settled).toBe("no answer to price within 10 s");
  });

  test("ends on its signal, with its reason", async () => {
    const { remote } = open(shop(), shop({ price: never }));
    const control = new AbortController();
    const answer = remote.request("price", "a", { signal: control.signal });
    control.abort("changed my mind");
    await expect(answer).rejects.toBe("changed my mind");
    await expect(remote.request("price", "a", { signal: control.signal })).rejects.toBe(
      "changed my mind",
    );
    expect(await remote.request("stock", [])).toBe(true);
  });

  test("rejects when the peer leaves, and afterwards", async () => {
    const { first, second, remote } = open(shop(), shop({ price: never }));
    const answer = remote.request("price", "a");
    second.disconnect();
    await expect(answer).rejects.toMatchObject({ code: "P2P_ERR_CLOSED" });
    await first.closed;
    await expect(remote.request("price", "a")).rejects.toMatchObject({ code: "P2P_ERR_CLOSED" });
    await expect(remote.send("news", { title: "", pages: 1 })).rejects.toThrow(P2PError);
  });

  test("with a body that doesn't fit rejects, and the peer stays", async () => {
    const { remote } = open();
    await expect(remote.request("price", 5 as never)).rejects.toThrow(TypeError);
    await expect(remote.send("news", { title: "a", pages: -1 })).rejects.toThrow(RangeError);
    await expect(remote.request("nothing" as never, 1 as never)).rejects.toThrow("no request");
    await expect(remote.send("nothing" as never, 1 as never)).rejects.toThrow("no message");
    expect(await remote.request("price", "ab")).toBe(2);
  });
});

describe("a peer is left", () => {
  test("when a handler throws, as if run had", async () => {
    const broken = () => {
      throw new DisconnectError(DiscReason.UselessPeer);
    };
    const thrown = open(shop(), shop({ price: broken }));
    const answer = thrown.remote.request("price", "a").catch((error: P2PError) => error.code);
    expect(await reasonOf(thrown.first)).toBe(DiscReason.UselessPeer);
    expect(await answer).toBe("P2P_ERR_CLOSED");
    const rejected = open(shop(), shop({ news: () => Promise.reject(new Error("x")) }));
    void rejected.remote.send("news", { title: "", pages: 0 });
    expect(await reasonOf(rejected.first)).toBe(DiscReason.SubprotocolError);
  });

  test.each<[string, number, (string | number)[]]>([
    ["a message that doesn't fit its schema", 0, ["title"]],
    ["a request without an id", 1, ["only"]],
    ["an answer that nobody asked for", 2, [1, 5]],
    ["an answer with id 0", 2, [0, 5]],
  ])("for %s", async (_what, code, items) => {
    const { first, second } = open();
    const writer = first.writer({ name: "shop", version: 1 })!;
    await sendItems(writer, code, ...items);
    expect(await reasonOf(second)).toBe(DiscReason.ProtocolError);
  });

  test("for an answer to another kind of request, and for a code without a meaning", async () => {
    const ours = shop({ price: never });
    const { first, second } = open(ours, shop({ price: never }));
    const answer = shopRequest(ours.remote(first)!);
    await sendItems(second.writer({ name: "shop", version: 1 })!, 4, 1, 1);
    expect(await reasonOf(first)).toBe(DiscReason.ProtocolError);
    expect(await answer).toBe("P2P_ERR_CLOSED");
    const long = () =>
      typedProtocol({ name: "x", version: 1, length: 9, messages: {}, handlers: {} });
    const [left, right] = peerPipe([long()], { secondProtocols: [long()] });
    await sendItems(left.writer({ name: "x", version: 1 })!, 8);
    expect(await reasonOf(right)).toBe(DiscReason.ProtocolError);
  });

  test("only after 64 handlers wait, reading does too; an answer frees it", async () => {
    let asked = 0;
    const waiting: (() => void)[] = [];
    const price = () => {
      asked++;
      return new Promise<number>((resolve) => waiting.push(() => resolve(1)));
    };
    const { remote } = open(shop(), shop({ price }));
    const answers = Array.from({ length: 65 }, () => remote.request("price", ""));
    while (asked < 64) await Promise.resolve();
    for (let turn = 0; turn < 1_000; turn++) await Promise.resolve();
    expect(asked).toBe(64);
    waiting.shift()?.();
    await answers[0];
    while (asked < 65) await Promise.resolve();
    for (const resolve of waiting) resolve();
    expect(await Promise.all(answers)).toHaveLength(65);
  });
});

describe("types", () => {
  test("of handlers and senders follow from the schemas", () => {
    const protocol = typedProtocol({
      name: "shop",
      version: 1,
      messages: { news: { code: 0, body: struct({ title: str, pages: uint }) } },
      requests: { price: { code: 1, body: str, answer: { code: 2, body: uint } } },
      handlers: {
        news(body, { remote }) {
          expectTypeOf(body).toEqualTypeOf<{ title: string; pages: number }>();
          expectTypeOf(remote.request<"price">).returns.resolves.toEqualTypeOf<number>();
        },
        price(body) {
          expectTypeOf(body).toEqualTypeOf<string>();
          return 5;
        },
      },
    });
    type Remote = NonNullable<ReturnType<typeof protocol.remote>>;
    expectTypeOf<Remote["send"]>().parameter(0).toEqualTypeOf<"news">();
    const ask = (remote: Remote) => remote.request("price", "tea");
    expectTypeOf(ask).returns.resolves.toEqualTypeOf<number>();
    // @ts-expect-error a price is asked for by a text
    const wrongBody = (remote: Remote) => remote.request("price", 5);
    // @ts-expect-error there is no such request
    const wrongName = (remote: Remote) => remote.request("news", { title: "", pages: 1 });
    expect([ask, wrongBody, wrongName]).toHaveLength(3);
  });

  test("refuse an answer of another type, and a handler that is missing", () => {
    const wrong = { news: () => {}, stock: () => true };
    expectTypeOf<typeof wrong & { price: () => string }>().not.toExtend<Handlers>();
    expectTypeOf<typeof wrong>().not.toExtend<Handlers>();
    expectTypeOf<typeof wrong & { price: () => number }>().toExtend<Handlers>();
  });
});

/** The code of the error that a request ends with. */
function shopRequest(remote: NonNullable<ReturnType<ReturnType<typeof shop>["remote"]>>) {
  return remote.request("price", "a").catch((error: P2PError) => error.code);
}
