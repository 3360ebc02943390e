/**
 * The texts of node addresses and listen addresses.
 * @module
 */

import { isPublicKey } from "../crypto/secp256k1.ts";
import { P2PError } from "../errors.ts";
import { abytes, bytesToHex, hexToBytes, typeName } from "../wire/bytes.ts";
import type { ListenAddress, NodeAddress } from "./address.ts";
import { recordAddresses } from "./endpoint.ts";
import { formatHost, isHost, parseHost } from "./host.ts";
import { formatRecord, parseRecord } from "./record.ts";

// `new URL` differs between engines for schemes it doesn't know, so these split the texts. They
// are loose on purpose: what is wrong with a part is said by name later.
// Scheme, key, host, port, path, parameters.
const NODE =
  /^enode(?:\+([a-z][a-z0-9.-]*))?:\/\/([^@:/?#]*)(?:@(\[[^\]]*\]|[^:/?#[\]]*)(?::([^/?#]*))?)?(\/[^?#]*)?(?:\?(.*))?$/is;
// Scheme, host, port, path.
const LISTEN = /^(?:([a-z][a-z0-9.-]*):\/\/)?(\[[^\]]*\]|[^:/?#[\]@]*)(?::([^/?#]*))?(\/[^?#]*)?$/i;

const SCHEME = /^[a-z][a-z0-9.-]*$/;
const KEY = /^[0-9a-f]{128}$/i;
/** What stands in a request line as it is, or can be percent-encoded there. */
const PATH = /^\/[^?#\s\p{Control}\p{Surrogate}]*$/u;

const NODE_SHAPE =
  "expected enode://<public key, 128 hex digits>@<host>:<port> or enode+ws://<public key>@<host>[:<port>]/<path>";
const LISTEN_SHAPE = "expected tcp://<host>:<port>, ws://<host>:<port>/<path> or :<port>";

/** How much of a wrong text an error message shows. */
const SHOWN = 60;

/**
 * Reads `enode://`, `enode+ws://`, `enode+wss://`, other transports' `enode+<scheme>://`, and
 * records, `enr:`, whose signature is checked. Parts that the text doesn't have are absent, and space
 * around it is ignored. As in go-ethereum, port 0 is a node without TCP, and parameters that
 * `enode://` doesn't know are skipped. Of a record it is the first of {@link parseNodeAddresses}, or
 * an address without a host.
 * @throws P2PError `P2P_ERR_BAD_ADDRESS`, saying which part is wrong.
 */
export function parseNodeAddress(text: string): NodeAddress {
  return parseNodeAddresses(text)[0];
}

/**
 * Reads what {@link parseNodeAddress} reads: every address of a record that can be dialed, TCP
 * before `wss` before `ws`, or the one address that another text has.
 * @throws P2PError `P2P_ERR_BAD_ADDRESS`, saying which part is wrong.
 */
export function parseNodeAddresses(text: string): readonly [NodeAddress, ...NodeAddress[]] {
  requireText(text);
  return /^\s*enr:/i.test(text) ? parseEnr(text) : [parseEnode(text)];
}

function parseEnr(text: string): readonly [NodeAddress, ...NodeAddress[]] {
  try {
    const record = parseRecord(text);
    const [first, ...others] = recordAddresses(record);
    const { publicKey } = record;
    return first ? [first, ...others] : [{ publicKey, scheme: "tcp", enr: formatRecord(record) }];
  } catch (cause) {
    if (!P2PError.is(cause)) throw cause;
    throw badAddress(text, cause.message, cause);
  }
}

function parseEnode(text: string): NodeAddress {
  const match = NODE.exec(text.trim());
  if (match === null) throw badAddress(text, `${hintFor(text.trim())}${NODE_SHAPE}`);
  const [, scheme, key = "", host, port, path, query] = match;
  const fail: Fail = (problem) => badAddress(text, `${problem}; ${NODE_SHAPE}`);
  if (!KEY.test(key)) throw fail(`the public key must be 128 hex digits, got ${describeKey(key)}`);
  const publicKey = hexToBytes(key);
  if (!isPublicKey(publicKey)) throw fail("the public key is not a point of the curve");

  const address: Mutable<NodeAddress> = { publicKey, scheme: scheme?.toLowerCase() ?? "tcp" };
  if (scheme?.toLowerCase() === "tcp") throw fail("the scheme for TCP is enode://");
  if (host !== undefined) address.host = readHost(host, fail);
  if (port !== undefined) address.port = readPort(port, fail);
  // A lone slash at the end means nothing in enode://.
  if (path !== undefined && (scheme !== undefined || path !== "/")) address.path = path;
  if (query !== undefined) readParameters(address, query, fail);
  const problem = problemWith(address);
  if (problem !== undefined) throw fail(problem);
  return address;
}

/**
 * Writes what {@link parseNodeAddress} reads. Whether the key is on the curve is not looked at.
 * @throws `TypeError` or `RangeError` for an address that has no text, such as a host without a
 * port in `enode://`.
 */
export function formatNodeAddress(address: NodeAddress): string {
  const { scheme, host, port, path, discport, via } = address;
  const key = bytesToHex(abytes(address.publicKey, 64, "address.publicKey"));
  const problem = problemWith(address);
  if (problem !== undefined) throw new RangeError(`address: ${problem}`);
  let text = `enode${scheme === "tcp" ? "" : `+${scheme}`}://${key}`;
  if (host !== undefined) text += `@${formatHost(host)}`;
  if (port !== undefined) text += `:${port}`;
  if (path !== undefined) text += path;
  const parameters: string[] = [];
  if (discport !== undefined && discport !== port) parameters.push(`discport=${discport}`);
  if (via !== undefined) parameters.push(`via=${encodeURIComponent(via)}`);
  return parameters.length === 0 ? text : `${text}?${parameters.join("&")}`;
}

/**
 * Reads where to listen: `tcp://0.0.0.0:30300`, `ws://0.0.0.0:30301/p2p`, or as Go has it,
 * `:30300` and `[::]:30300`, which are TCP. Without a host it is `0.0.0.0`, all IPv4 interfaces.
 * Port 0 lets the system choose.
 * @throws P2PError `P2P_ERR_BAD_ADDRESS`, saying which part is wrong.
 */
export function parseListenAddress(text: string): ListenAddress {
  requireText(text);
  const match = LISTEN.exec(text.trim());
  if (match === null) throw badAddress(text, LISTEN_SHAPE);
  const [, scheme = "tcp", host = "", port, path] = match;
  const fail: Fail = (problem) => badAddress(text, `${problem}; ${LISTEN_SHAPE}`);
  if (port === undefined) throw fail("it has no port");
  const address: Mutable<ListenAddress> = {
    scheme: scheme.toLowerCase(),
    host: host === "" ? "0.0.0.0" : readHost(host, fail),
    port: readPort(port, fail),
  };
  if (path === undefined) return address;
  if (address.scheme === "tcp") throw fail("TCP has no path");
  if (!PATH.test(path)) throw fail(`bad path "${path}"`);
  address.path = path;
  return address;
}

/** Writes what {@link parseListenAddress} reads, always with a scheme. */
export function formatListenAddress(address: ListenAddress): string {
  const { scheme, host, port, path } = address;
  return `${scheme}://${formatHost(host)}:${port}${path ?? ""}`;
}

/** What keeps a node address from having a text, in words. */
function problemWith(address: NodeAddress): string | undefined {
  const { scheme, host, port, path, discport, via } = address;
  const isTcp = scheme === "tcp";
  if (!SCHEME.test(scheme)) return `bad scheme "${scheme}"`;
  if (host !== undefined && !isHost(host)) return `bad host "${host}"`;
  if (host === undefined && (port !== undefined || path !== undefined)) return "it has no host";
  if (host === undefined && (scheme === "ws" || scheme === "wss")) return "it has no host";
  if (host !== undefined && port === undefined && isTcp) return "it has no port";
  if (port !== undefined && !isPort(port)) return `bad port ${port}`;
  if (port === 0 && !isTcp) return "port 0 can't be dialed";
  if (path !== undefined && isTcp) return "enode:// has no path";
  if (path !== undefined && !PATH.test(path)) return `bad path "${path}"`;
  if (discport !== undefined && (!isTcp || host === undefined)) return "discport has no place here";
  if (discport !== undefined && !isPort(discport)) return `bad discport ${discport}`;
  return via === undefined ? undefined : problemWithVia(via);
}

function problemWithVia(via: string): string | undefined {
  if (/\s|\p{Surrogate}/u.test(via)) return "via has a space or half a surrogate pair in it";
  // Only one step: a chain of relays isn't supported, and reading one would recurse on the input.
  const query = NODE.exec(via)?.[6];
  if (query !== undefined && /(?:^|&)via=/.test(query)) return "via has a via of its own";
  try {
    parseNodeAddress(via);
    return undefined;
  } catch (error) {
    if (!P2PError.is(error)) throw error;
    return `via is a ${error.message}`;
  }
}

/** Fills in `discport` and `via`. `via` is the last one: it may hold `&` when it isn't encoded. */
function readParameters(address: Mutable<NodeAddress>, query: string, fail: Fail): void {
  const [, before = "", via] = /^(.*?)(?:(?:^|&)via=(.*))?$/s.exec(query) ?? [];
  for (const parameter of before.split("&")) {
    const [name, value = ""] = parameter.split("=", 2);
    if (name === "discport") {
      const port = readPort(value, fail, "discport");
      if (port !== address.port) address.discport = port;
    } else if (address.scheme !== "tcp" && parameter !== "") {
      throw fail(`unknown parameter "${name}"`);
    }
  }
  if (via === undefined) return;
  try {
    address.via = via.includes("://") ? via : decodeURIComponent(via);
  } catch {
    // Its only failure is a wrong percent sign.
    throw fail("via is not percent-encoded correctly");
  }
}

function requireText(text: unknown): void {
  if (typeof text === "string") return;
  throw new TypeError(`text: expected a string, got ${typeName(text)}`);
}

function readHost(text: string, fail: Fail): string {
  const host = parseHost(text);
  if (host !== undefined) return host;
  throw fail(`bad host "${text}"`);
}

function readPort(text: string, fail: Fail, name = "port"): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && isPort(port)) return port;
  throw fail(`bad ${name} "${text}"`);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}

function describeKey(key: string): string {
  return /^[0-9a-f]*$/i.test(key) ? `${key.length}` : "other characters";
}

/** A first word for mistakes that are easy to make. */
function hintFor(text: string): string {
  if (/^(?:wss?|https?|tcp):\/\//i.test(text)) {
    return "the node's public key is missing, by which it is told from an impostor; ";
  }
  return "";
}

function badAddress(text: string, problem: string, cause?: unknown): P2PError {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return new P2PError(`bad address "${shown}": ${problem}`, { code: "P2P_ERR_BAD_ADDRESS", cause });
}

/** Makes an error that names the whole text. */
type Fail = (problem: string) => P2PError;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
