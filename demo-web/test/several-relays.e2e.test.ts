/**
 * Tabs at two relays that share a directory: for a visitor it is one.
 * @module
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NatsServer } from "../../packages/relay-nats/src/nats-server.test.helper.ts";
import {
  natsNeed,
  startNatsServer,
} from "../../packages/relay-nats/src/nats-server.test.helper.ts";
import { chromiumNeed, useDemo } from "./demo.ts";
import { meets, rename, said, say } from "./page-actions.ts";
import { Relay } from "./relay.ts";

const isMissing = chromiumNeed.missing || natsNeed.missing;
const note = `${chromiumNeed.note}${natsNeed.note}`;

describe.skipIf(isMissing)(`tabs at two relays${note}`, () => {
  let nats: NatsServer;
  let other: Relay;
  const shared = () => ["--directory", nats.url];
  beforeAll(async () => {
    nats = await startNatsServer();
    other = await Relay.start(...shared());
  });
  const demo = useDemo(shared);
  afterAll(async () => {
    await other?.end();
    await nats?.kill();
  });

  test("meet in one room and talk, sealed, each through its own", async () => {
    const [ada, bob] = [await demo.visitor(), await demo.visitor()];
    await Promise.all([demo.open(ada), demo.open(bob, other.url)]);
    expect(new URL(ada.url()).port).not.toBe(new URL(bob.url()).port);
    await rename(ada, "Ada");
    await rename(bob, "Bob");
    await Promise.all([meets(ada, "Bob"), meets(bob, "Ada")]);
    await say(ada, "hello from afar");
    await said(bob, "hello from afar").waitFor();
    expect(await said(bob, "hello from afar").textContent()).toMatch(
      /Ada through the relay, sealed/,
    );
  });
});
