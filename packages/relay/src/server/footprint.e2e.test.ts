/**
 * What a relay's process carries, as it is published.
 * @module
 */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";

const PROGRAM = `
  import { Session } from "node:inspector";
  import { queryObjects } from "node:v8";
  import { Point } from "@noble/secp256k1";
  import { Server } from "@peerkit/core";
  import { relay } from "@peerkit/relay";
  import { createRelay } from "@peerkit/relay/server";
  import { webSocket } from "@peerkit/ws";

  const relayServer = createRelay({ listen: ["ws://127.0.0.1:0/p2p"] });
  await relayServer.start();
  const peers = [];
  for (const sealed of ["require", "off"]) {
    const transport = relay();
    const node = new Server({ transports: [webSocket(), transport], sealed });
    await node.start();
    await transport.reserve(relayServer.server.urls[0]);
    peers.push(node.peers[0].sealed);
  }
  const scripts = [];
  const session = new Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params }) => scripts.push(params.url));
  session.post("Debugger.enable");
  const points = queryObjects(Point, { format: "count" });
  console.log(JSON.stringify({ peers, scripts, points }));
  process.exit();
`;

interface Footprint {
  /** Whether each peer was sealed. */
  readonly peers: readonly boolean[];
  readonly scripts: readonly string[];
  /** Points of noble's that are alive. */
  readonly points: number;
}

let footprint: Footprint;
beforeAll(async () => {
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  const args = ["--input-type=module", "-e", PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
  footprint = JSON.parse(stdout);
});

describe("a relay's process", () => {
  test("loads no cipher in JavaScript, and nothing that is for pages", () => {
    const { peers, scripts } = footprint;
    expect(peers).toEqual([true, false]);
    expect(scripts).toContainEqual(expect.stringMatching(/@noble\/secp256k1\//));
    expect(scripts.filter((url) => /@noble\/ciphers|\.page\.js$/.test(url))).toEqual([]);
  });

  test("holds no table of points: the curve in use needs none", () => {
    expect(footprint.points).toBeLessThan(100);
  });
});
