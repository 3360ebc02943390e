/**
 * What messages are called and what they say: the base protocol's here, an application's from it.
 * @module
 */

import { formatReason } from "../errors.ts";
import { bareText, describeBytes, numberOf } from "./byte-words.ts";
import type { RlpItem, RlpView } from "./rlp-view.ts";

/** A payload as far as it is kept, read as RLP. */
export interface PayloadView extends RlpView {
  readonly bytes: Uint8Array;
  /**
   * The item at a place, as text without quotation marks: `text(0, 1)` is the second item of the
   * outermost list. Empty where there is no such byte string.
   */
  text(...path: readonly number[]): string;
}

/** A message in words. */
export interface MessageWords {
  readonly name: string;
  /** Names of the items of its list, in order. @default none */
  readonly fields?: readonly string[];
  /** What it says, in one line. @default all its items */
  readonly line?: (payload: PayloadView) => string;
}

/** Messages by protocol and code; a protocol's codes begin at 0. */
export type Vocabulary = Readonly<Record<string, Readonly<Record<number, MessageWords>>>>;

/** The base protocol's name in trace events. */
export const BASE_PROTOCOL = "p2p";
/** The base protocol's message that ends a connection. */
export const DISCONNECT = 1;

/** The base protocol's messages. */
export const BASE_WORDS: Vocabulary = {
  [BASE_PROTOCOL]: {
    0: {
      name: "Hello",
      fields: ["base version", "client", "capabilities", "listen port", "key"],
      line: helloLine,
    },
    [DISCONNECT]: { name: "Disconnect", fields: ["reason"], line: disconnectLine },
    2: { name: "Ping", line: () => "" },
    3: { name: "Pong", line: () => "" },
  },
};

/** Reads a payload for a line. */
export function payloadView(bytes: Uint8Array, view: RlpView): PayloadView {
  const at = new Map(view.items.map((item) => [item.path.join("."), item]));
  const text = (...path: readonly number[]): string => {
    const item = at.get(path.join("."));
    return item?.kind === "bytes" ? bareText(describeBytes(contentOf(bytes, item))) : "";
  };
  return { ...view, bytes, text };
}

/** An item's own bytes. */
export function contentOf(bytes: Uint8Array, item: RlpItem): Uint8Array {
  return bytes.subarray(item.content, item.end);
}

/** A reason of go-ethereum's: one byte, or nothing for 0. */
export function reasonOf(bytes: Uint8Array): string {
  return formatReason(bytes.at(-1) ?? 0);
}

/** Client and protocols, which is what one looks for in a Hello. */
function helloLine({ bytes, items, text }: PayloadView): string {
  const caps = items.filter(({ path }) => path.length === 3 && path[1] === 2);
  const names = caps.map(({ path }) => {
    const version = items.find((item) => item.path.join() === [...path, 1].join());
    return `${text(...path, 0)}/${version ? numberOf(contentOf(bytes, version)) : "?"}`;
  });
  return [text(0, 1), ...names].join(", ");
}

/** The reason stands in a list or alone, and 0 is written as an empty string. */
function disconnectLine({ bytes, items }: PayloadView): string {
  const item = items.find(({ kind }) => kind === "bytes");
  return reasonOf(item ? contentOf(bytes, item) : new Uint8Array(0));
}
