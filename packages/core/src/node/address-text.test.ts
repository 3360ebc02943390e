import fc from "fast-check";
import { describe, expect, test } from "vitest";
import vectors from "../../test-vectors/devp2p.json" with { type: "json" };
import { P2PError } from "../errors.ts";
import { bytesToHex, hexToBytes } from "../wire/bytes.ts";
import type { ListenAddress, NodeAddress } from "./address.ts";
import {
  formatListenAddress,
  formatNodeAddress,
  parseListenAddress,
  parseNodeAddress,
} from "./address-text.ts";

const KEY = vectors.enodeUrls.publicKey;
const publicKey = hexToBytes(KEY);
const RELAY = `enode+wss://${KEY}@relay.example/p2p`;

/** The text of the error of an address that must be refused. */
function whyNot(parse: (text: string) => unknown, text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (P2PError.is(error) && error.code === "P2P_ERR_BAD_ADDRESS") return error.message;
    throw error;
  }
  throw new Error(`expected ${text} to be refused`);
}

const octet = fc.integer({ min: 0, max: 255 });
const host = fc.oneof(
  fc.tuple(octet, octet, octet, octet).map((octets) => octets.join(".")),
  fc.ipV6(),
  fc.domain(),
  fc.constantFrom("localhost", "valid.", "my_host", "bücher.example", "::", "::ffff:10.0.0.1"),
);
const port = fc.integer({ min: 1, max: 65_535 });
const path = fc
  .array(fc.constantFrom("/", "a", "%20", "é", "-", "@", ":", "&", "="), { maxLength: 8 })
  .map((parts) => `/${parts.join("")}`);
const via = fc.constantFrom(
  RELAY,
  `enode://${KEY}@10.0.0.1:30303?discport=0`,
  `enode://${KEY}@[::1]:1?a=%zz&b=ü`,
  `enode+ws://${KEY}@h/100%25?`,
);

const nodeAddress: fc.Arbitrary<NodeAddress> = fc.oneof(
  fc
    .record(
      { host, port: fc.oneof(port, fc.constant(0)), discport: fc.nat(65_535), via },
      { requiredKeys: ["host", "port"] },
    )
    .filter((each) => each.discport !== each.port)
    .map((each) => ({ publicKey, scheme: "tcp", ...each })),
  fc.record({ via }, { requiredKeys: [] }).map((each) => ({ publicKey, scheme: "tcp", ...each })),
  fc.record(
    {
      publicKey: fc.constant(publicKey),
      scheme: fc.constantFrom("ws", "wss", "memory", "x-1.b"),
      host,
      port,
      path,
      via,
    },
    { requiredKeys: ["publicKey", "scheme", "host"] },
  ),
);

describe("go-ethereum's enode addresses", () => {
  test.each(vectors.enodeUrls.valid)("are read: $url", ({ url, host, tcp, udp }) => {
    const address = parseNodeAddress(url);
    expect(bytesToHex(address.publicKey)).toBe(KEY);
    expect(address.scheme).toBe("tcp");
    expect(address.host ?? null).toBe(host);
    expect(address.port ?? 0).toBe(tcp);
    expect(address.discport ?? address.port ?? 0).toBe(udp);
    expect(formatNodeAddress(address)).toBe(url);
  });

  test.each(vectors.enodeUrls.invalid)("are refused for their $why: $url", ({ url, why }) => {
    const words: Record<string, string> = {
      port: 'bad port "foo"',
      discport: 'bad discport "foo"',
      prefix: "expected enode://",
      "public key length": "the public key must be 128 hex digits, got 8",
    };
    expect(whyNot(parseNodeAddress, url)).toContain(words[why]!);
  });
});

describe("node addresses", () => {
  test("come back from their text as they were", () => {
    fc.assert(
      fc.property(nodeAddress, (address) => {
        expect(parseNodeAddress(formatNodeAddress(address))).toEqual(address);
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, Omit<NodeAddress, "publicKey">]>([
    [
      `enode+ws://${KEY}@127.0.0.1:30301/p2p`,
      { scheme: "ws", host: "127.0.0.1", port: 30301, path: "/p2p" },
    ],
    [`enode+wss://${KEY}@relay.example`, { scheme: "wss", host: "relay.example" }],
    [`enode+ws://${KEY}@[::1]/`, { scheme: "ws", host: "::1", path: "/" }],
    [`ENODE+WS://${KEY.toUpperCase()}@h:1`, { scheme: "ws", host: "h", port: 1 }],
    [` enode://${KEY}@h:1\n`, { scheme: "tcp", host: "h", port: 1 }],
    [`enode://${KEY}@h:1/`, { scheme: "tcp", host: "h", port: 1 }],
    [`enode://${KEY}@h:0?discport=7`, { scheme: "tcp", host: "h", port: 0, discport: 7 }],
    [`enode://${KEY}@h:7?discport=7`, { scheme: "tcp", host: "h", port: 7 }],
    [`enode://${KEY}@h:7?discport=0`, { scheme: "tcp", host: "h", port: 7, discport: 0 }],
    [`enode://${KEY}@h:7?other=1&discport=8`, { scheme: "tcp", host: "h", port: 7, discport: 8 }],
    [`enode+memory://${KEY}@a`, { scheme: "memory", host: "a" }],
    [`enode+memory://${KEY}`, { scheme: "memory" }],
  ])("are read: %s", (text, expected) => {
    expect(parseNodeAddress(text)).toEqual({ publicKey, ...expected });
  });

  test("take a relay encoded, and unencoded up to the end of the text", () => {
    const base = { publicKey, scheme: "tcp", host: "10.0.0.5", port: 30303 };
    const text = `enode://${KEY}@10.0.0.5:30303?discport=5&via=`;
    const address = { ...base, discport: 5, via: `${RELAY}?` };
    expect(parseNodeAddress(`${text}${encodeURIComponent(`${RELAY}?`)}`)).toEqual(address);
    expect(parseNodeAddress(`${text}${RELAY}?`)).toEqual(address);
    const tcpRelay = `enode://${KEY}@r:1?discport=2&x=%2541`;
    expect(parseNodeAddress(`enode://${KEY}?via=${tcpRelay}`)).toEqual({
      publicKey,
      scheme: "tcp",
      via: tcpRelay,
    });
    expect(formatNodeAddress(address)).toBe(`${text}${encodeURIComponent(`${RELAY}?`)}`);
  });

  // The text, and what the error must say.
  test.each([
    [`enode://${KEY}@h`, "it has no port"],
    [`enode://${KEY}@h:`, 'bad port ""'],
    [`enode://${KEY}@h:65536`, 'bad port "65536"'],
    [`enode://${KEY}@h:-1`, 'bad port "-1"'],
    [`enode://${KEY}@h:1e3`, 'bad port "1e3"'],
    [`enode://${KEY}@h:1?discport=65536`, 'bad discport "65536"'],
    [`enode://${KEY}?discport=1`, "discport has no place here"],
    [`enode://${KEY}@:1`, 'bad host ""'],
    [`enode://${KEY}@a b:1`, 'bad host "a b"'],
    [`enode://${KEY}@::1:1`, "expected enode://"],
    [`enode://${KEY}@[::g]:1`, 'bad host "[::g]"'],
    [`enode://${KEY}@[127.0.0.1]:1`, 'bad host "[127.0.0.1]"'],
    [`enode://${KEY}@256.1.1.1:1`, 'bad host "256.1.1.1"'],
    [`enode://${KEY}@h:1/path`, "enode:// has no path"],
    [`enode://${KEY.slice(2)}@h:1`, "got 126"],
    [`enode://${KEY.slice(1)}g@h:1`, "got other characters"],
    [`enode://${"00".repeat(64)}@h:1`, "the public key is not a point of the curve"],
    [`enode://${KEY.slice(0, -2)}38@h:1`, "the public key is not a point of the curve"],
    [`enode+tcp://${KEY}@h:1`, "the scheme for TCP is enode://"],
    [`enode+ws://${KEY}`, "it has no host"],
    [`enode+ws://${KEY}@h:0`, "port 0 can't be dialed"],
    [`enode+ws://${KEY}@h/a b`, 'bad path "/a b"'],
    [`enode+ws://${KEY}@h/\ud800`, "bad path"],
    [`enode+ws://${KEY}@h?vai=x`, 'unknown parameter "vai"'],
    [`enode+ws://${KEY}@h#x`, "expected enode://"],
    [`enode://${KEY}?via=%`, "via is not percent-encoded correctly"],
    [`enode://${KEY}?via=`, "via is a bad address"],
    [`enode://${KEY}?via=ws://h`, "via is a bad address"],
    [`enode://${KEY}?via= ${RELAY}`, "via has a space"],
    [`enode://${KEY}?via=enode://${KEY}@h:1?x=\ud800`, "half a surrogate pair"],
    [`enode://${KEY}?via=${RELAY}?via=${RELAY}`, "via has a via of its own"],
    ["ws://127.0.0.1:30301", "the node's public key is missing"],
    ["https://relay.example/", "the node's public key is missing"],
    [KEY, "expected enode://<public key"],
  ])("are refused with what is wrong: %s", (text, words) => {
    expect(whyNot(parseNodeAddress, text)).toContain(words);
    expect(whyNot(parseNodeAddress, text)).toContain("enode+ws://<public key>");
  });

  test("are refused in time and in short, whatever their length", () => {
    const long = `enode://${KEY}?via=`.repeat(20_000);
    expect(whyNot(parseNodeAddress, long).length).toBeLessThan(500);
    expect(whyNot(parseNodeAddress, "enode://".padEnd(1_000_000, "a")).length).toBeLessThan(500);
    expect(whyNot(parseListenAddress, "a".repeat(1_000_000)).length).toBeLessThan(500);
  });

  test("are read or refused by a P2PError, however they are broken", () => {
    const pieces = fc.constantFrom(
      ...["enode", "+", "ws", "://", KEY, "@", "h", "[", "::1", "]", ":", "1", "/", "?", "&", "%"],
      ...["discport=", "via=", "%2", "\ud800", "#", " ", "\n", encodeURIComponent(RELAY), RELAY],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const text = `enode://${KEY}${parts.join("")}`;
        let address: NodeAddress;
        try {
          address = parseNodeAddress(text);
        } catch (error) {
          if (!P2PError.is(error)) throw error;
          return;
        }
        expect(parseNodeAddress(formatNodeAddress(address))).toEqual(address);
      }),
      { numRuns: 3000 },
    );
  });

  test("must be right to be written", () => {
    const address = { publicKey, scheme: "tcp", host: "h", port: 1 };
    const cases: [Partial<NodeAddress>, string][] = [
      [{ publicKey: new Uint8Array(63) }, "address.publicKey: expected 64 bytes, got 63"],
      [{ scheme: "a b" }, 'address: bad scheme "a b"'],
      [{ host: "a:b" }, 'address: bad host "a:b"'],
      [{ port: 65_536 }, "address: bad port 65536"],
      [{ port: 1.5 }, "address: bad port 1.5"],
      [{ path: "/p" }, "address: enode:// has no path"],
      [{ scheme: "ws", path: "p" }, 'address: bad path "p"'],
      [{ scheme: "ws", discport: 1 }, "address: discport has no place here"],
      [{ discport: -1 }, "address: bad discport -1"],
      [{ via: "x" }, "address: via is a bad address"],
    ];
    for (const [change, words] of cases) {
      expect(() => formatNodeAddress({ ...address, ...change }), words).toThrow(RangeError);
      expect(() => formatNodeAddress({ ...address, ...change })).toThrow(words);
    }
    expect(() => formatNodeAddress({ publicKey, scheme: "tcp", port: 1 })).toThrow(
      "it has no host",
    );
    expect(() => formatNodeAddress({ publicKey, scheme: "tcp", host: "h" })).toThrow("no port");
    expect(() => parseNodeAddress(undefined as never)).toThrow(TypeError);
  });
});

describe("listen addresses", () => {
  test.each<[string, ListenAddress]>([
    ["tcp://0.0.0.0:30300", { scheme: "tcp", host: "0.0.0.0", port: 30300 }],
    ["ws://0.0.0.0:30301/p2p", { scheme: "ws", host: "0.0.0.0", port: 30301, path: "/p2p" }],
    ["ws://[::1]:0", { scheme: "ws", host: "::1", port: 0 }],
    ["WSS://relay.example:443/", { scheme: "wss", host: "relay.example", port: 443, path: "/" }],
    [":30300", { scheme: "tcp", host: "0.0.0.0", port: 30300 }],
    ["[::]:1", { scheme: "tcp", host: "::", port: 1 }],
    ["127.0.0.1:30303", { scheme: "tcp", host: "127.0.0.1", port: 30303 }],
    ["localhost:0", { scheme: "tcp", host: "localhost", port: 0 }],
    ["ws://:80", { scheme: "ws", host: "0.0.0.0", port: 80 }],
  ])("are read: %s", (text, expected) => {
    expect(parseListenAddress(text)).toEqual(expected);
    expect(parseListenAddress(formatListenAddress(expected))).toEqual(expected);
  });

  test.each([
    ["", "it has no port"],
    ["ws://0.0.0.0", "it has no port"],
    ["30300", "it has no port"],
    [":65536", 'bad port "65536"'],
    [":foo", 'bad port "foo"'],
    ["tcp://a b:1", 'bad host "a b"'],
    ["tcp://[1.2.3.4]:1", 'bad host "[1.2.3.4]"'],
    ["tcp://h:1/p", "TCP has no path"],
    ["ws://h:1/p?x=1", "expected tcp://<host>"],
    ["ws://h:1/a b", 'bad path "/a b"'],
    [`enode://${KEY}@h:1`, "expected tcp://<host>"],
  ])("are refused with what is wrong: %s", (text, words) => {
    expect(whyNot(parseListenAddress, text)).toContain(words);
    expect(whyNot(parseListenAddress, text)).toContain("ws://<host>:<port>/<path>");
  });

  test("are texts", () => {
    expect(() => parseListenAddress(30300 as never)).toThrow(TypeError);
  });
});
