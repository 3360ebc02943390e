import fc from "fast-check";
import { expect, test } from "vitest";
import { formatIp, ipOf, ipToBytes, isMulticast, reachOf } from "./ip.ts";

test.each([
  "0.0.0.0",
  "255.1.2.3",
  "::",
  "::1",
  "1::",
  "2001:db8::1:0:0:1",
  "1:0:2::3",
  "0:1:2:3:4:5:6:7",
  "1:2:3:4:5:6:0:8",
  "fe80::abcd:1",
  "::ffff:10.0.0.1",
])("%s is written as it was read", (text) => {
  expect(formatIp(ipToBytes(text)!)).toBe(text);
});

test.each([
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["::1.2.3.4", "::102:304"],
  ["10:00:0:0000::", "10::"],
])("%s has one short form", (text, short) => {
  expect(formatIp(ipToBytes(text)!)).toBe(short);
});

test("what is no IP address has no bytes", () => {
  for (const text of ["", "h", "1.2.3", "1.2.3.256", "[::1]", ":::", "1"]) {
    expect(ipToBytes(text), text).toBe(undefined);
  }
});

test("bytes come back from their text", () => {
  const length = fc.constantFrom(4, 16);
  const sparse = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
  const address = length.chain((size) => fc.array(sparse, { minLength: size, maxLength: size }));
  fc.assert(
    fc.property(address, (octets) => {
      expect([...ipToBytes(formatIp(Uint8Array.from(octets)))!]).toEqual(octets);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["0.0.0.0", 0],
  ["::", 0],
  ["127.9.9.9", 1],
  ["::1", 1],
  ["169.254.1.1", 2],
  ["fe80::1", 2],
  ["febf::1", 2],
  ["10.1.1.1", 3],
  ["172.31.0.1", 3],
  ["192.168.0.1", 3],
  ["fd00::1", 3],
  ["172.32.0.1", 4],
  ["8.8.8.8", 4],
  ["2001:db8::1", 4],
])("%s reaches %i far", (text, reach) => {
  expect(reachOf(ipToBytes(text)!)).toBe(reach);
});

test("addresses of many receivers are known", () => {
  for (const text of ["224.0.0.1", "239.255.255.255", "ff02::1"]) {
    expect(isMulticast(ipToBytes(text)!)).toBe(true);
  }
  for (const text of ["223.0.0.1", "240.0.0.1", "fe02::1"]) {
    expect(isMulticast(ipToBytes(text)!)).toBe(false);
  }
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.1:30303", "192.0.2.1"],
  ["2001:db8::1", "2001:db8::1"],
  ["[2001:db8::1]", "2001:db8::1"],
  ["[2001:db8::1]:30303", "2001:db8::1"],
  ["[fe80::1%eth0]:30303", "fe80::1"],
  ["[::ffff:192.0.2.1]:1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
])("the address in %s is %s", (text, ip) => {
  expect(formatIp(ipOf(text)!)).toBe(ip);
});

test.each([
  "",
  "node:30303",
  "[192.0.2.1]:1",
  "192.0.2.1:",
  "192.0.2:1",
  "[::1",
  "::1]",
  "[::1]:x",
  "_hidden",
  "unknown",
])("there is no IP address in %j", (text) => {
  expect(ipOf(text)).toBe(undefined);
});
