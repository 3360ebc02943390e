/**
 * `@peerkit/relay/server`: the relay itself, for Node.
 * @module
 */

export {
  DEFAULT_LIMITS,
  type PartialLimits,
  type RelayLimits,
  type ScopeLimits,
} from "./budgets/limits.ts";
export {
  ASK_TIMEOUT_MS,
  type Claim,
  type Desk,
  type Directory,
  type OpenDirectory,
  ROW_TTL_MS,
} from "./neighbours/directory.ts";
export { memoryDirectory } from "./neighbours/memory-directory.ts";
export type { RelayBounds, RelayOptions, RelayPolicy, RelaySettings } from "./options.ts";
export type { AllowedTarget, Lookup } from "./policy/policy.ts";
export { createRelay, Relay, type RelayStats } from "./relay.ts";
export type { RoomLimits } from "./rooms/rooms.ts";
