import { expect, test } from "vitest";
import { defineProtocol } from "../../devp2p/protocol.ts";
import { simulatedNetwork } from "./simulated-network.ts";
const idle = defineProtocol({ name: "idle", version: 1, length: 1, run: (_p, _rw, signal) => new Promise((r) => signal.addEventListener("abort", () => r())) });
test.each(["none", "rlpx"] as const)("spike %s", async (cryptography) => {
  const run = async () => {
    const network = simulatedNetwork({ seed: 3, cryptography });
    const a = await network.add({ protocols: [idle] });
    const b = await network.add({ protocols: [idle] });
    await network.connect(a, b);
    await network.advance(60_000);
    await network.stop();
    expect(network.openStreams).toBe(0);
    expect(network.clock.pending).toBe(0);
    return network.log;
  };
  const log = await run();
  console.log(JSON.stringify(log, null, 0).slice(0, 3000));
  expect(await run()).toEqual(log);
});
test("big", async () => {
  for (const n of [50, 200]) {
  const t = performance.now();
  const network = simulatedNetwork({ seed: 3 });
  const nodes = [];
  for (let i = 0; i < n; i++) nodes.push(await network.add({ protocols: [idle] }));
  console.log("made", performance.now() - t);
  const dials = nodes.flatMap((node, i) => [1, 2, 3, 4].map((d) => node.server.connect(nodes[(i + d) % n]!.server.self)));
  await network.until(Promise.all(dials));
  console.log("connected", performance.now() - t, network.clock.now());
  await network.advance(60_000);
  console.log("advanced", performance.now() - t, network.log.length);
  expect(nodes.every((x) => x.server.peerCount === 8)).toBe(true);
  await network.stop();
  expect(network.openStreams).toBe(0);
  console.log("stopped", performance.now() - t);
  }
});
