/**
 * Whether the browser's rule for local networks may be why a page's dial failed. A page isn't told; its
 * Permissions API says how the rule stands, where there is one.
 * @see https://github.com/WICG/local-network-access
 * @module
 */

import { isLoopback } from "./address.ts";

/** What the hint is read from; a page's own `location` and `navigator` fit. */
export interface PageRules {
  /** The host that the page came from. */
  readonly hostname?: string | undefined;
  readonly permissions?:
    | { query(descriptor: { name: PermissionName }): Promise<{ readonly state: string }> }
    | undefined;
}

/** Resolves to the likely cause in words, or `undefined` where the rule isn't one. Never rejects. */
export async function localNetworkCause(
  host: string,
  { hostname = "", permissions }: PageRules,
): Promise<string | undefined> {
  const to = networkOf(host);
  if (to === "public" || RANK[to] <= RANK[networkOf(hostname)]) return undefined;
  switch (await stateOf(`${to}-network`, permissions)) {
    case "denied":
      return "this page may not reach local networks: that was denied in the browser's settings for it";
    case "prompt":
      return "the browser asks before this page may reach a local network, and nobody has agreed yet";
    default:
      return undefined;
  }
}

/** Pages may reach what is as near as they are, and what is farther away. */
const RANK = { public: 0, local: 1, loopback: 2 } as const;

function networkOf(host: string): keyof typeof RANK {
  const name = host.toLowerCase().replace(/^\[|\]$/g, "");
  if (isLoopback(name)) return "loopback";
  return LOCAL.test(name) ? "local" : "public";
}

/** RFC 1918, link-local, unique local IPv6, and names of multicast DNS. */
const LOCAL =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)|\.local$/;

/** Chrome had one permission at first, and has two since. */
async function stateOf(
  name: string,
  permissions: PageRules["permissions"],
): Promise<string | undefined> {
  for (const each of [name, "local-network-access"]) {
    try {
      const status = await permissions?.query({ name: each as PermissionName });
      return status?.state;
    } catch {
      // This browser doesn't know that one.
    }
  }
  return undefined;
}
