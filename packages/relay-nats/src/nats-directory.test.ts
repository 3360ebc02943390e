/**
 * The options of a directory over NATS.
 * @module
 */

import { expect, test } from "vitest";
import { natsDirectory } from "./nats-directory.ts";
import { readServers } from "./servers.ts";

test.each([
  ["nats://host", ["nats://host"], false],
  [["nats://a:1", "nats://[::1]:2"], ["nats://a:1", "nats://[::1]:2"], false],
  [["nats://a:1", "tls://b:2"], ["nats://a:1", "tls://b:2"], true],
])("takes the servers %j", (urls, servers, needTls) => {
  expect(readServers(urls)).toEqual({ servers, needTls });
});

test.each([[""], [[]], ["host:4222"], ["host"], ["http://host"], ["nats://"], ["nats:host"]])(
  "refuses the servers %j",
  (servers) => {
    expect(() => natsDirectory({ servers })).toThrow(RangeError);
    expect(() => natsDirectory({ servers })).toThrow('"servers" expected');
  },
);

test.each(["nats://me:secret@host:4222", "tls://secret@host"])(
  "refuses a user in a URL, and doesn't repeat the password",
  (servers) => {
    expect(() => natsDirectory({ servers })).toThrow(/^"servers" expected no user in a URL/);
    expect(() => natsDirectory({ servers })).not.toThrow(/secret/);
  },
);

test.each([
  [{ bucket: "a.b" }, '"bucket" expected'],
  [{ bucket: "" }, '"bucket" expected'],
  [{ replicas: 2 }, '"replicas" expected'],
  [{ replicas: 0 }, '"replicas" expected'],
])("refuses the options %j", (options, message) => {
  const make = () => natsDirectory({ servers: "nats://host", ...options });
  expect(make).toThrow(RangeError);
  expect(make).toThrow(message);
});
