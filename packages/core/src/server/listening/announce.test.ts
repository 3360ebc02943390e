import { describe, expect, test } from "vitest";
import { defineProtocol } from "../../devp2p/protocol.ts";
import { formatNodeAddress, parseListenAddress } from "../../node/address-text.ts";
import { recordAddresses } from "../../node/endpoint.ts";
import { LocalNode } from "../../node/local-node.ts";
import { parseRecord, recordEntry } from "../../node/record.ts";
import { memoryStore } from "../../store/memory-store.ts";
import { NodeDatabase } from "../../store/node-database.ts";
import { memoryNetwork } from "../../testing/memory-transport.ts";
import { uint } from "../../wire/schema.ts";
import { Server } from "../server.ts";
import { announce } from "./announce.ts";

const privateKey = new Uint8Array(32).fill(7);

/** The addresses of a node's record after it announced listeners, without their keys. */
function announced(node: LocalNode, ...listeners: string[]): string[] {
  announce(node, listeners.map(parseListenAddress));
  return recordAddresses(parseRecord(node.enr)).map((address) =>
    formatNodeAddress(address).replace(/\/\/\w+@/, "//"),
  );
}

describe("our record says", () => {
  test("where we listen, this machine for all interfaces", () => {
    const node = new LocalNode({ privateKey });
    expect(announced(node, ":30303", "ws://0.0.0.0:30304/p2p")).toEqual([
      "enode://127.0.0.1:30303?discport=0",
      "enode+ws://127.0.0.1:30304/p2p",
    ]);
  });

  test("what its owner set, rather than what it sees", () => {
    const node = new LocalNode({ privateKey });
    node.setIp("192.0.2.1");
    node.set("tcp", 443);
    node.setWebSocket("wss", { host: "relay.example", port: 443 });
    expect(announced(node, ":30303", "ws://127.0.0.1:1")).toEqual([
      "enode://192.0.2.1:443?discport=0",
      "enode+wss://relay.example:443",
      "enode+ws://127.0.0.1:1",
    ]);
  });

  test("all of it at once, when somebody looks", async () => {
    const numbers: bigint[] = [];
    const database = {
      localSeq: async () => undefined,
      storeLocalSeq: async (_: string, seq: bigint) => void numbers.push(seq),
    };
    const node = new LocalNode({ privateKey, database });
    announce(node, [":30303", "ws://127.0.0.1:1"].map(parseListenAddress));
    await node.saved;
    expect(numbers).toEqual([]);
    const { seq } = node;
    await node.saved;
    expect(numbers).toEqual([seq]);
  });

  test("IPv6 and names as they are, and nothing of other transports", () => {
    const node = new LocalNode({ privateKey });
    expect(announced(node, "memory://a:1", "tcp://[::]:1", "tcp://h:2", "ws://h:3")).toEqual([
      "enode://[::1]:1?discport=0",
      "enode+ws://h:3",
    ]);
    expect([...node.record.entries.keys()]).toEqual(["id", "ip6", "secp256k1", "tcp", "ws"]);
  });
});

describe("a server's record", () => {
  const protocol = (name: string, key: string) =>
    defineProtocol({
      name,
      version: 1,
      length: 1,
      run: async () => {},
      attributes: [{ key, value: 5 }],
    });

  test("has the attributes of its protocols, and refuses those of two", () => {
    const server = new Server({ privateKey, protocols: [protocol("a", "x"), protocol("b", "y")] });
    expect(recordEntry(server.localNode.record, "x", uint)).toBe(5);
    expect(recordEntry(server.localNode.record, "y", uint)).toBe(5);
    expect(server.localNode.id).toBe(server.id);
    const conflict = [protocol("a", "x"), protocol("b", "x")];
    expect(() => new Server({ protocols: conflict })).toThrow('entries: "x" is there twice');
    expect(() => new Server({ protocols: [protocol("a", "id")] })).toThrow(RangeError);
  });

  test("goes on from the number that is kept; a number that is corrupt keeps it from starting", async () => {
    const kept = 2n ** 60n;
    const store = memoryStore();
    const nodeDatabase = new NodeDatabase(store);
    await using server = new Server({ nodeDatabase });
    await nodeDatabase.storeLocalSeq(server.id, kept);
    await server.start();
    expect(server.localNode.seq).toBe(kept + 1n);
    await server.localNode.saved;
    expect(await nodeDatabase.localSeq(server.id)).toBe(kept + 1n);
    const unlucky = new Server({ nodeDatabase });
    await store.set(`seq.${unlucky.id}`, new Uint8Array(2));
    await expect(unlucky.start()).rejects.toMatchObject({ code: "P2P_ERR_STORE_CORRUPT" });
    expect(await store.get(`seq.${unlucky.id}`)).toEqual(new Uint8Array(2));
  });

  test("is what another dials, by the first address that it has a transport for", async () => {
    const network = memoryNetwork();
    const listening = { transports: [network.transport()], listen: ["memory://node:0"] };
    await using server = new Server(listening);
    await server.start();
    // The memory transport under the name of WebSockets: the record's other address is TCP.
    const memory = network.transport();
    const [url = ""] = server.urls;
    const dialed: string[] = [];
    const webSocket = {
      ...memory,
      schemes: ["ws"],
      dial: (address: Parameters<typeof memory.dial>[0], options?: { signal?: AbortSignal }) => {
        dialed.push(`${address.scheme}:${address.port}`);
        const { host, port } = server.self;
        return memory.dial({ ...address, scheme: "memory", host: host!, port: port! }, options);
      },
    };
    server.localNode.setIp("127.0.0.1");
    server.localNode.set("tcp", 1);
    server.localNode.setWebSocket("ws", { port: 2 });
    expect(url).toContain("enode+memory");
    await using client = new Server({ transports: [webSocket] });
    await client.start();
    const peer = await client.connect(server.localNode.enr);
    expect(peer.id).toBe(server.id);
    expect(peer.address?.enr).toBe(server.localNode.enr);
    expect(dialed).toEqual(["ws:2"]);
    await using tcpOnly = new Server({ transports: [] });
    await tcpOnly.start();
    await expect(tcpOnly.connect(server.localNode.enr)).rejects.toThrow("no transport for tcp");
  });
});
