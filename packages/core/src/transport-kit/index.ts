/**
 * For those who write a transport: `@peerkit/core/transport-kit`. The test that goes with it is
 * `transportConformance` in `@peerkit/core/testing`.
 * @module
 */

export {
  type DrivenStreamOptions,
  drivenStream,
  type StreamDriver,
  type StreamSink,
} from "./driven-stream.ts";
export { dialError, formatHostPort, listenError } from "./errors.ts";
export type { Flow } from "./inbound-queue.ts";
export { SharedTurn } from "./shared-turn.ts";
