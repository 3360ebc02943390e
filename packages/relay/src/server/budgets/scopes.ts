/**
 * Who is charged: a key, an address, an origin.
 * @module
 */

import { isIP } from "node:net";

/** Somebody who uses a relay. */
export interface Party {
  /** Its node id; absent before it is proved. */
  readonly key?: string | undefined;
  /** Its IP address. */
  readonly address: string;
  /** Of its page. */
  readonly origin?: string | undefined;
}

/** How many bits of an IPv6 address one customer of a provider may have to himself. */
const IPV6_PREFIX_GROUPS = 3;

/** What an address is charged as: IPv4 whole, IPv6 by its first 48 bits. */
export function addressScope(address: string): string {
  const ip = address.replace(/%.*$/, "");
  if (isIP(ip) !== 6) return ip;
  const groups = new URL(`http://[${ip}]`).hostname.slice(1, -1).split(":");
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(groups.join(":"));
  if (mapped) return ipv4Of(mapped[1] ?? "", mapped[2] ?? "");
  return `${expand(groups).slice(0, IPV6_PREFIX_GROUPS).join(":")}::/48`;
}

/** The IP address in `host:port`. */
export function hostOf(remoteAddress: string | undefined): string {
  return (remoteAddress ?? "").replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
}

/** Puts the zeros back that `::` stands for. */
function expand(groups: readonly string[]): string[] {
  const [head = "", tail = ""] = groups.join(":").split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === "" ? [] : tail.split(":");
  return [...before, ...Array(8 - before.length - after.length).fill("0"), ...after];
}

function ipv4Of(high: string, low: string): string {
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 0xff, b >> 8, b & 0xff].join(".");
}
