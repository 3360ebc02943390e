import { describe, expect, test } from "vitest";
import vectors from "../../test-vectors/devp2p.json" with { type: "json" };
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { formatNodeAddress, parseNodeAddress, parseNodeAddresses } from "./address-text.ts";
import { recordAddresses, recordEndpoint, webSocketEndpoint } from "./endpoint.ts";
import { ipToBytes } from "./ip.ts";
import type { RecordEntry } from "./record.ts";
import { formatRecord, signRecord } from "./record.ts";

const privateKey = new Uint8Array(32).fill(7);
const publicKey = publicKeyOf(privateKey);

/** A record with these entries; IP addresses are given as text. */
function recordOf(entries: Readonly<Record<string, RecordEntry["value"] | undefined>>) {
  const list = Object.entries(entries).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return [{ key, value: /^ip6?$/.test(key) ? ipToBytes(String(value))! : value }];
  });
  return signRecord({ seq: 1n, entries: list }, privateKey);
}

describe("of several endpoints go-ethereum's choice is taken", () => {
  test.each(vectors.enr.endpoints)("$name", ({ entries, expect: expected }) => {
    expect(recordEndpoint(recordOf(entries))).toEqual(expected);
  });

  test("multicast addresses, ports of 0 and misfits are no endpoints", () => {
    expect(recordEndpoint(recordOf({ ip: "224.0.0.1", ip6: "ff02::1", tcp: 1 }))).toEqual({
      tcp: 1,
    });
    expect(recordEndpoint(recordOf({ ip: "1.2.3.4", tcp: 0, udp: 65_536, quic: [1] }))).toEqual({
      ip: "1.2.3.4",
    });
    const short = signRecord({ seq: 1n, entries: [{ key: "ip", value: "abc" }] }, privateKey);
    expect(recordEndpoint(short)).toEqual({});
  });

  test("an IPv4 address in IPv6 form has the ports of IPv4", () => {
    const mapped = recordOf({ ip6: "::ffff:1.2.3.4", tcp: 1, tcp6: 2 });
    expect(recordEndpoint(mapped)).toEqual({ ip: "::ffff:1.2.3.4", tcp: 1 });
  });
});

describe("addresses of a record", () => {
  const at = (entries: Parameters<typeof recordOf>[0]) =>
    recordAddresses(recordOf(entries)).map(formatNodeAddress);
  const enode = formatNodeAddress({ publicKey, scheme: "tcp" });
  const tail = enode.slice("enode".length);

  test("are TCP, wss and ws, in this order", () => {
    const entries = {
      ...{ ip: "1.2.3.4", tcp: 30303, udp: 30303 },
      ...{ ws: [8545], wss: [443, "/p2p", "relay.example"] },
    };
    expect(at(entries)).toEqual([
      `${enode}@1.2.3.4:30303`,
      `enode+wss${tail}@relay.example:443/p2p`,
      `enode+ws${tail}@1.2.3.4:8545`,
    ]);
    const text = formatRecord(recordOf(entries));
    const [first] = parseNodeAddresses(text);
    expect(parseNodeAddress(text)).toEqual(first);
    expect(first).toMatchObject({ scheme: "tcp", enr: text });
    expect(parseNodeAddresses(text).length).toBe(3);
  });

  test("name the UDP port where it is another, or missing", () => {
    expect(at({ ip: "1.2.3.4", tcp: 1, udp: 2 })).toEqual([`${enode}@1.2.3.4:1?discport=2`]);
    expect(at({ ip: "1.2.3.4", tcp: 1 })).toEqual([`${enode}@1.2.3.4:1?discport=0`]);
    expect(at({ ip6: "2001:db8::1", udp: 2, tcp6: 2 })).toEqual([`${enode}@[2001:db8::1]:2`]);
  });

  test("are missing where there is nothing to dial, and parsing gives the key alone", () => {
    for (const entries of [{}, { tcp: 1 }, { ip: "1.2.3.4" }, { ip: "0.0.0.0", tcp: 1, ws: [1] }]) {
      expect(at(entries)).toEqual([]);
      const text = formatRecord(recordOf(entries));
      expect(parseNodeAddress(text)).toEqual({ publicKey, scheme: "tcp", enr: text });
    }
  });

  test.each<[string, RecordEntry["value"], ReturnType<typeof webSocketEndpoint>]>([
    ["a port", [1], { port: 1 }],
    ["a port and a path", [1, "/p"], { port: 1, path: "/p" }],
    ["a host with the default path", [1, "", "h"], { port: 1, host: "h" }],
    ["elements of a later version", [1, "", "h", ["new"]], { port: 1, host: "h" }],
    ["port 0", [0], undefined],
    ["a port too high", [65_536], undefined],
    ["a path without a slash", [1, "p"], undefined],
    ["a host that is none", [1, "", "a b"], undefined],
    ["no list", 1, undefined],
    ["an empty list", [], undefined],
  ])("the entry ws with %s is read or ignored", (_what, value, expected) => {
    expect(webSocketEndpoint(recordOf({ ws: value }), "ws")).toEqual(expected);
  });
});
