/**
 * For those who write a transport: `@peerkit/core/transport-kit`. The test that goes with it is
 * `transportConformance` in `@peerkit/core/testing`.
 * @module
 */

export { formatIp } from "../node/ip.ts";
export { Netlist } from "../node/netlist.ts";
export { type Caller, callerOf } from "./caller.ts";
export {
  type DrivenStreamOptions,
  drivenStream,
  type StreamDriver,
  type StreamSink,
} from "./driven-stream.ts";
export { endpoints, type SocketEnds } from "./endpoints.ts";
export { dialError, formatHostPort, listenError } from "./errors.ts";
export type { Flow } from "./inbound-queue.ts";
export { portOf } from "./port-of.ts";
export { SharedTurn } from "./shared-turn.ts";
export { type Corkable, TickCork } from "./tick-cork.ts";
