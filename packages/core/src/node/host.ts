/**
 * Hosts in addresses: names, IPv4 and IPv6.
 * @module
 */

/** Letters of any script, as in `bücher.example`; the longest name DNS has. */
const HOST_NAME = /^[\p{L}\p{M}\p{N}._-]{1,253}$/u;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const IPV6_GROUP = /^[0-9a-f]{1,4}$/i;

/** True for a name or an IP address, IPv6 without brackets. */
export function isHost(host: string): boolean {
  if (host.includes(":")) return isIPv6(host);
  // What looks like numbers alone would be resolved in surprising ways.
  return /^[\d.]+$/.test(host) ? IPV4.test(host) : HOST_NAME.test(host);
}

/** True for an IPv6 address without brackets and without a zone. */
export function isIPv6(host: string): boolean {
  const halves = host.split("::");
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const all = groups.flat();
  let count = all.length;
  const last = all.at(-1);
  if (last?.includes(".")) {
    // An IPv4 address at the very end stands for the last two groups.
    if (host.endsWith(":") || !IPV4.test(last)) return false;
    all.pop();
    count++;
  }
  if (!all.every((group) => IPV6_GROUP.test(group))) return false;
  return halves.length === 2 ? count < 8 : count === 8;
}

/** A host as it stands before a port: IPv6 in brackets. */
export function formatHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** A host from a text where IPv6 has brackets; `undefined` when it is none. */
export function parseHost(text: string): string | undefined {
  const host = text.startsWith("[") ? text.slice(1, -1) : text;
  // Brackets are for IPv6, and IPv6 needs them.
  if (host.includes(":") !== text.startsWith("[")) return undefined;
  return isHost(host) ? host : undefined;
}
