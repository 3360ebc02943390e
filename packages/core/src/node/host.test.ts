import { describe, expect, test } from "vitest";
import { isHost, isIPv6 } from "./host.ts";

describe("hosts", () => {
  test.each([
    "::",
    "::1",
    "1::",
    "1:2:3:4:5:6:7:8",
    "1::8",
    "::1.2.3.4",
    "1:2:3:4:5:6:1.2.3.4",
    "fe80::1",
  ])("%s is IPv6", (text) => expect(isIPv6(text)).toBe(true));

  test.each([
    "",
    "1",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "1:2:3:4:5:6:7::8",
    "::1.2.3",
    "1.2.3.4::",
    "::1.2.3.4:1",
    "1:2:3:4:5:6:7:1.2.3.4",
    "g::",
  ])("%s is not IPv6", (text) => expect(isIPv6(text)).toBe(false));

  test.each([
    "1.2.3",
    "1.2.3.4.",
    "1.2.3.4.5",
    "1.2.3.256",
    "1..2.3",
    "3",
    "a/b",
    "a%b",
    "",
    "a".repeat(254),
  ])("%s is no host", (text) => expect(isHost(text)).toBe(false));
});
