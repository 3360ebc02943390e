/**
 * A running node, asked over its socket.
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { Server } from "@peerkit/core";
import { memoryNetwork } from "@peerkit/core/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { main } from "../main.ts";
import { openControl } from "../node/control.ts";

let path: string;
let cleanUp: (() => unknown)[];
beforeEach(async () => {
  const dir = await mkdtemp(join(tmpdir(), "peerkit-ask-"));
  path = join(dir, "node.sock");
  cleanUp = [() => rm(dir, { recursive: true })];
});
afterEach(async () => {
  for (const action of cleanUp.reverse()) await action();
});

async function peerkit(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    stdin: new PassThrough(),
    onStop() {},
    onReload() {},
    exit() {},
  });
  return { code, out, err: err.join("\n") };
}

async function startPair() {
  const transports = [memoryNetwork().transport()];
  const server = new Server({ name: "node/v1", transports, listen: ["memory://a:1"] });
  const client = new Server({ name: "evil\u001b[31m", transports });
  for (const each of [server, client]) {
    cleanUp.push(() => each.stop());
    await each.start();
  }
  return { server, client };
}

describe("a node's socket", () => {
  test("tells what the node is and who its peers are", async () => {
    const { server, client } = await startPair();
    const close = await openControl(path, server);
    cleanUp.push(close);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await peerkit("peers", "--socket", path)).out).toEqual(["no peers"]);
    await client.connect(server.urls[0]!);
    const info = await peerkit("info", "--socket", path, "--json");
    expect(JSON.parse(info.out[0] ?? "")).toEqual(server.nodeInfo());
    const lines = (await peerkit("info", "--socket", path)).out;
    expect(lines).toContain("name        node/v1");
    const peers = JSON.parse((await peerkit("peers", "--socket", path, "--json")).out[0] ?? "");
    expect(peers).toEqual([
      expect.objectContaining({
        ...{ id: client.id, transport: "memory", caps: [] },
        traffic: expect.objectContaining({ messagesIn: 0 }),
      }),
    ]);
    const [line = ""] = (await peerkit("peers", "--socket", path)).out;
    expect(line).toContain(`${client.id.slice(0, 8)} · evil`);
    expect(line).toContain("memory in");
    expect(line).not.toContain("\u001b");
  });

  test("is refused to a second node, and taken over from a dead one", async () => {
    const { server } = await startPair();
    const close = await openControl(path, server);
    cleanUp.push(close);
    const refused = { code: "P2P_ERR_LISTEN_FAILED", message: expect.stringContaining(path) };
    await expect(openControl(path, server)).rejects.toMatchObject(refused);
    await close();
    await expect(stat(path)).rejects.toThrow("ENOENT");
    const program = `require("net").createServer().listen(process.argv[1], () =>
      process.kill(process.pid, "SIGKILL"))`;
    await once(spawn(process.execPath, ["-e", program, path]), "close");
    expect((await stat(path)).isSocket()).toBe(true);
    cleanUp.push(await openControl(path, server));
    expect((await peerkit("info", "--socket", path)).code).toBe(0);
  });

  test("never replaces a file that is no socket", async () => {
    const { server } = await startPair();
    await writeFile(path, "kept");
    await expect(openControl(path, server)).rejects.toMatchObject({
      code: "P2P_ERR_LISTEN_FAILED",
    });
    expect((await stat(path)).isFile()).toBe(true);
  });
});

test.each([
  [["info"], 2, "info needs --socket"],
  [["peers", "--json"], 2, "peers needs --socket"],
  [["peers", "--socket", "/nowhere/x.sock"], 1, "no node answers at /nowhere/x.sock"],
])("%j ends with %i and says why", async (args, expected, words) => {
  const { code, out, err } = await peerkit(...args);
  expect([code, out]).toEqual([expected, []]);
  expect(err).toContain(words);
});
