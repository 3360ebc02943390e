/**
 * Which TCP nodes may be dialed, in whatever notation.
 * @module
 */

import { bytesToHex, generatePrivateKey, publicKeyOf } from "@peerkit/core";
import { describe, expect, test } from "vitest";
import type { Lookup, PolicyOptions } from "./policy.ts";
import { Policy } from "./policy.ts";
import { isSpecial } from "./special-networks.ts";

const publicKey = publicKeyOf(generatePrivateKey());
const key = bytesToHex(publicKey);
const nobody: Lookup = async () => [];

async function ask(
  options: PolicyOptions,
  host: string,
  { port = 30303, lookup = nobody, as = publicKey } = {},
): Promise<string> {
  const answer = await new Policy(options).resolve({ publicKey: as, host, port }, lookup);
  return "ip" in answer ? answer.ip : "refused";
}

test("nothing is allowed by default", async () => {
  expect(await ask({}, "8.8.8.8")).toBe("refused");
  expect(new Policy({}).refusal({ publicKey, host: "8.8.8.8", port: 30303 })).toMatch(/list/);
});

describe("the list", () => {
  const allow = [`enode://${key}@8.8.8.8:30303`, `enode://${key}@[2606:4700::1]:30303`];

  test("allows exactly that key at that host and port", async () => {
    expect(await ask({ allow }, "8.8.8.8")).toBe("8.8.8.8");
    expect(await ask({ allow }, "8.8.8.8", { port: 30304 })).toBe("refused");
    expect(await ask({ allow }, "8.8.4.4")).toBe("refused");
    const as = publicKeyOf(generatePrivateKey());
    expect(await ask({ allow }, "8.8.8.8", { as })).toBe("refused");
  });

  test("knows an IPv6 address in any of its spellings, and nothing else", async () => {
    expect(await ask({ allow }, "2606:4700:0:0:0:0:0:1")).toBe("2606:4700:0:0:0:0:0:1");
    expect(await ask({ allow }, "::ffff:8.8.8.8")).toBe("refused");
    expect(await ask({ allow }, "0x08080808")).toBe("refused");
    expect(await ask({ allow }, "134744072")).toBe("refused");
  });

  test("allows a private address where exactly that is named", async () => {
    const named = [`enode://${key}@127.0.0.1:30303`];
    expect(await ask({ allow: named }, "127.0.0.1")).toBe("127.0.0.1");
    expect(await ask({ allow: named }, "127.0.0.2")).toBe("refused");
    expect(await ask({ allow: named }, "localhost")).toBe("refused");
  });

  test("takes enode:// with host and port, and says what else it got", () => {
    for (const wrong of [`enode+ws://${key}@a:1/p`, `enode://${key}`]) {
      expect(() => new Policy({ allow: [wrong] })).toThrow(RangeError);
    }
    expect(() => new Policy({ allow: ["enode://00@a:1"] })).toThrow(/bad address/);
  });
});

describe("a name on the list", () => {
  const address = `enode://${key}@Node.Example:30303`;

  test("is looked up once, and what it stood for is dialed", async () => {
    let asked = 0;
    const lookup: Lookup = async () => (asked++ === 0 ? ["8.8.8.8"] : ["127.0.0.1"]);
    expect(await ask({ allow: [address] }, "node.example", { lookup })).toBe("8.8.8.8");
    expect(asked).toBe(1);
  });

  test.each([
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
  ])("that has come to stand for %s is refused", async (ip) => {
    expect(await ask({ allow: [address] }, "node.example", { lookup: async () => [ip] })).toBe(
      "refused",
    );
    const both: Lookup = async () => ["8.8.8.8", ip];
    expect(await ask({ allow: [address] }, "node.example", { lookup: both })).toBe("refused");
  });

  test("may stand for a private one where the operator says so", async () => {
    const allow = [{ address, mayBePrivate: true }];
    const lookup: Lookup = async () => ["172.17.0.2"];
    expect(await ask({ allow }, "node.example.", { lookup })).toBe("172.17.0.2");
  });

  test("that stands for nothing is refused", async () => {
    expect(await ask({ allow: [address] }, "node.example")).toBe("refused");
  });
});

describe("a network that is allowed on the operator's own risk", () => {
  const everywhere = { dangerouslyAllowNetworks: ["0.0.0.0/0", "::/0"] };

  test("allows any key at any port in it, and nothing outside", async () => {
    const options = { dangerouslyAllowNetworks: ["8.8.8.0/24"] };
    expect(await ask(options, "8.8.8.8", { port: 1 })).toBe("8.8.8.8");
    expect(await ask(options, "8.8.9.8")).toBe("refused");
    expect(await ask(options, "a.example", { lookup: async () => ["8.8.8.9"] })).toBe("8.8.8.9");
    expect(await ask(options, "a.example", { lookup: async () => ["9.9.9.9"] })).toBe("refused");
  });

  // What a resolver would make of each is what `lookup` gives.
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["2130706433", "127.0.0.1"],
    ["0x7f000001", "127.0.0.1"],
    ["0177.0.0.1", "127.0.0.1"],
    ["0x7f.1", "127.0.0.1"],
    ["127.1", "127.0.0.1"],
    ["0", "0.0.0.0"],
    ["localhost", "127.0.0.1"],
    ["127.0.0.1.nip.example", "127.0.0.1"],
    ["::1", "::1"],
    ["::", "::"],
    ["::ffff:127.0.0.1", "::ffff:127.0.0.1"],
    ["::ffff:7f00:1", "::ffff:7f00:1"],
    ["::127.0.0.1", "::127.0.0.1"],
    ["64:ff9b::7f00:1", "64:ff9b::7f00:1"],
    ["64:ff9b:1::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe"],
    ["2002:7f00:1::", "2002:7f00:1::"],
    ["10.1.2.3", "10.1.2.3"],
    ["172.16.0.1", "172.16.0.1"],
    ["192.168.1.1", "192.168.1.1"],
    ["100.64.0.1", "100.64.0.1"],
    ["169.254.169.254", "169.254.169.254"],
    ["metadata.google.internal", "169.254.169.254"],
    ["100.100.100.200", "100.100.100.200"],
    ["168.63.129.16", "168.63.129.16"],
    ["fd00:ec2::254", "fd00:ec2::254"],
    ["fe80::1", "fe80::1"],
    ["fec0::1", "fec0::1"],
    ["255.255.255.255", "255.255.255.255"],
    ["224.0.0.1", "224.0.0.1"],
    ["ff02::1", "ff02::1"],
  ])("even everywhere doesn't mean %s", async (host, ip) => {
    expect(await ask(everywhere, host, { lookup: async () => [ip] })).toBe("refused");
  });

  test("names a private network only where it is one itself", async () => {
    const options = { dangerouslyAllowNetworks: ["10.0.0.0/8", "fd00::/8"] };
    expect(await ask(options, "10.1.2.3")).toBe("10.1.2.3");
    expect(await ask(options, "fd00::1")).toBe("fd00::1");
    expect(await ask(options, "127.0.0.1")).toBe("refused");
    expect(await ask(options, "::ffff:10.1.2.3")).toBe("refused");
  });

  test.each(["8.8.8.8", "8.8.8.0/33", "x/8", "8.8.8.0/8/8", "8.8.8.0/-1", "8.8.8.0/"])(
    "must be one: %s isn't",
    (text) => {
      expect(() => new Policy({ dangerouslyAllowNetworks: [text] })).toThrow(RangeError);
    },
  );
});

test("public addresses are not special", () => {
  for (const ip of ["8.8.8.8", "1.1.1.1", "172.15.0.1", "100.63.0.1", "2606:4700::1", "2a00::1"]) {
    expect([ip, isSpecial(ip)]).toEqual([ip, false]);
  }
  expect(isSpecial("fe80::1%eth0")).toBe(true);
  expect(isSpecial("a.example")).toBe(true);
});
