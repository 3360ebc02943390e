/**
 * The addresses of NATS servers.
 * @module
 */

/** The schemes, and whether a server must have TLS. */
const SCHEMES: ReadonlyMap<string, boolean> = new Map([
  ["nats:", false],
  ["tls:", true],
]);

/** Servers as the client takes them. */
export interface Servers {
  readonly servers: readonly string[];
  /** Whether one that has no TLS is to be left. */
  readonly needTls: boolean;
}

/** Reads the URLs. Throws a `RangeError` that names the argument, never with a password in it. */
export function readServers(urls: string | readonly string[]): Servers {
  const list = typeof urls === "string" ? [urls] : urls;
  if (list.length === 0) throw new RangeError('"servers" expected a URL, got none');
  const read = list.map(readServer);
  return { servers: read.map(({ url }) => url), needTls: read.some(({ needsTls }) => needsTls) };
}

function readServer(text: string): { readonly url: string; readonly needsTls: boolean } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const needsTls = SCHEMES.get(url?.protocol ?? "");
  if (!url || needsTls === undefined || url.hostname === "") {
    throw new RangeError('"servers" expected URLs such as nats://host:4222 or tls://host:4222');
  }
  if (url.username !== "" || url.password !== "") {
    throw new RangeError('"servers" expected no user in a URL: put it into "access"');
  }
  return { url: `${url.protocol}//${url.host}`, needsTls };
}
