/**
 * Who is calling: the address of a connection, or the one that a trusted proxy says it forwards.
 * @see https://www.rfc-editor.org/rfc/rfc7239
 * @module
 */

import { ipOf } from "../node/ip.ts";
import type { Netlist } from "../node/netlist.ts";
import type { InboundInfo } from "../transport.ts";

/** The other end of a connection, as far as its address can be told. */
export interface Caller {
  /** 4 or 16 bytes. */
  readonly ip: Uint8Array;
  /** True when it stands behind this proxy's address, and where can't be told. */
  readonly hidden: boolean;
}

/** No chain of proxies is longer. */
const MAX_HOPS = 32;

/**
 * The caller of a connection; `undefined` where it has no IP address. What a proxy forwards is
 * believed of trusted proxies only, from the last of them backwards, up to the first address that
 * is none of them: what stands before that, a caller can write himself.
 */
export function callerOf(info: InboundInfo, proxies: Netlist): Caller | undefined {
  const ip = ipOf(info.remoteAddress ?? "");
  if (!ip) return undefined;
  if (!proxies.contains(ip)) return { ip, hidden: false };
  const { "x-forwarded-for": list, forwarded } = info.headers ?? {};
  const callers: Caller[] = [];
  if (list !== undefined) callers.push(walk(ip, `${list}`.split(","), proxies));
  if (forwarded !== undefined) callers.push(walk(ip, forwardedFor(`${forwarded}`), proxies));
  const [first = { ip, hidden: false }, second = first] = callers;
  // A proxy writes one of the two and may pass on the other as it came, so they have to agree.
  if (`${first.ip}` !== `${second.ip}`) return { ip, hidden: true };
  return { ip: first.ip, hidden: first.hidden || second.hidden };
}

/** Goes back from the last proxy to the first address that isn't one. */
function walk(nearest: Uint8Array, chain: readonly string[], proxies: Netlist): Caller {
  let ip = nearest;
  for (const hop of chain.slice(-MAX_HOPS).reverse()) {
    const next = ipOf(hop.trim());
    if (!next) return { ip, hidden: true };
    ip = next;
    if (!proxies.contains(ip)) break;
  }
  return { ip, hidden: false };
}

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
// Addresses with colons belong in quotes, and some proxies forget those.
const BARE = "[\\w!#$%&'*+.^`|~:[\\]-]+";
const PAIR = `\\s*(?:(${TOKEN})=(${BARE}|${QUOTED}))?\\s*([;,]|$)`;

/**
 * The `for` of each element of a `Forwarded` header; an empty text where it has none. A header that
 * is malformed anywhere tells nothing: a quote that a caller left open would swallow what follows.
 */
function forwardedFor(header: string): readonly string[] {
  const pairs = new RegExp(PAIR, "y");
  const hops: string[] = [];
  for (let hop = ""; ; ) {
    const [, name = "", value = "", end] = pairs.exec(header) ?? [];
    if (end === undefined) return [""];
    if (name.toLowerCase() === "for") hop = unquoted(value);
    if (end === ";") continue;
    hops.push(hop);
    if (end === "") return hops;
    hop = "";
  }
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
}
