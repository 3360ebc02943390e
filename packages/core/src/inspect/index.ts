/**
 * `@peerkit/core/inspect`: what goes over the wire, for people to look at.
 * @module
 */

export { describeBytes } from "./byte-words.ts";
export type { Frame, FrameFilter, Tally } from "./frame-log.ts";
export type { Meaning } from "./frame-words.ts";
export { Inspector, type InspectorOptions } from "./inspector.ts";
export {
  BASE_WORDS,
  type MessageWords,
  type PayloadView,
  type Vocabulary,
} from "./message-words.ts";
export type { RlpItem, RlpView } from "./rlp-view.ts";
