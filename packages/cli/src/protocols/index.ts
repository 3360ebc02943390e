/**
 * The demo protocols: the wiki's foo/bar, a chat with hubs, and a conversation without one. Universal: they
 * run in Node and in a page.
 * @module
 */

export { type Chat, chat } from "./chat.ts";
export { type ChatClient, type ChatClientOptions, chatClient } from "./chat-client.ts";
export { type ChatHub, type ChatHubOptions, chatHub } from "./chat-hub.ts";
export {
  type ChatPerson,
  type ChatSaid,
  JOIN,
  joinSchema,
  MAX_NAME_LENGTH,
  MAX_TEXT_LENGTH,
  PEOPLE,
  peopleSchema,
  SAID,
  SAY,
  saidSchema,
  saySchema,
} from "./chat-messages.ts";
export { type EthStatus, ethStatus } from "./eth-status.ts";
export { createMyProtocol, myProtocol, TEXT } from "./my-protocol.ts";
export { type Talk, type TalkOptions, talk } from "./talk.ts";
export type { TalkLine, TalkSource } from "./talk-log.ts";
