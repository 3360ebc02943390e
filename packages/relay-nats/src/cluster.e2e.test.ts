/**
 * The directory in a cluster of NATS servers that loses one of them.
 * @module
 */

import { describe, expect, onTestFinished, test } from "vitest";
import { bytes, eventually, openMember, Told, text } from "./member.test.helper.ts";
import { natsNeed, startNatsCluster } from "./nats-server.test.helper.ts";

describe.skipIf(natsNeed.missing)(`a directory in a cluster${natsNeed.note}`, () => {
  test("outlives the loss of a server, with all rows, and its watches hear on", async () => {
    const cluster = await startNatsCluster(3);
    onTestFinished(async () => {
      await Promise.all(cluster.map((server) => server.kill()));
    });
    const options = { servers: cluster.map(({ url }) => url), replicas: 3 };
    // The servers have to find a leader first.
    const a = await eventually(() => openMember("a", options));
    const b = await openMember("b", options);
    const told = new Told();
    await b.member.watch("room", told.onRow);
    await a.member.claim("room.1", bytes("before"));
    await eventually(() => expect(told.all).toContain("room.1=before"));

    // It may have led the others, had the watch, or been the one that a relay is connected to.
    await cluster[0]?.kill();
    await eventually(() => a.member.claim("room.2", bytes("after")));
    await eventually(() => expect(told.all).toContain("room.2=after"));
    expect(text(await eventually(() => b.member.lookup("room.1")))).toBe("before");
    expect([a.losses(), b.losses()]).toEqual([0, 0]);
  });
});
