/**
 * Who the other is, and which protocols run where.
 * @module
 */

import assert from "node:assert/strict";
import type { Case, CaseContext } from "../case.ts";
import type { ProtocolSpec } from "../foreign-node.ts";
import { connectNodes, connectPair, spec, startOurs, startTheirs } from "../pair.ts";

const SECONDS = 1000;

const capText = (cap: { readonly name: string; readonly version: number }) =>
  `${cap.name}/${cap.version}`;

/** The cases of this file. */
export const handshakeCases: readonly Case[] = [
  {
    title: "each sees the other's name and capabilities",
    timeoutMs: 20 * SECONDS,
    run: seesNames,
  },
  {
    title: "several protocols, listed in opposite orders",
    timeoutMs: 20 * SECONDS,
    run: runsSeveral,
  },
  {
    title: "of several shared versions the highest runs",
    timeoutMs: 20 * SECONDS,
    run: runsHighest,
  },
  { title: "a ping is answered", timeoutMs: 20 * SECONDS, run: answersPing },
];

async function seesNames(context: CaseContext): Promise<void> {
  const long = "with a name that is longer than what lists show";
  const ours = await startOurs(context, {
    name: `peerkit/interop ${long}`,
    protocols: [spec("both/1", "ours"), spec("ours/7", "ours")],
  });
  const theirs = await startTheirs(context, {
    name: `${context.process.program} ${long}`,
    protocols: [spec("both/1", "theirs"), spec("theirs/9", "theirs")],
    noDial: false,
  });
  // Here their side dials as an application has it dial, by adding a peer that is to be kept.
  if (context.direction === "we dial") await ours.server.connect(theirs.enode);
  else await theirs.addPeer(ours.enode);
  const { protocol, peer } = await ours.run("both/1", theirs.id);
  const seen = await theirs.next("run", { peer: ours.id });

  assert.equal(peer.fullname, theirs.name);
  assert.equal(peer.name, `${theirs.name.slice(0, 20)}...`);
  assert.deepEqual(peer.caps.map(capText).sort(), ["both/1", "theirs/9"]);
  assert.equal(peer.inbound, context.direction === "it dials us");
  assert.equal(peer.version, 5);
  assert.equal(peer.id, theirs.id);
  assert.equal(seen.fullname, ours.name);
  // The last one says that we would have liked a sealed session; they make nothing of it.
  assert.deepEqual([...(seen.caps ?? [])].sort(), ["both/1", "ours/7", "sealed/1"]);
  assert.equal(seen.protocol, protocol);
  assert.equal(seen.inbound, context.direction === "we dial");
}

async function runsSeveral(context: CaseContext): Promise<void> {
  // Capital letters come first: the order is that of bytes, not of a dictionary.
  const specs: ProtocolSpec[] = [
    { name: "aa", version: 1, length: 5 },
    { name: "Zz", version: 2, length: 3 },
    { name: "b", version: 1, length: 9 },
    { name: "zz", version: 3, length: 7 },
  ];
  const ids = specs.map(capText);
  const ours = await startOurs(context, { protocols: specs });
  const theirs = await startTheirs(context, { protocols: [...specs].reverse() });
  const pair = await connectNodes(context, ours, theirs, ids);
  assert.deepEqual(
    pair.peer.protocols.map((p) => [capText(p), p.offset]),
    [
      ["Zz/2", 0x10],
      ["aa/1", 0x13],
      ["b/1", 0x18],
      ["zz/3", 0x21],
    ],
  );
  for (const { name, version, length } of specs) {
    const id = `${name}/${version}`;
    const run = pair.run(id);
    for (const code of [0, length - 1]) {
      const payload = { kind: "random", size: 10 + code, seed: length } as const;
      await theirs.send(ours.id, id, code, payload);
      const got = await run.messages.take(() => true, `a message of ${id}`);
      assert.deepEqual([got.code, got.size], [code, payload.size]);
      await run.rw.writeMsg(code, new Uint8Array(20 + code));
      const seen = await theirs.next("message", { peer: ours.id });
      assert.deepEqual([seen.protocol, seen.code, seen.size], [id, code, 20 + code]);
    }
  }
}

async function runsHighest(context: CaseContext): Promise<void> {
  const versions = (list: number[], side: "ours" | "theirs") =>
    [...list.map((version) => `v/${version}`), "w/1"].map((id) => spec(id, side));
  const ours = await startOurs(context, { protocols: versions([1, 3, 2], "ours") });
  const theirs = await startTheirs(context, { protocols: versions([4, 1, 2], "theirs") });
  const { peer } = await connectNodes(context, ours, theirs, ["v/2", "w/1"]);
  assert.deepEqual(peer.protocols.map(capText), ["v/2", "w/1"]);
  await theirs.send(ours.id, "w/1", 1, { kind: "text", size: 5, seed: 0 });
  assert.equal(peer.runningCap("v", [1, 3]), false);
}

async function answersPing(context: CaseContext): Promise<void> {
  const { peer } = await connectPair(context);
  const ms = await peer.ping();
  assert.ok(ms > 0 && ms < 5000, `${ms} ms`);
  assert.equal(peer.latency, ms);
}
