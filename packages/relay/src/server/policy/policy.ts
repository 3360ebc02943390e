/**
 * Which TCP nodes a relay may dial. Everything that isn't named is refused.
 * @module
 */

import { isIP } from "node:net";
import { bytesToHex, parseNodeAddress } from "@peerkit/core";
import { isSpecial, Network } from "./special-networks.ts";

/** A TCP node that a relay may dial. */
export interface AllowedTarget {
  /** `enode://<public key>@<host>:<port>`. */
  readonly address: string;
  /**
   * Whether the host, where it is a name, may stand for a private or otherwise special address. An IP
   * address is dialed as it is written. @default false
   */
  readonly mayBePrivate?: boolean;
}

/** What a policy is made of: the part of a relay's policy that is about TCP nodes. */
export interface PolicyOptions {
  readonly allow?: readonly (string | AllowedTarget)[] | undefined;
  readonly dangerouslyAllowNetworks?: readonly string[] | undefined;
}

/** What is to be dialed. */
export interface Target {
  readonly publicKey: Uint8Array;
  readonly host: string;
  readonly port: number;
}

/** Looks a name up: all its addresses, as the system would dial them. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** Which addresses may be dialed, checked by text and by what the text stands for. */
export class Policy {
  readonly #exact = new Map<string, { readonly mayBePrivate: boolean }>();
  readonly #networks: readonly Network[];

  /** @throws P2PError `P2P_ERR_BAD_ADDRESS`, or RangeError naming the network that is none. */
  constructor({ allow = [], dangerouslyAllowNetworks = [] }: PolicyOptions) {
    for (const target of allow) {
      const { address, mayBePrivate = false } =
        typeof target === "string" ? { address: target } : target;
      const { publicKey, scheme, host, port } = parseNodeAddress(address);
      if (scheme !== "tcp" || host === undefined || port === undefined) {
        throw new RangeError(`allow: expected enode://<key>@<host>:<port>, got ${address}`);
      }
      this.#exact.set(nameOf({ publicKey, host, port }), { mayBePrivate });
    }
    this.#networks = dangerouslyAllowNetworks.map((text) => new Network(text));
  }

  /**
   * Why the target may not be dialed, as far as its text tells. What it stands for is looked at by
   * {@link Policy.resolve}.
   */
  refusal(target: Target): string | undefined {
    if (this.#exact.has(nameOf(target))) return undefined;
    if (this.#networks.length === 0) return NOT_ON_THE_LIST;
    if (isOddNumber(target.host)) return "an IP address is to be written plainly";
    if (isIP(target.host) !== 0 && !this.#inNetwork(target.host)) return NOT_ON_THE_LIST;
    return undefined;
  }

  /**
   * Looks the host up, once, and gives the one address to dial: a name that stands for another one a
   * moment later changes nothing. Gives why not instead.
   */
  async resolve(
    target: Target,
    lookup: Lookup,
  ): Promise<{ readonly ip: string } | { readonly refused: string }> {
    const refused = this.refusal(target);
    if (refused !== undefined) return { refused };
    const exact = this.#exact.get(nameOf(target));
    if (isIP(target.host) !== 0) return { ip: target.host };
    const addresses = await lookup(target.host);
    const [ip] = addresses;
    if (ip === undefined) return { refused: "the name has no address" };
    const allowed = addresses.every((each) =>
      exact ? exact.mayBePrivate || !isSpecial(each) : this.#inNetwork(each),
    );
    return allowed ? { ip } : { refused: "the name stands for an address that isn't allowed" };
  }

  #inNetwork(ip: string): boolean {
    return this.#networks.some((network) => network.has(ip) && (network.special || !isSpecial(ip)));
  }
}

const NOT_ON_THE_LIST = "the node isn't on the operator's list";

/** One text for each target: an IP address as bytes would have it, a name in small letters. */
function nameOf({ publicKey, host, port }: Target): string {
  return `${bytesToHex(publicKey)}@${canonicalHost(host)}:${port}`;
}

function canonicalHost(host: string): string {
  if (isIP(host) !== 6) return host.toLowerCase().replace(/\.$/, "");
  return new URL(`http://[${host}]`).hostname;
}

/** Decimal, octal, hexadecimal and short forms, which a resolver takes for IP addresses. */
function isOddNumber(host: string): boolean {
  return isIP(host) === 0 && /^(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+))*\.?$/i.test(host);
}
