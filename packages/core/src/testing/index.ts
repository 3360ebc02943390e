/**
 * The test kit: `@peerkit/core/testing`.
 * @module
 */

export { type ContractCase, type DefineTest, defineCases } from "./contract.ts";
export { FakeClock } from "./fake-clock.ts";
export {
  type MemoryNetwork,
  type MemoryNetworkOptions,
  memoryNetwork,
  memoryTransport,
} from "./memory-transport.ts";
export {
  expectMsg,
  type MessagePipeOptions,
  type MsgPipeEnd,
  messagePipe,
  type PeerPipeOptions,
  peerPipe,
} from "./message-pipe.ts";
export type { LinkOptions } from "./simulation/conditions.ts";
export type { SimulationEvent, SimulationFact } from "./simulation/event.ts";
export { SeededRandom } from "./simulation/seeded-random.ts";
export {
  type SimulatedNetwork,
  type SimulatedNode,
  type SimulatedNodeOptions,
  type SimulationOptions,
  simulatedNetwork,
} from "./simulation/simulated-network.ts";
export { type StoreSetup, storeConformance } from "./store-suite.ts";
export { TestSession, type TestSessionOptions, testSessionPair } from "./test-session.ts";
export type { DialSetup, ListenSetup } from "./transport-suite/setup.ts";
export { dialConformance, farSide, transportConformance } from "./transport-suite.ts";
