import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex } from "@peerkit/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openKept } from "./kept.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "peerkit-kept-"));
});
afterEach(() => rm(dir, { recursive: true }));

test("without a place nothing is kept", async () => {
  const first = await openKept({ data: undefined, keyFile: undefined });
  const second = await openKept({ data: undefined, keyFile: undefined });
  expect(first.privateKey).not.toEqual(second.privateKey);
  expect(first.nodeDatabase).toBeUndefined();
});

test("a folder has the key and the database", async () => {
  const data = join(dir, "data");
  const first = await openKept({ data, keyFile: undefined });
  await first.nodeDatabase?.storeLocalSeq("ab", 7n);
  const second = await openKept({ data, keyFile: undefined });
  expect(second.privateKey).toEqual(first.privateKey);
  expect(await second.nodeDatabase?.localSeq("ab")).toBe(7n);
});

test("a key file has the key, whether there is a folder or not", async () => {
  const [data, keyFile] = [join(dir, "data"), join(dir, "relay.key")];
  const alone = await openKept({ data: undefined, keyFile });
  const both = await openKept({ data, keyFile });
  expect(both.privateKey).toEqual(alone.privateKey);
  expect(await readFile(keyFile, "utf8")).toBe(`${bytesToHex(alone.privateKey)}\n`);
  await both.nodeDatabase?.storeLocalSeq("ab", 7n);
  expect(await readdir(data)).toEqual(["seq.ab"]);
});
