/**
 * The contract of a transport as tests, for any test framework and any runtime.
 * @module
 */

import type { ByteStream } from "../transport.ts";
import type { DefineTest } from "./contract.ts";
import { defineCases } from "./contract.ts";
import { dialCases } from "./transport-suite/dial-cases.ts";
import { startFarSide } from "./transport-suite/far-side.ts";
import { flowCases } from "./transport-suite/flow-cases.ts";
import { listenCases } from "./transport-suite/listen-cases.ts";
import { portCases } from "./transport-suite/port-cases.ts";
import type { DialSetup, ListenSetup } from "./transport-suite/setup.ts";

/**
 * Runs the cases of the contract that need a dialer only; the listener may be in another process
 * and hands each stream to {@link farSide}. `setup` is called for each case.
 */
export function dialConformance(test: DefineTest, setup: () => Promise<DialSetup>): void {
  defineCases(test, [...dialCases, ...portCases, ...flowCases], setup);
}

/** Runs the whole contract against a transport that dials and listens in this process. */
export function transportConformance(test: DefineTest, setup: () => Promise<ListenSetup>): void {
  dialConformance(test, async () => dialSetup(await setup()));
  defineCases(test, listenCases, setup);
}

/**
 * Makes what plays the other side of {@link dialConformance}: give it each stream that a listener
 * takes. One is needed for each listener.
 */
export function farSide(): (stream: ByteStream) => void {
  return startFarSide();
}

async function dialSetup(setup: ListenSetup): Promise<DialSetup> {
  const onStream = startFarSide();
  const listen = async () => {
    if (setup.transport.listen === undefined) throw new TypeError("the transport can't listen");
    return setup.transport.listen(setup.listenAddress, { admit: () => true, onStream });
  };
  // A port that was just given up: nothing listens there.
  const gone = await listen();
  const listener = await listen();
  await gone.close();
  return {
    transport: setup.transport,
    address: setup.addressFor(listener),
    refusedAddress: setup.addressFor(gone),
    async cleanup() {
      await listener.close();
      await setup.cleanup?.();
    },
  };
}
