/**
 * The directory over a real NATS server against the contract.
 * @module
 */

import { directoryConformance } from "@peerkit/relay/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { natsDirectory } from "./nats-directory.ts";
import type { NatsServer } from "./nats-server.test.helper.ts";
import { natsNeed, startNatsServer } from "./nats-server.test.helper.ts";

describe.skipIf(natsNeed.missing)(`the directory over NATS${natsNeed.note}`, () => {
  let server: NatsServer;
  let buckets = 0;

  beforeAll(async () => {
    server = await startNatsServer();
  });
  afterAll(() => server?.kill());

  directoryConformance(test, async () => {
    buckets += 1;
    return { directory: natsDirectory({ servers: server.url, bucket: `bucket-${buckets}` }) };
  });
});
