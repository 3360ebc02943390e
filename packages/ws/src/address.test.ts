/**
 * Tests of URLs and of the rule for mixed content.
 * @module
 */

import { expect, test } from "vitest";
import { checkMixedContent, formatUrl } from "./address.ts";

const publicKey = new Uint8Array(64);

test.each([
  [{ scheme: "ws", host: "example.org", port: 30_301, path: "/p2p" }, "ws://example.org:30301/p2p"],
  [{ scheme: "wss", host: "example.org" }, "wss://example.org/"],
  [{ scheme: "ws", host: "::1", port: 80 }, "ws://[::1]:80/"],
])("formats %o", (address, url) => {
  expect(formatUrl({ publicKey, ...address })).toBe(url);
});

test("refuses to dial an address without a host", () => {
  expect(() => formatUrl({ publicKey, scheme: "ws" })).toThrow(
    expect.objectContaining({ code: "P2P_ERR_DIAL_FAILED" }),
  );
});

test.each([
  ["https:", "ws", "example.org", true],
  ["https:", "ws", "192.168.1.7", true],
  ["https:", "ws", "127.evil.org", true],
  ["https:", "ws", "127.0.0.1.evil.org", true],
  ["https:", "ws", "localhost.evil.org", true],
  ["https:", "wss", "example.org", false],
  ["https:", "ws", "127.0.0.1", false],
  ["https:", "ws", "::1", false],
  ["https:", "ws", "LocalHost", false],
  ["https:", "ws", "demo.localhost", false],
  ["http:", "ws", "example.org", false],
  [undefined, "ws", "example.org", false],
])("from a page of %s, %s://%s: mixed content %s", (page, scheme, host, mixed) => {
  const check = () => checkMixedContent(page, { publicKey, scheme, host, port: 1 });
  if (mixed) expect(check).toThrow(expect.objectContaining({ code: "P2P_ERR_MIXED_CONTENT" }));
  else expect(check).not.toThrow();
});
