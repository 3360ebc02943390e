/**
 * Both roles of `chat/1` in one protocol: hub for who dials this node, client towards whom it dials.
 * @module
 */

import type { Protocol } from "@peerkit/core";
import { defineProtocol } from "@peerkit/core";
import { chatClient } from "./chat-client.ts";
import type { ChatHubOptions } from "./chat-hub.ts";
import { chatHub } from "./chat-hub.ts";
import type { ChatPerson } from "./chat-messages.ts";
import { CHAT } from "./chat-messages.ts";

/** The rooms a node is in: its own, and those of the hubs it dialed. */
export interface Chat {
  /** For `ServerOptions.protocols`. */
  readonly protocol: Protocol;
  /** Everyone in this node's own room, this node first. */
  people(): readonly ChatPerson[];
  /**
   * Says something in every room. Resolves with the number of rooms besides its own. Rejects with
   * RangeError over 2,000 characters.
   */
  say(text: string): Promise<number>;
  /** Changes the name in every room. Rejects with RangeError over 32 characters. */
  rename(name: string): Promise<void>;
}

/**
 * Makes a chat for a node that both listens and dials. Rooms stay apart: what is said in one is
 * not carried to another; only what this node says itself is said in all of them.
 */
export function chat(options: ChatHubOptions): Chat {
  const hub = chatHub(options);
  const client = chatClient(options);
  return {
    protocol: defineProtocol({
      ...CHAT,
      run: (peer, rw, signal) => (peer.inbound ? hub : client).protocol.run(peer, rw, signal),
    }),
    people: () => hub.people(),
    async say(text) {
      hub.say(text);
      return client.say(text);
    },
    async rename(name) {
      hub.rename(name);
      await client.rename(name);
    },
  };
}
