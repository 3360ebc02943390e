import { describe, expect, test } from "vitest";
import { ipOf } from "./ip.ts";
import { LAN_NETWORKS, Netlist } from "./netlist.ts";

const has = (networks: readonly string[], ip: string) =>
  new Netlist(networks, "networks").contains(ipOf(ip)!);

test.each([
  ["10.0.0.0/8", "10.255.0.1", true],
  ["10.0.0.0/8", "11.0.0.1", false],
  ["10.1.2.3/8", "10.9.9.9", true],
  ["192.0.2.128/25", "192.0.2.128", true],
  ["192.0.2.128/25", "192.0.2.127", false],
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["0.0.0.0/0", "::1", false],
  ["::/0", "203.0.113.9", false],
  ["2001:db8::/33", "2001:db8:7fff::1", true],
  ["2001:db8::/33", "2001:db8:8000::1", false],
  ["::1", "::1", true],
  ["10.0.0.0/8", "::ffff:10.0.0.1", true],
  ["::ffff:10.0.0.0/104", "10.0.0.1", true],
  ["::ffff:10.0.0.0/104", "11.0.0.1", false],
])("of %s it is %s: %s", (network, ip, expected) => {
  expect(has(["198.51.100.0/24", network], ip)).toBe(expected);
});

test.each([
  "10.0.0.1",
  "127.1.2.3",
  "172.31.0.1",
  "192.168.1.1",
  "169.254.0.9",
  "::1",
  "fe80::1",
  "fd00::1",
])("%s is on the local network", (ip) => expect(has(LAN_NETWORKS, ip)).toBe(true));

test.each(["172.32.0.1", "100.64.0.1", "192.0.2.1", "::2", "2001:db8::1", "fec0::1"])(
  "%s isn't on the local network",
  (ip) => expect(has(LAN_NETWORKS, ip)).toBe(false),
);

describe("what is no network", () => {
  test.each([
    "",
    "10.0.0.0/33",
    "::/129",
    "10.0.0",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.1:80",
    "[::1]",
    "localhost",
    "::ffff:10.0.0.0/95",
    "fe80::1%eth0/64",
  ])("is refused, naming the option: %j", (text) => {
    expect(() => new Netlist([text], "netRestrict")).toThrow(RangeError);
    expect(() => new Netlist([text], "netRestrict")).toThrow(
      /^netRestrict: .*such as 10\.0\.0\.0\/8/,
    );
  });

  test("is refused where the list isn't one", () => {
    expect(() => new Netlist("10.0.0.0/8" as unknown as string[], "netRestrict")).toThrow(
      TypeError,
    );
    expect(() => new Netlist([7] as unknown as string[], "netRestrict")).toThrow(RangeError);
  });
});
