/**
 * Whom a connection counts as, with what it says of itself and whose word is taken.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatIp } from "../node/ip.ts";
import { Netlist } from "../node/netlist.ts";
import type { InboundInfo } from "../transport.ts";
import { callerOf } from "./caller.ts";

const proxies = new Netlist(["10.0.0.0/8", "fd00::/8"], "trustedProxies");

/** The caller's address; "behind" the last proxy where what it forwards can't be told. */
function who(remoteAddress: string | undefined, headers: InboundInfo["headers"] = {}): string {
  const info = { ...(remoteAddress !== undefined && { remoteAddress }), headers };
  const caller = callerOf(info, proxies);
  return caller ? `${caller.hidden ? "behind " : ""}${formatIp(caller.ip)}` : "unknown";
}

const PROXY = "10.0.0.1:5000";

describe("a connection", () => {
  test("without an IP address counts as nobody's", () => {
    expect(who(undefined)).toBe("unknown");
    expect(who("pipe:1")).toBe("unknown");
  });

  test("counts as its own address, whatever it says, unless that is a trusted proxy", () => {
    const headers = { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" };
    expect(who("192.0.2.1:5000", headers)).toBe("192.0.2.1");
    expect(who("[2001:db8::1]:5000", headers)).toBe("2001:db8::1");
    expect(who(PROXY, headers)).toBe("203.0.113.9");
    expect(who("[::ffff:10.0.0.1]:5000", headers)).toBe("203.0.113.9");
  });

  test("of a trusted proxy that says nothing counts as the proxy", () => {
    expect(who(PROXY)).toBe("10.0.0.1");
    expect(callerOf({ remoteAddress: PROXY }, proxies)).toMatchObject({ hidden: false });
  });
});

describe("X-Forwarded-For", () => {
  test.each([
    ["203.0.113.9", "203.0.113.9"],
    ["203.0.113.9:4711", "203.0.113.9"],
    ["2001:db8::7", "2001:db8::7"],
    ["[2001:db8::7]:4711", "2001:db8::7"],
    ["[2001:db8::7]", "2001:db8::7"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    [" 203.0.113.9 ", "203.0.113.9"],
    // The last that isn't a proxy: what stands before it is his own invention.
    ["198.51.100.1, 203.0.113.9", "203.0.113.9"],
    ["garbage, , 203.0.113.9", "203.0.113.9"],
    ["198.51.100.1,203.0.113.9 ,10.0.0.2,fd00::1", "203.0.113.9"],
    ["10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["", "behind 10.0.0.1"],
    ["unknown", "behind 10.0.0.1"],
    ["203.0.113.9,", "behind 10.0.0.1"],
    ["203.0.113.9, garbage, 10.0.0.2", "behind 10.0.0.2"],
    ["203.0.113.999", "behind 10.0.0.1"],
    ["203.0.113.9;", "behind 10.0.0.1"],
    [`${"10.0.0.2, ".repeat(500)}10.0.0.2`, "10.0.0.2"],
  ])("%j from a proxy is %s", (header, expected) => {
    expect(who(PROXY, { "x-forwarded-for": header })).toBe(expected);
  });

  test("in several lines is one list", () => {
    expect(who(PROXY, { "x-forwarded-for": ["203.0.113.9", "10.0.0.2"] })).toBe("203.0.113.9");
  });
});

describe("Forwarded", () => {
  test.each([
    ["for=203.0.113.9", "203.0.113.9"],
    ['For="203.0.113.9:4711"', "203.0.113.9"],
    ['for="[2001:db8::7]:4711"', "2001:db8::7"],
    ["for=[2001:db8::7]", "2001:db8::7"],
    ['for="\\2\\0\\3.0.113.9"', "203.0.113.9"],
    ["proto=https;for=203.0.113.9;by=10.0.0.1", "203.0.113.9"],
    ["for=203.0.113.9;", "203.0.113.9"],
    ["for=198.51.100.1, for=203.0.113.9", "203.0.113.9"],
    ['for=203.0.113.9;host="a,b;for=1.2.3.4", for=10.0.0.2', "203.0.113.9"],
    ["for=unknown", "behind 10.0.0.1"],
    ["for=_hidden, for=10.0.0.2", "behind 10.0.0.2"],
    ["for=203.0.113.9, for=_hidden", "behind 10.0.0.1"],
    ["proto=https", "behind 10.0.0.1"],
    ["for=203.0.113.9,", "behind 10.0.0.1"],
    ["", "behind 10.0.0.1"],
    ["garbage", "behind 10.0.0.1"],
    ['for="203.0.113.9', "behind 10.0.0.1"],
    ["for=203.0.113.9 10.0.0.2", "behind 10.0.0.1"],
    // Quotes that a caller leaves open, to swallow what the proxy adds.
    ['for=198.51.100.1, for="x, for=203.0.113.9', "behind 10.0.0.1"],
    ['for=198.51.100.1;by="x, for="[2001:db8::7]"', "behind 10.0.0.1"],
    ['for="x, for=198.51.100.1;by="y, for=203.0.113.9', "behind 10.0.0.1"],
  ])("%j from a proxy is %s", (header, expected) => {
    expect(who(PROXY, { forwarded: header })).toBe(expected);
  });
});

describe("both headers", () => {
  test("have to agree: a proxy writes one, and a caller could write the other", () => {
    const agree = { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9, for=10.0.0.2" };
    expect(who(PROXY, agree)).toBe("203.0.113.9");
    const differ = { "x-forwarded-for": "203.0.113.9", forwarded: "for=198.51.100.1" };
    expect(who(PROXY, differ)).toBe("behind 10.0.0.1");
    expect(who(PROXY, { ...differ, forwarded: "for=unknown" })).toBe("behind 10.0.0.1");
    expect(who(PROXY, { ...differ, "x-forwarded-for": "x" })).toBe("behind 10.0.0.1");
  });
});

describe("whatever a caller writes before what the proxy adds", () => {
  const written = fc.string({ unit: fc.constantFrom(...'for="\\,;: []_10.2x') });

  test("he doesn't become somebody else", () => {
    fc.assert(
      fc.property(written, (own) => {
        expect(who(PROXY, { "x-forwarded-for": `${own}, 203.0.113.9` })).toBe("203.0.113.9");
        for (const added of ["for=203.0.113.9", 'for="203.0.113.9";proto=https']) {
          expect(["203.0.113.9", "behind 10.0.0.1"]).toContain(
            who(PROXY, { forwarded: `${own}, ${added}` }),
          );
        }
      }),
    );
  });
});
