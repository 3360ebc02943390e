/**
 * The offer and the choice of a sealed session: one extra element in `auth`, one in `ack`. Clients
 * that don't know it skip it, as EIP-8 has them.
 * @see docs/wire/sealed.md, section 2
 * @module
 */

import { P2PError } from "../errors.ts";
import { equalBytes } from "../wire/bytes.ts";
import type { Tail } from "./packets.ts";

/** Whether a connection may, must or must not be sealed. */
export type SealedMode = "prefer" | "require" | "off";

/** The version of the sealed session that we speak. */
export const SEALED_VERSION = 1;

const NAME = new TextEncoder().encode("sealed");
/** The most versions that an offer lists. */
const MAX_VERSIONS = 8;

/** The tail of our `auth`. */
export function offerTail(mode: SealedMode): Tail {
  return mode === "off" ? [] : [[NAME, SEALED_VERSION]];
}

/** The tail of our `ack`. */
export function choiceTail(chosen: number | undefined): Tail {
  return chosen === undefined ? [] : [[NAME, chosen]];
}

/**
 * Reads the offer in the tail of an `auth`: the versions, or `undefined` without an offer.
 * @throws P2PError `P2P_ERR_SEALED_OFFER` when there are two or it is malformed.
 */
export function readOffer(tail: readonly unknown[]): readonly number[] | undefined {
  const versions = readElement(tail, "offer");
  if (!versions) return undefined;
  if (versions.length === 0 || versions.length > MAX_VERSIONS) {
    throw bad(`expected 1 to ${MAX_VERSIONS} versions, got ${versions.length}`);
  }
  const ascending = versions.every((version, i) => i === 0 || version > (versions[i - 1] ?? 0));
  if (!ascending) throw bad("expected strictly increasing versions");
  return versions;
}

/**
 * What the recipient of an offer chooses: a version, or `undefined` for RLPx v5.
 * @throws P2PError `P2P_ERR_SEALED_REQUIRED` when it takes no less than a sealed session.
 */
export function choose(offer: readonly number[] | undefined, mode: SealedMode): number | undefined {
  if (mode !== "off" && offer?.includes(SEALED_VERSION)) return SEALED_VERSION;
  if (mode === "require") {
    throw required(offer ? "it knows no version that we know" : "it made no offer");
  }
  return undefined;
}

/**
 * Reads the choice in the tail of the `ack` to our offer.
 * @throws P2PError `P2P_ERR_SEALED_OFFER` when it is malformed, or nothing we offered;
 * `P2P_ERR_SEALED_REQUIRED` when there is none and we take no less.
 */
export function readChoice(tail: readonly unknown[], mode: SealedMode): number | undefined {
  if (mode === "off") return undefined;
  const versions = readElement(tail, "choice");
  if (!versions) {
    if (mode === "require") throw required("it answered without a choice");
    return undefined;
  }
  if (versions.length !== 1) throw bad(`expected one chosen version, got ${versions.length}`);
  if (versions[0] !== SEALED_VERSION) throw bad("it chose a version that we didn't offer");
  return SEALED_VERSION;
}

/** The versions of the one element that is named so, wherever in the tail it stands. */
function readElement(tail: readonly unknown[], what: string): readonly number[] | undefined {
  const found = tail.filter(isNamed);
  if (found.length > 1) throw bad(`expected one ${what}, got ${found.length}`);
  return found[0]?.slice(1).map(versionOf);
}

function isNamed(element: unknown): element is readonly unknown[] {
  const name: unknown = Array.isArray(element) ? element[0] : undefined;
  return name instanceof Uint8Array && equalBytes(name, NAME);
}

function versionOf(value: unknown): number {
  // The RLP reader has refused integers of one byte in a longer form.
  const [version] = value instanceof Uint8Array && value.length === 1 ? value : [];
  if (!version) throw bad("expected a version from 1 to 255");
  return version;
}

function bad(why: string): P2PError {
  return new P2PError(`bad offer of a sealed session: ${why}`, { code: "P2P_ERR_SEALED_OFFER" });
}

function required(why: string): P2PError {
  return new P2PError(`only a sealed session is taken here, but the peer offers none: ${why}`, {
    code: "P2P_ERR_SEALED_REQUIRED",
  });
}
