/**
 * What runs between the two sides of some contestants, in a process of its own.
 * @module
 */

import type { Contestant } from "../link.ts";

/** One direction of the way between a far tab and its relay, in ms. */
const FAR_MS = 10;

/** Which one each contestant has; the others have none. */
export const MIDDLES: Readonly<Record<string, string>> = {
  "pipe-ws": "relay",
  "pipe-tcp": "relay",
  "splice-ws": "splice",
  "splice-tcp": "splice",
  circuit: "relay",
  "circuit-far": "relay-far",
};

/** How each is made. */
export const MIDDLE_LOADERS: Readonly<Record<string, () => Promise<Contestant>>> = {
  relay: async () => {
    const { listenRelay } = await import("./relay.ts");
    return middle(() => listenRelay());
  },
  "relay-far": async () => {
    const [{ listenRelay }, { listenFar }] = await Promise.all([
      import("./relay.ts"),
      import("./far.ts"),
    ]);
    return middle(async () => listenFar(await listenRelay(), FAR_MS));
  },
  splice: async () => middle((await import("./splice.ts")).listenSplice),
};

function middle(listen: () => Promise<string>): Contestant {
  return {
    listen,
    dial: () => Promise.reject(new TypeError("both sides come to what is between them")),
  };
}
