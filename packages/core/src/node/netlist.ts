/**
 * Lists of networks, such as `10.0.0.0/8`: go-ethereum's `netutil.Netlist`.
 * @module
 */

import { ipOf } from "./ip.ts";

/** Addresses of this machine, this link and private networks. */
export const LAN_NETWORKS: readonly string[] = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "::1",
  "fe80::/10",
  "fc00::/7",
];

interface Network {
  readonly base: Uint8Array;
  /** How many of its bits count. */
  readonly bits: number;
}

/** Some networks, and the question whether an address is in one of them. */
export class Netlist {
  readonly #networks: readonly Network[];

  /**
   * Takes networks and single addresses as texts.
   * @throws TypeError or RangeError naming `title`.
   */
  constructor(texts: readonly string[], title: string) {
    if (!Array.isArray(texts)) throw new TypeError(`${title}: expected an array of networks`);
    this.#networks = texts.map((text) => parseNetwork(text, title));
  }

  /** True for an address, of 4 or 16 bytes, in one of the networks. */
  contains(ip: Uint8Array): boolean {
    return this.#networks.some(
      ({ base, bits }) => base.length === ip.length && same(base, ip, bits),
    );
  }
}

function parseNetwork(text: string, title: string): Network {
  const [, host = "", length] = /^([\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(String(text)) ?? [];
  // A form that takes a port for a part of the address would take `10.0.0.1:80` for a network.
  const base = /:\d+$/.test(host) && host.includes(".") ? undefined : ipOf(host);
  const width = host.includes(":") ? 128 : 32;
  const bits = length === undefined ? width : Number(length);
  // Of an IPv4 address in the form of an IPv6 one the last 32 bits are left.
  const cut = base ? width - base.length * 8 : 0;
  if (!base || bits > width || bits < cut) {
    throw new RangeError(`${title}: expected a network such as 10.0.0.0/8, got "${text}"`);
  }
  return { base, bits: bits - cut };
}

function same(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (a[at] !== b[at]) return false;
  const rest = 8 - (bits & 7);
  return rest === 8 || (a[whole] ?? 0) >> rest === (b[whole] ?? 0) >> rest;
}
