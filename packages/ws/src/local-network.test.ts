import { describe, expect, test } from "vitest";
import type { PageRules } from "./local-network.ts";
import { localNetworkCause } from "./local-network.ts";

/** A browser that knows these permissions. */
function browser(states: Readonly<Record<string, string>>, hostname = "app.example"): PageRules {
  return {
    hostname,
    permissions: {
      async query({ name }) {
        const state = states[name];
        if (state === undefined) throw new TypeError(`not a valid enum value: ${name}`);
        return { state };
      },
    },
  };
}

describe("the rule for local networks", () => {
  test.each([
    ["127.0.0.1", { "loopback-network": "denied" }, /denied/],
    ["localhost", { "loopback-network": "denied" }, /denied/],
    ["::1", { "local-network-access": "denied" }, /denied/],
    [
      "192.168.1.7",
      { "local-network": "prompt", "loopback-network": "denied" },
      /nobody has agreed/,
    ],
    ["172.16.0.1", { "local-network-access": "prompt" }, /nobody has agreed/],
    ["fd00::1", { "local-network": "denied" }, /denied/],
    ["printer.local", { "local-network": "denied" }, /denied/],
  ])("is named for %s where the browser says %j", async (host, states, words) => {
    expect(await localNetworkCause(host, browser(states))).toMatch(words);
  });

  test.each([
    ["it was granted", "10.0.0.1", browser({ "local-network": "granted" })],
    ["the node is public", "relay.example", browser({ "local-network": "denied" })],
    ["172.32.0.1 is public", "172.32.0.1", browser({ "local-network": "denied" })],
    ["the browser has no such rule", "10.0.0.1", browser({})],
    ["there is no Permissions API", "10.0.0.1", { hostname: "app.example" }],
    [
      "the page comes from there too",
      "127.0.0.1",
      browser({ "loopback-network": "denied" }, "localhost"),
    ],
    ["the page is nearer", "10.0.0.1", browser({ "local-network": "denied" }, "[::1]")],
    ["the page is as near", "10.0.0.1", browser({ "local-network": "denied" }, "10.0.0.2")],
  ])("isn't named when %s", async (_why, host, page) => {
    expect(await localNetworkCause(host, page)).toBeUndefined();
  });
});
