/**
 * IP addresses as bytes and as text, and how far each reaches.
 * @module
 */

import { isHost, isIPv6 } from "./host.ts";

/** The 4 or 16 bytes of an IP address; `undefined` for a name. An IPv6 address has no brackets. */
export function ipToBytes(text: string): Uint8Array | undefined {
  if (text.includes(":")) return isIPv6(text) ? ipv6ToBytes(text) : undefined;
  return /^[\d.]+$/.test(text) && isHost(text) ? ipv4ToBytes(text) : undefined;
}

/**
 * The bytes of an IP address that stands alone, in brackets, or before a port, with or without a
 * zone; IPv4 in the form of IPv6 becomes IPv4. `undefined` for anything else.
 */
export function ipOf(text: string): Uint8Array | undefined {
  const [, inBrackets, ipv4, ipv6] =
    /^(?:\[([\da-f:.]+)(?:%[^\]]*)?\](?::\d{1,5})?|([\d.]+)(?::\d{1,5})?|([\da-f:.]+))$/i.exec(
      text,
    ) ?? [];
  if (inBrackets !== undefined && !inBrackets.includes(":")) return undefined;
  const bytes = ipToBytes(inBrackets ?? ipv4 ?? ipv6 ?? "");
  return bytes && isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** The text of 4 or 16 bytes; IPv6 in the short form of RFC 5952. */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (isMapped(bytes)) return `::ffff:${bytes.subarray(12).join(".")}`;
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) {
    groups.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  }
  return shorten(groups.join(":"));
}

/** True for an IPv4 address in the form of an IPv6 one. */
export function isMapped(bytes: Uint8Array): boolean {
  return (
    bytes.length === 16 &&
    bytes.subarray(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 0xff &&
    bytes[11] === 0xff
  );
}

/** True for an address of many receivers, which is no place to dial. */
export function isMulticast(bytes: Uint8Array): boolean {
  const [first = 0] = bytes;
  return bytes.length === 4 ? first >> 4 === 0xe : first === 0xff;
}

/** True for 0.0.0.0 and ::. */
export function isUnspecified(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/**
 * From how far an address can be reached: 0 unspecified, 1 this machine, 2 this link, 3 a private
 * network, 4 everywhere.
 */
export function reachOf(bytes: Uint8Array): number {
  if (isUnspecified(bytes)) return 0;
  const [a = 0, b = 0] = bytes;
  if (bytes.length === 4) {
    if (a === 127) return 1;
    if (a === 169 && b === 254) return 2;
    return a === 10 || (a === 172 && b >> 4 === 1) || (a === 192 && b === 168) ? 3 : 4;
  }
  if (isUnspecified(bytes.subarray(0, 15)) && bytes[15] === 1) return 1;
  if (a === 0xfe && b >> 6 === 2) return 2;
  return (a & 0xfe) === 0xfc ? 3 : 4;
}

function ipv4ToBytes(text: string): Uint8Array {
  return Uint8Array.from(text.split("."), Number);
}

function ipv6ToBytes(text: string): Uint8Array {
  const [head = "", tail] = text.split("::");
  const before = groupBytes(head);
  const bytes = new Uint8Array(16);
  bytes.set(before);
  if (tail === undefined) return bytes;
  const after = groupBytes(tail);
  bytes.set(after, 16 - after.length);
  return bytes;
}

function groupBytes(half: string): number[] {
  if (half === "") return [];
  return half.split(":").flatMap((group) => {
    if (group.includes(".")) return [...ipv4ToBytes(group)];
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** Puts `::` in place of the longest run of at least two zeros, the first of equals. */
function shorten(text: string): string {
  const runs = text.match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? [];
  const longest = runs.reduce((best, run) => {
    return zeros(run) > zeros(best) ? run : best;
  }, "");
  return longest === "" ? text : text.replace(longest, "::").replace(/:{3,}/, "::");
}

function zeros(run: string): number {
  return run.split("0").length;
}
