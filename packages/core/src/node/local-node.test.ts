import { describe, expect, test } from "vitest";
import { str, uint } from "../wire/schema.ts";
import { recordEndpoint, webSocketEndpoint } from "./endpoint.ts";
import type { SequenceStore } from "./local-node.ts";
import { LocalNode } from "./local-node.ts";
import { parseRecord, recordEntry } from "./record.ts";

const privateKey = new Uint8Array(32).fill(7);

function numbers(): SequenceStore & { readonly kept: Map<string, bigint> } {
  const kept = new Map<string, bigint>();
  return {
    kept,
    localSeq: async (id) => kept.get(id),
    storeLocalSeq: async (id, seq) => void kept.set(id, seq),
  };
}

describe("a local node", () => {
  test("has a signed record, new after each change and only then", () => {
    const node = new LocalNode({ privateKey, entries: [{ key: "les", value: [1] }] });
    const first = node.record;
    expect(node.record).toBe(first);
    expect(parseRecord(node.enr)).toEqual(first);
    node.set("x", 3);
    expect(recordEntry(node.record, "x", uint)).toBe(3);
    expect(node.seq).toBe(first.seq + 1n);
    node.set("x", 3);
    expect(node.seq).toBe(first.seq + 1n);
    node.delete("x");
    node.delete("x");
    expect(node.seq).toBe(first.seq + 2n);
    expect([...node.record.entries.keys()]).toEqual(["id", "les", "secp256k1"]);
  });

  test("counts several changes before anyone looks as one", () => {
    const node = new LocalNode({ privateKey });
    const { seq } = node;
    node.set("a", 1);
    node.set("b", 1);
    expect(node.seq).toBe(seq + 1n);
  });

  test("starts at the time in ms and goes on from what was kept", async () => {
    const before = BigInt(Date.now());
    const database = numbers();
    const first = new LocalNode({ privateKey, database });
    await first.load();
    expect(first.seq).toBeGreaterThan(before);
    expect(first.seq).toBeLessThan(before + 60_000n);
    first.set("x", 1);
    const { seq } = first;
    await first.saved;
    expect(database.kept).toEqual(new Map([[first.id, seq]]));

    database.kept.set(first.id, seq + 1_000_000n);
    const second = new LocalNode({ privateKey, database });
    await second.load();
    expect(second.seq).toBe(seq + 1_000_001n);
    const other = new LocalNode({ privateKey: new Uint8Array(32).fill(8), database });
    await other.load();
    expect(other.seq).toBeLessThan(seq + 1_000_000n);
  });

  test("keeps the last number, however slow the store is, and tells when it can't", async () => {
    const kept: bigint[] = [];
    const errors: unknown[] = [];
    const waits: (() => void)[] = [];
    const node = new LocalNode({
      privateKey,
      database: {
        localSeq: async () => undefined,
        storeLocalSeq: async (_id, seq) => {
          await new Promise<void>((resolve) => waits.push(resolve));
          kept.push(seq);
          throw new Error("disk full");
        },
      },
      onDatabaseError: (error) => errors.push(error),
    });
    const first = node.seq;
    node.set("x", 1);
    const second = node.seq;
    while (kept.length < 2) {
      waits.shift()?.();
      await Promise.resolve();
    }
    await node.saved;
    expect(kept).toEqual([first, second]);
    expect(errors).toHaveLength(2);
  });

  test("keeps its record when a change doesn't fit", () => {
    const node = new LocalNode({ privateKey });
    node.set("x", 1);
    const { enr } = node;
    expect(() => node.set("x", new Uint8Array(300))).toThrow("at most 300 fit");
    expect(() => node.set("y", "z".repeat(300))).toThrow(RangeError);
    expect(() => node.set("id", "v5")).toThrow('"id" is there twice, or is set by us');
    expect(() => node.set("z", -1)).toThrow(RangeError);
    expect(node.enr).toBe(enr);
    const twice = [1, 2].map((value) => ({ key: "a", value }));
    expect(() => new LocalNode({ privateKey, entries: twice })).toThrow('"a" is there twice');
  });

  test("announces IP addresses and WebSocket listeners", () => {
    const node = new LocalNode({ privateKey });
    expect(node.ip).toBe(undefined);
    node.setIp("2001:db8::1");
    expect(node.ip).toBe("2001:db8::1");
    node.setIp("::ffff:192.0.2.1");
    expect(node.ip).toBe("192.0.2.1");
    node.set("tcp", 30303);
    expect(recordEndpoint(node.record)).toEqual({ ip: "192.0.2.1", tcp: 30303 });
    node.setWebSocket("wss", { port: 443, host: "relay.example" });
    node.setWebSocket("ws", { port: 8545, path: "/p2p" });
    expect(webSocketEndpoint(node.record, "wss")).toEqual({ port: 443, host: "relay.example" });
    expect(webSocketEndpoint(node.record, "ws")).toEqual({ port: 8545, path: "/p2p" });
    expect(recordEntry(node.record, "id", str)).toBe("v4");
    expect(() => node.setIp("relay.example")).toThrow("ip: expected an IP address");
    expect(() => node.setWebSocket("ws", { port: 0 })).toThrow("port: expected 1 to 65535");
    expect(() => node.setWebSocket("ws", { port: 1, path: "p" })).toThrow("path");
    expect(() => node.setWebSocket("ws", { port: 1, host: "a b" })).toThrow("host");
  });
});
