/**
 * A circuit keeps the contract of a transport's stream.
 * @module
 */

import type { ServerTransport } from "@peerkit/core";
import { generatePrivateKey, publicKeyOf, Server } from "@peerkit/core";
import type { DefineTest } from "@peerkit/core/testing";
import { dialConformance, farSide } from "@peerkit/core/testing";
import { webSocket } from "@peerkit/ws";
import { test } from "vitest";
import { startRelay, startTab, stopLater, viaOf } from "./network.test.helper.ts";
import { relay } from "./transport.ts";

/** A relay says more than that nothing listens: that the node has no reservation. */
const SAID_OTHERWISE = "says that nothing listens at a refused port";
const define: DefineTest = (name, run) => {
  if (name !== SAID_OTHERWISE) test(name, run);
};

const maxPipes = 200;

dialConformance(define, async () => {
  const rates = { connectsPerSecond: 1_000, connectBurst: 1_000 };
  const many = { ...rates, pipes: maxPipes, pendingPipes: maxPipes };
  const made = await startRelay({ limits: { perKey: many, perAddress: many } });
  const via = viaOf(made);
  const far = relay({ maxPipes });
  const onStream = farSide();
  // In place of its server the suite's far side takes what reaches it.
  const handing: ServerTransport = {
    name: far.name,
    schemes: far.schemes,
    protocols: far.protocols,
    dial: (address, options) => far.dial(address, options),
    attach: (host) => far.attach?.({ ...host, accept: (stream) => onStream(stream) }),
  };
  const node = stopLater(new Server({ transports: [webSocket(), handing] }));
  await node.start();
  await far.reserve(via);
  const tab = await startTab({ maxPipes });
  const address = { publicKey: node.publicKey, scheme: "tcp", via };
  return {
    transport: tab.relay,
    address,
    refusedAddress: { ...address, publicKey: publicKeyOf(generatePrivateKey()) },
  };
});
