/**
 * What breaks between relays and a real NATS server, and how it mends.
 * @module
 */

import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { FakeClock } from "@peerkit/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { bytes, eventually, openMember, Told, text } from "./member.test.helper.ts";
import type { NatsServer, NatsServerOptions } from "./nats-server.test.helper.ts";
import { natsNeed, startNatsServer } from "./nats-server.test.helper.ts";
import { startProxy } from "./proxy.test.helper.ts";

const DIRECTORY_ERROR = { code: "P2P_ERR_RELAY_DIRECTORY" };

describe.skipIf(natsNeed.missing)(`a directory over NATS${natsNeed.note}`, () => {
  test("is made again when the server has lost it, and says so", async () => {
    const server = await start();
    const [a, b] = [await openMember("a", at(server)), await openMember("b", at(server))];
    const told = new Told();
    await b.member.watch("room", told.onRow);
    await a.member.claim("room.1", bytes("kept"));
    await a.member.claim("room.2", bytes("not kept"));
    await eventually(() => expect(told.all).toHaveLength(2));

    await server.kill();
    await eventually(() => expect(a.member.claim("room.1", bytes("x"))).rejects.toThrow("no conn"));
    await start({ port: server.port });
    await eventually(() => expect([a.losses(), b.losses()]).toEqual([1, 1]));
    await a.member.claim("room.1", bytes("kept"));
    await eventually(() => expect(told.all.slice(2)).toEqual(["room.1=kept", "room.2 gone"]));
    expect(text(await b.member.lookup("room.1"))).toBe("kept");
    expect(await b.member.lookup("room.2")).toBeUndefined();
    expect(text(await b.member.ask("a", bytes("there?")))).toBe("there?");
    expect([a.losses(), b.losses()]).toEqual([1, 1]);
  });

  test("forgets nothing while one of its relays is cut off, and that one catches up", async () => {
    const server = await start();
    const proxy = await startProxy(server.port);
    const a = await openMember("a", at(server));
    const b = await openMember("b", { servers: proxy.url });
    const told = new Told();
    await b.member.watch("room", told.onRow);
    const gone = await a.member.claim("room.gone", bytes("1"));
    await a.member.claim("room.changed", bytes("1"));
    const owed = await b.member.claim("room.owed", bytes("1"));
    const overtaken = await b.member.claim("room.overtaken", bytes("1"));
    await eventually(() => expect(told.all).toHaveLength(4));

    proxy.cut();
    await eventually(() =>
      expect(b.member.lookup("room.1")).rejects.toMatchObject(DIRECTORY_ERROR),
    );
    await owed.release();
    await overtaken.release();
    await gone.release();
    await a.member.claim("room.changed", bytes("2"));
    await a.member.claim("room.overtaken", bytes("2"));
    proxy.mend();

    await eventually(() => expect(told.all).toContain("room.owed gone"));
    const [since, last] = [told.all.slice(4), told.all.at(-1)];
    expect(since).toContain("room.changed=2");
    expect(since).toContain("room.overtaken=2");
    expect(since).toContain("room.gone gone");
    expect(last).toBe("room.owed gone");
    expect(await a.member.lookup("room.owed")).toBeUndefined();
    expect(text(await a.member.lookup("room.overtaken"))).toBe("2");
    expect([a.losses(), b.losses()]).toEqual([0, 0]);
    await a.member.claim("room.new", bytes("1"));
    await eventually(() => expect(told.all.at(-1)).toBe("room.new=1"));
  });

  test.each([
    ["deletes", (manager: Manager) => manager.streams.delete(STREAM)],
    ["empties", (manager: Manager) => manager.streams.purge(STREAM)],
  ])("is made again when somebody %s its bucket", async (_, harm) => {
    const server = await start();
    const clock = new FakeClock();
    const a = await openMember("a", { ...at(server), clock });
    const told = new Told();
    await a.member.watch("node", told.onRow);
    await a.member.claim("node.1", bytes("1"));
    await eventually(() => expect(told.all).toEqual(["node.1=1"]));

    await manage(server, harm);
    await eventually(async () => {
      await clock.advance(250);
      expect(a.losses()).toBe(1);
    });
    await clock.advance(5_000);
    expect(told.all.slice(1)).toEqual(["node.1 gone"]);
    await a.member.claim("node.1", bytes("2"));
    await eventually(() => expect(told.all.slice(2)).toEqual(["node.1=2"]));
  });

  test("lets nobody wait while the server stands still, and goes on with it", async () => {
    const server = await start();
    const a = await openMember("a", at(server));
    const claim = await a.member.claim("node.1", bytes("1"));
    server.freeze();
    // The signal takes its time.
    await eventually(() => expect(a.member.lookup("node.1")).rejects.toThrow("doesn't answer"));
    for (const wait of [
      () => a.member.claim("node.2", bytes("1")),
      () => a.member.lookup("node.1"),
      () => a.member.ask("a", bytes("there?")),
      () => a.member.watch("node", () => {}),
    ]) {
      await expect(wait()).rejects.toMatchObject(DIRECTORY_ERROR);
    }
    await claim.release();
    server.thaw();
    await eventually(async () => expect(await a.member.lookup("node.1")).toBeUndefined());
    expect(text(await a.member.ask("a", bytes("there?")))).toBe("there?");
  });

  test("keeps no more than some thousand waiting", async () => {
    const server = await start();
    const a = await openMember("a", at(server));
    const waiting = Array.from({ length: 4_096 }, () => a.member.lookup("node.1"));
    await expect(a.member.lookup("node.1")).rejects.toThrow("4096 others wait");
    await Promise.allSettled(waiting);
    expect(await a.member.lookup("node.1")).toBeUndefined();
  });

  test("takes no notice of what somebody else has in its bucket", async () => {
    const server = await start();
    const a = await openMember("a", at(server));
    const told = new Told();
    const strange = ["Node.1", "node.A_b", "node.1.2.3", "node.1._", "node._", "node.=/"];
    const putAll = async () => {
      const client = await connect({ servers: server.url });
      for (const key of strange) client.publish(`$KV.peerkit-relays.${key}`, "strange");
      client.publish("$KV.peerkit-relays.node.large", new Uint8Array(513));
      await client.flush();
      await client.close();
    };
    await putAll();
    await a.member.watch("node", told.onRow);
    await putAll();
    await a.member.claim("node.1", bytes("ours"));
    await eventually(() => expect(told.all).toContain("node.1=ours"));
    // The last but one is how a key of one word looks there.
    expect(new Set(told.all)).toEqual(new Set(["node=strange", "node.1=ours"]));
    expect(await a.member.lookup("node.large")).toBeUndefined();
  });
});

const STREAM = "KV_peerkit-relays";

type Manager = Awaited<ReturnType<typeof jetstreamManager>>;

function at({ url }: NatsServer): { readonly servers: string } {
  return { servers: url };
}

async function start(options?: NatsServerOptions): Promise<NatsServer> {
  const server = await startNatsServer(options);
  onTestFinished(() => server.kill());
  return server;
}

async function manage(
  server: NatsServer,
  action: (manager: Manager) => Promise<unknown>,
): Promise<void> {
  const client = await connect({ servers: server.url });
  await action(await jetstreamManager(client));
  await client.close();
}
