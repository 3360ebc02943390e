/**
 * No connection at all: node:crypto hashing each message with SHA3-256, the bound of RLPx v5's MAC
 * for anything that hashes natively.
 * @module
 */

import { createHash } from "node:crypto";
import type { Contestant, Link } from "../link.ts";
import { Responder } from "../responder.ts";

/** Makes the contestant. */
export function sha3(): Contestant {
  return {
    listen: async () => "nowhere",
    async dial(_address, accept) {
      const near: Link = {
        send(message) {
          createHash("sha3-256").update(message).digest();
          far.receive(message);
          return undefined;
        },
        close: async () => {},
      };
      const receive = accept(near);
      const far = new Responder({
        send(message) {
          receive(message);
          return undefined;
        },
        close: async () => {},
      });
      return near;
    },
  };
}
