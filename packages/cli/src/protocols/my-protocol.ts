/**
 * The example of go-ethereum's wiki: one message code; "foo" is answered with "bar".
 * @module
 */

import type { Peer, Protocol } from "@peerkit/core";
import { defineProtocol, oneOf, sendItems, str, tuple } from "@peerkit/core";

/** The only message code. */
export const TEXT = 0;
const message = oneOf(tuple(str), str); // a list of one, as sendItems sends it, or bare

/** `MyProtocol` 1: the dialer says "foo", the other side answers "bar"; `onText` gets the answers. */
export function createMyProtocol(onText: (text: string, peer: Peer) => void): Protocol {
  return defineProtocol({
    name: "MyProtocol",
    version: 1,
    length: 1,
    async run(peer, rw) {
      if (!peer.inbound) await sendItems(rw, TEXT, "foo");
      for await (const msg of rw) {
        const body = msg.decode(message);
        const text = typeof body === "string" ? body : body[0];
        if (text === "foo") await sendItems(rw, TEXT, "bar");
        else onText(text, peer);
      }
    },
  });
}

/** `MyProtocol` as the wiki has it: it prints the answers. */
export const myProtocol: Protocol = createMyProtocol((text) => console.log("recv:", text));
