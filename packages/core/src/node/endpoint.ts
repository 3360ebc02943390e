/**
 * Where a record says its node is. Of IPv4 and IPv6 the one that is reached from farther away counts.
 * @module
 */

import { bytes, raw, str, uint } from "../wire/schema.ts";
import { optional, rest, tuple } from "../wire/schema-list.ts";
import type { NodeAddress } from "./address.ts";
import { isHost } from "./host.ts";
import { formatIp, isMapped, isMulticast, isUnspecified, reachOf } from "./ip.ts";
import type { NodeRecord } from "./record.ts";
import { formatRecord, recordEntry } from "./record.ts";

/** Where a node can be reached by its record. Ports are 1 to 65,535. */
export interface RecordEndpoint {
  /** Absent: the record has none, or only one that can't be used. */
  readonly ip?: string;
  readonly tcp?: number;
  readonly udp?: number;
  readonly quic?: number;
}

/** A WebSocket listener, as the entries `ws` and `wss` have it; see `docs/wire/enr.md`. */
export interface WebSocketEndpoint {
  /** 1 to 65,535. */
  readonly port: number;
  /** Starts with a slash. @default "/" */
  readonly path?: string | undefined;
  /** A name or an IP address. @default the record's IP address */
  readonly host?: string | undefined;
}

/** The entries `ws` and `wss`. Elements that come after these are for later. */
const webSocket = tuple(uint, optional(str), optional(str), rest(raw));

const ip4 = bytes(4);
const ip6 = bytes(16);

/**
 * The endpoint that go-ethereum would use: IPv4, unless IPv6 is reached from farther away. The ports
 * for IPv6 are `tcp6`, `udp6` where the record has them, else `tcp`, `udp`.
 */
export function recordEndpoint(record: NodeRecord): RecordEndpoint {
  const chosen = chooseIp(record);
  const six = chosen?.length === 16 && !isMapped(chosen);
  const port = (name: string): number | undefined =>
    (six ? recordPort(record, `${name}6`) : undefined) ?? recordPort(record, name);
  const hasQuic = chosen !== undefined && !isUnspecified(chosen);
  const quic = hasQuic ? recordPort(record, six ? "quic6" : "quic") : undefined;
  return {
    ...(chosen && { ip: formatIp(chosen) }),
    ...definedPort("tcp", port("tcp")),
    ...definedPort("udp", port("udp")),
    ...definedPort("quic", quic),
  };
}

/**
 * The addresses of a record that can be dialed, in this order: TCP, `wss`, `ws`. Empty for a node
 * that says nowhere to dial.
 */
export function recordAddresses(record: NodeRecord): readonly NodeAddress[] {
  const { publicKey } = record;
  const enr = formatRecord(record);
  const { ip, tcp, udp } = recordEndpoint(record);
  const host = ip === undefined || ip === "0.0.0.0" || ip === "::" ? undefined : ip;
  const addresses: NodeAddress[] = [];
  if (host !== undefined && tcp) {
    const discport = udp === tcp ? undefined : (udp ?? 0);
    const extra = discport === undefined ? {} : { discport };
    addresses.push({ publicKey, scheme: "tcp", host, port: tcp, ...extra, enr });
  }
  for (const scheme of ["wss", "ws"] as const) {
    const entry = webSocketEndpoint(record, scheme);
    const at = entry?.host ?? host;
    if (!entry || at === undefined) continue;
    const { port, path } = entry;
    addresses.push({ publicKey, scheme, host: at, port, ...(path && { path }), enr });
  }
  return addresses;
}

/** The entry `ws` or `wss` of a record; `undefined` when it has none, or one that can't be dialed. */
export function webSocketEndpoint(
  record: NodeRecord,
  scheme: "ws" | "wss",
): WebSocketEndpoint | undefined {
  const entry = recordEntry(record, scheme, webSocket);
  if (!entry) return undefined;
  const [port, path = "", host = ""] = entry;
  if (!isPort(port) || (path !== "" && !path.startsWith("/"))) return undefined;
  if (host !== "" && !isHost(host)) return undefined;
  return { port, ...(path && { path }), ...(host && { host }) };
}

function chooseIp(record: NodeRecord): Uint8Array | undefined {
  const usable = (ip: Uint8Array | undefined) => (ip && !isMulticast(ip) ? ip : undefined);
  const four = usable(recordEntry(record, "ip", ip4));
  const six = usable(recordEntry(record, "ip6", ip6));
  if (four && six) return reachOf(four) >= reachOf(six) ? four : six;
  return four ?? six;
}

function recordPort(record: NodeRecord, key: string): number | undefined {
  const port = recordEntry(record, key, uint);
  return port !== undefined && isPort(port) ? port : undefined;
}

/** True for a number that can be dialed. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port <= 65_535;
}

function definedPort(name: "tcp" | "udp" | "quic", port: number | undefined) {
  return port === undefined ? {} : { [name]: port };
}
