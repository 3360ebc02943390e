/**
 * Addresses that are no place on the public internet: nothing there is dialed unless it is named.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 * @module
 */

import { BlockList, isIP } from "node:net";

const IPV4: readonly (readonly [net: string, bits: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10], // carriers' NAT; some clouds' metadata
  ["127.0.0.0", 8],
  ["168.63.129.16", 32], // a cloud's services for its machines, in public space
  ["169.254.0.0", 16], // link-local; most clouds' metadata
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

const IPV6: readonly (readonly [net: string, bits: number])[] = [
  ["::", 96], // unspecified, loopback, and IPv4 in its oldest clothes
  ["::ffff:0:0", 96], // IPv4-mapped
  ["::ffff:0:0:0", 96], // IPv4-translated
  ["64:ff9b::", 96], // NAT64
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23], // Teredo, ORCHID and others that stand for something else
  ["2001:db8::", 32],
  ["2002::", 16], // 6to4
  ["3fff::", 20],
  ["5f00::", 16],
  ["fc00::", 7], // unique local; a cloud's metadata
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
];

// Apart: an IPv4 address would also be looked for among the IPv4-mapped ones.
const special4 = new BlockList();
const special6 = new BlockList();
for (const [net, bits] of IPV4) special4.addSubnet(net, bits, "ipv4");
for (const [net, bits] of IPV6) special6.addSubnet(net, bits, "ipv6");

/** True for an IP address that isn't public, and for a text that is no IP address. */
export function isSpecial(ip: string): boolean {
  const version = isIP(ip);
  if (version === 0 || ip.includes("%")) return true;
  return version === 6 ? special6.check(ip, "ipv6") : special4.check(ip, "ipv4");
}

/** A network as its members are tested. Throws a `RangeError` that names it. */
export class Network {
  readonly #list = new BlockList();
  readonly #version: number;
  /** True where the network lies among special addresses itself, and so names them. */
  readonly special: boolean;

  constructor(text: string) {
    const [net = "", bits = "", more] = text.split("/");
    const version = isIP(net);
    const length = Number(bits);
    const most = version === 6 ? 128 : 32;
    if (version === 0 || !/^\d+$/.test(bits) || length > most || more !== undefined) {
      throw new RangeError(`networks: expected one like 203.0.113.0/24, got ${text}`);
    }
    this.#list.addSubnet(net, length, version === 6 ? "ipv6" : "ipv4");
    this.#version = version;
    // No special network begins within another or in public space; a wider one than /8 holds both.
    this.special = isSpecial(net) && length >= 8;
  }

  has(ip: string): boolean {
    if (isIP(ip) !== this.#version) return false;
    return this.#list.check(ip, this.#version === 6 ? "ipv6" : "ipv4");
  }
}
