/**
 * The gate as a table: at which second who tries, and what it says.
 * @module
 */

import { describe, expect, test } from "vitest";
import { ipOf } from "../../node/ip.ts";
import { LAN_NETWORKS, Netlist } from "../../node/netlist.ts";
import type { GateRules } from "./inbound-gate.ts";
import { InboundGate } from "./inbound-gate.ts";

const lan = new Netlist(LAN_NETWORKS, "exempt");
const nobody = new Netlist([], "exempt");
const usual: GateRules = { attempts: 1, interval: 30_000, exempt: lan, ipv6Prefix: 64 };

/** At a second, an address tries ("*" before it: behind a proxy there) and has to wait so many seconds. */
type Attempt = readonly [at: number, from: string, wait: number];

const rows: readonly [string, Partial<GateRules>, readonly Attempt[]][] = [
  [
    "lets an address in once in 30 s",
    {},
    [
      [0, "192.0.2.1", 0],
      [1, "192.0.2.1", 29],
      [29.9, "192.0.2.1", 0.1],
      [30, "192.0.2.1", 0],
      [31, "192.0.2.1", 29],
    ],
  ],
  [
    "counts each address for itself",
    {},
    [
      [0, "192.0.2.1", 0],
      [0, "192.0.2.2", 0],
      [10, "192.0.2.2", 20],
    ],
  ],
  [
    "isn't prolonged by attempts that it refuses",
    {},
    [
      [0, "192.0.2.1", 0],
      [10, "192.0.2.1", 20],
      [20, "192.0.2.1", 10],
      [30, "192.0.2.1", 0],
    ],
  ],
  [
    "doesn't count this machine and the local network",
    {},
    [
      [0, "127.0.0.1", 0],
      [0, "127.0.0.1", 0],
      [0, "10.1.2.3", 0],
      [0, "10.1.2.3", 0],
      [0, "::1", 0],
      [0, "::1", 0],
      [0, "fe80::1", 0],
      [0, "fe80::1", 0],
    ],
  ],
  [
    "counts what is hidden behind a proxy of the local network, apart from the proxy",
    {},
    [
      [0, "*10.0.0.1", 0],
      [1, "*10.0.0.1", 29],
      [1, "10.0.0.1", 0],
      [1, "10.0.0.1", 0],
    ],
  ],
  [
    "counts everyone where nobody is exempt",
    { exempt: nobody },
    [
      [0, "127.0.0.1", 0],
      [1, "127.0.0.1", 29],
    ],
  ],
  [
    "counts IPv6 by its first 64 bits",
    {},
    [
      [0, "2001:db8::1", 0],
      [1, "2001:db8::2", 29],
      [1, "2001:db8:0:1::1", 0],
    ],
  ],
  [
    "counts IPv6 by as many bits as is said",
    { ipv6Prefix: 44 },
    [
      [0, "2001:db8:10::", 0],
      [1, "2001:db8:1f::1", 29],
      [1, "2001:db8:20::", 0],
    ],
  ],
  [
    "counts whole IPv6 addresses",
    { ipv6Prefix: 128 },
    [
      [0, "2001:db8::1", 0],
      [0, "2001:db8::2", 0],
      [1, "2001:db8::1", 29],
    ],
  ],
  [
    "counts IPv4 in the form of IPv6 as IPv4",
    {},
    [
      [0, "192.0.2.1", 0],
      [1, "::ffff:192.0.2.1", 29],
    ],
  ],
  [
    "lets several in in one interval, which begins with the first",
    { attempts: 3, interval: 10_000 },
    [
      [0, "192.0.2.1", 0],
      [4, "192.0.2.1", 0],
      [8, "192.0.2.1", 0],
      [9, "192.0.2.1", 1],
      [10, "192.0.2.1", 0],
      [11, "192.0.2.1", 0],
      [12, "192.0.2.1", 0],
      [12, "192.0.2.1", 8],
    ],
  ],
];

test.each(rows)("%s", (_, rules, attempts) => {
  const gate = new InboundGate({ ...usual, ...rules });
  const waits = attempts.map(([at, from]) => {
    const caller = { ip: ipOf(from.replace("*", ""))!, hidden: from.startsWith("*") };
    return gate.attempt(caller, at * 1_000) / 1_000;
  });
  expect(waits.map((wait) => Math.round(wait * 10) / 10)).toEqual(
    attempts.map(([, , wait]) => wait),
  );
});

describe("its memory", () => {
  const address = (i: number) => Uint8Array.of(198, (i >> 16) & 0xff, (i >> 8) & 0xff, i & 0xff);

  test("loses addresses when their time is over", () => {
    const gate = new InboundGate(usual);
    for (let i = 0; i < 1_000; i++) gate.attempt({ ip: address(i), hidden: false }, i);
    expect(gate.size).toBe(1_000);
    gate.attempt({ ip: address(5_000), hidden: false }, 30_499);
    expect(gate.size).toBe(501);
  });

  test("is bounded: the oldest address is forgotten first", () => {
    const gate = new InboundGate(usual);
    const attempt = (i: number) => gate.attempt({ ip: address(i), hidden: false }, 0);
    for (let i = 0; i < 65_537; i++) attempt(i);
    expect(gate.size).toBe(65_536);
    expect(attempt(1)).toBe(30_000);
    expect(attempt(0)).toBe(0);
  });
});
