/**
 * Two `peerkit relay`s that share a directory in NATS, each in a process of its own.
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join as joinRoom } from "@peerkit/relay";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NatsServer } from "../../../relay-nats/src/nats-server.test.helper.ts";
import { natsNeed, startNatsServer } from "../../../relay-nats/src/nats-server.test.helper.ts";
import type { RelayProcess } from "./relay-process.test.helper.ts";
import { BIN, exit, startRelayProcess, until } from "./relay-process.test.helper.ts";

describe.skipIf(natsNeed.missing)(`relays that share a directory${natsNeed.note}`, () => {
  let nats: NatsServer;
  let cleanUp: (() => unknown)[];
  beforeEach(async () => {
    nats = await startNatsServer();
    cleanUp = [() => nats.kill()];
  });
  afterEach(async () => {
    for (const action of cleanUp.reverse()) await action();
  });

  async function startRelay(...args: readonly string[]): Promise<RelayProcess> {
    const relay = await startRelayProcess("--directory", nats.url, "--public-metrics", ...args);
    cleanUp.push(() => relay.child.kill("SIGKILL"));
    return relay;
  }

  /** Joins a room through a relay, and leaves after the test. */
  async function enter({ via }: RelayProcess) {
    const room = await joinRoom(via, "lobby");
    cleanUp.push(() => room.leave());
    return room;
  }

  async function metric({ ready }: RelayProcess, name: string): Promise<number> {
    const text = await (await fetch(`${ready.page}/metrics`)).text();
    return Number(new RegExp(`^peerkit_relay_${name} (\\d+)$`, "m").exec(text)?.[1]);
  }

  test("have one room, and take their nodes to each other", async () => {
    const [west, east] = [await startRelay(), await startRelay()];
    const [alice, bob] = [await enter(west), await enter(east)];
    await until(() => alice.peers.length === 1 && bob.peers.length === 1);
    expect(alice.peers[0]).toMatchObject({ id: bob.server.id, sealed: true, path: "circuit" });
    const onward = [await metric(west, "onward_total"), await metric(east, "onward_total")];
    const answered = [await metric(west, "answered_total"), await metric(east, "answered_total")];
    // Who dialed whom is a matter of their keys.
    expect(onward.toSorted()).toEqual([0, 1]);
    expect(answered).toEqual(onward.toReversed());
    expect(await metric(west, "neighbours")).toBe(1);
    await bob.leave();
    await until(() => alice.members.length === 0);
  });

  test("lose the nodes of one that is killed, and of no other", async () => {
    const [west, east] = [await startRelay(), await startRelay()];
    const [alice, carol, bob] = [await enter(west), await enter(west), await enter(east)];
    await until(() => [alice, bob, carol].every(({ peers }) => peers.length === 2));
    await exit(east.child, "SIGKILL");
    await until(() => alice.members.length === 1 && carol.members.length === 1);
    expect(alice.peers.map(({ id }) => id)).toEqual([carol.server.id]);
    expect(await metric(west, "neighbours")).toBe(0);
  });

  test("go on by themselves after the directory has lost everything", async () => {
    const [west, east] = [await startRelay(), await startRelay()];
    const alice = await enter(west);
    await nats.kill();
    nats = await startNatsServer({ port: nats.port });
    const bob = await enter(east);
    await until(() => alice.peers.length === 1 && bob.peers.length === 1);
  });

  test("don't start without the directory, and say why", async () => {
    await nats.kill();
    const args = ["relay", "--http", "127.0.0.1:0", "--directory", nats.url];
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    const [code] = await once(child, "close");
    expect([code, said]).toEqual([1, expect.stringMatching(/can't reach NATS at nats:/)]);
  });
});
