/**
 * The messages of this page's protocols, in words.
 * @module
 */

import type { PayloadView, Vocabulary } from "@peerkit/core/inspect";
import { BASE_WORDS } from "@peerkit/core/inspect";

/** What the wire says, for the inspector. */
export const VOCABULARY: Vocabulary = {
  MyProtocol: { 0: { name: "Text", fields: ["text"] } },
  talk: {
    0: { name: "Name", fields: ["name"] },
    1: { name: "Say", fields: ["time", "text"], line: ({ text }) => `“${text(0, 1)}”` },
    2: {
      name: "Told",
      fields: ["id", "name", "time", "text"],
      line: ({ text }) => `${text(0, 1)}: “${text(0, 3)}”`,
    },
  },
  draw: {
    0: { name: "Stroke", fields: ["number", "points"], line: strokeLine },
    1: { name: "Clear" },
  },
  relay: {
    0: { name: "Reserve" },
    1: { name: "Reserved" },
    2: { name: "Connect" },
    3: { name: "Connected" },
    4: { name: "Incoming", fields: ["token", "from", "good for ms"] },
    5: { name: "Declined", fields: ["token"] },
    6: { name: "Draining", fields: ["within ms"] },
  },
  rooms: {
    0: { name: "Join" },
    1: { name: "Joined" },
    2: { name: "Leave", fields: ["room"] },
    3: { name: "Changed", fields: ["room", "came", "left"] },
  },
  eth: {
    0: {
      name: "Status",
      fields: [
        "version",
        "network id",
        "genesis",
        "fork id",
        "earliest block",
        "latest block",
        "latest hash",
      ],
    },
    17: { name: "BlockRangeUpdate" },
  },
};

/** The name of a protocol's message, where it has one. `code` is relative to the protocol. */
export function knownMessage(protocol: string, code: number): string | undefined {
  return (BASE_WORDS[protocol] ?? VOCABULARY[protocol])?.[code]?.name;
}

/** How much was drawn. */
function strokeLine({ items }: PayloadView): string {
  const points = items.filter(({ path }) => path.length === 3 && path[1] === 1).length;
  return `${points} ${points === 1 ? "point" : "points"} of a stroke`;
}
