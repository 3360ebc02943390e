import { DiscReason, encodeRlp, hexToBytes } from "@peerkit/core";
import { messagePipe } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import type { EthStatus } from "./eth-status.ts";
import { ethStatus } from "./eth-status.ts";

const genesis = "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3";
const head = "ab".repeat(32);

/** What the main network's nodes say, but for the head. */
const status = (version: number) =>
  encodeRlp([
    version,
    1,
    hexToBytes(genesis),
    [hexToBytes("9f3d2254"), 1_746_612_311],
    0,
    23_000_000,
    hexToBytes(head),
  ]);

function start(version: number) {
  const seen: EthStatus[] = [];
  const protocol = ethStatus((each) => seen.push(each)).find((each) => each.version === version);
  const [ours, theirs] = messagePipe();
  const running = protocol?.run({} as never, ours, new AbortController().signal);
  return { seen, theirs, running: running as Promise<void> };
}

test.each([69, 70, 71, 72])(
  "shows what an eth/%i node says, and says the same",
  async (version) => {
    const { seen, theirs } = start(version);
    await theirs.writeMsg(0, status(version));
    const answer = await theirs.readMsg();
    expect([answer.code, answer.payload]).toEqual([0, status(version)]);
    expect(seen).toEqual([
      {
        version,
        networkId: 1n,
        genesis,
        forkId: { hash: "9f3d2254", next: 1_746_612_311n },
        earliestBlock: 0n,
        latestBlock: 23_000_000n,
        latestBlockHash: head,
      },
    ]);
    // What it asks for then is not answered, and does no harm.
    await theirs.writeMsg(3, encodeRlp([1, [1, 1, 0, 0]]));
  },
);

test("has the message codes that go-ethereum has", () => {
  expect(ethStatus(() => {}).map(({ version, length }) => [version, length])).toEqual([
    [69, 18],
    [70, 18],
    [71, 20],
    [72, 22],
  ]);
});

test.each([
  ["another message first", 3, status(69)],
  ["another version", 0, status(68)],
])("leaves a node with %s", async (_, code, payload) => {
  const { seen, theirs, running } = start(69);
  // Read already when it is refused.
  void theirs.writeMsg(code, payload).catch(() => {});
  await expect(running).rejects.toMatchObject({ reason: DiscReason.ProtocolError });
  expect(seen).toEqual([]);
});

test("a Status of another shape isn't read", async () => {
  const { theirs, running } = start(69);
  void theirs.writeMsg(0, encodeRlp([69, 1])).catch(() => {});
  await expect(running).rejects.toMatchObject({ code: "P2P_ERR_BAD_RLP" });
});
