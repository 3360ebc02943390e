import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex } from "@peerkit/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createKeyFile, readKeyFile, readOrCreateKeyFile } from "./key-file.ts";

const SECP256K1_ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "peerkit-key-"));
});
afterEach(() => rm(dir, { recursive: true }));

test("keeps a fresh key as 64 hex digits and a newline, for the owner only", async () => {
  const path = join(dir, "deep", "er", "key");
  const key = await createKeyFile(path);
  expect(await readFile(path, "utf8")).toBe(`${bytesToHex(key)}\n`);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("gives the same key at every start", async () => {
  const path = join(dir, "key");
  const first = await readOrCreateKeyFile(path);
  expect(await readOrCreateKeyFile(path)).toEqual(first);
});

test("reads a key without a newline, as go-ethereum writes it", async () => {
  const path = join(dir, "nodekey");
  await writeFile(path, "AB".repeat(32), { mode: 0o600 });
  expect(bytesToHex(await readKeyFile(path))).toBe("ab".repeat(32));
});

test("refuses to create over an existing file", async () => {
  const path = join(dir, "key");
  await writeFile(path, "something");
  await expect(createKeyFile(path)).rejects.toThrow(`${path} exists and is never overwritten`);
  expect(await readFile(path, "utf8")).toBe("something");
});

test("says what to do where there is no file, and makes none", async () => {
  const path = join(dir, "no", "key");
  await expect(readKeyFile(path)).rejects.toThrow(`${path} doesn't exist; "peerkit key new"`);
  expect(await readdir(dir)).toEqual([]);
});

test.each([
  ["nothing", ""],
  ["too little", "ab".repeat(31)],
  ["too much", "ab".repeat(33)],
  ["other characters", "zz".repeat(32)],
  ["zero", "00".repeat(32)],
  ["the curve's order", SECP256K1_ORDER],
])("refuses a file that holds %s, and leaves it as it is", async (_what, content) => {
  const path = join(dir, "key");
  await writeFile(path, content, { mode: 0o600 });
  await expect(readOrCreateKeyFile(path)).rejects.toMatchObject({
    code: "P2P_ERR_BAD_KEY",
    message: expect.stringContaining(`"key" in ${dir}`),
  });
  expect(await readFile(path, "utf8")).toBe(content);
});

test("refuses a key that others may read, and says what to do", async () => {
  const path = join(dir, "key");
  await createKeyFile(path);
  await chmod(path, 0o644);
  for (const read of [readKeyFile, readOrCreateKeyFile]) {
    await expect(read(path)).rejects.toMatchObject({
      code: "P2P_ERR_STORE_PERMISSIONS",
      message: expect.stringContaining(`chmod 600 ${path}`),
    });
  }
});

test("refuses a path that can't be a key file, and leaves what is there", async () => {
  await expect(readOrCreateKeyFile(dir)).rejects.toMatchObject({ code: "P2P_ERR_STORE_CORRUPT" });
  const file = join(dir, "file");
  await writeFile(file, "");
  await expect(readOrCreateKeyFile(join(file, "key"))).rejects.toMatchObject({
    code: "P2P_ERR_STORE_FAILED",
    message: expect.stringContaining(file),
  });
  expect(await readdir(dir)).toEqual(["file"]);
});
