/**
 * The store in a folder: the contract, who may read it, and what a crash or a stranger leaves there.
 * @module
 */

import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { storeConformance } from "../testing/store-suite.ts";
import { openStore } from "./open-store.node.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "peerkit-store-"));
});
afterEach(() => rm(dir, { recursive: true }));

const bytes = new Uint8Array([1, 2, 3]);

describe("a store in a folder", () => {
  storeConformance(test, async () => {
    const folder = join(dir, "store");
    return {
      store: await openStore(folder),
      reopen: () => openStore(folder),
      cleanup: () => rm(folder, { recursive: true, force: true }),
    };
  });

  test("lasts, and says where it is", async () => {
    const store = await openStore(dir);
    expect([store.title, store.volatile, store.claim]).toEqual([dir, undefined, undefined]);
  });

  test("makes its folder with the first value, and all of it for its owner only", async () => {
    const folder = join(dir, "deep", "er");
    const store = await openStore(folder);
    await store.get("a");
    await store.delete("a");
    expect(await readdir(dir)).toEqual([]);
    await store.set("a", bytes);
    await store.add("b", bytes);
    const modes = await Promise.all(
      ["", "a", "b"].map(async (name) => (await stat(join(folder, name))).mode & 0o777),
    );
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  });

  test("leaves nothing beside its values, and doesn't list what a crash left", async () => {
    const store = await openStore(dir);
    await Promise.all([store.set("a", bytes), store.set("a", bytes), store.add("a", bytes)]);
    expect(await readdir(dir)).toEqual(["a"]);
    await writeFile(join(dir, ".a.0123456789abcdef.tmp"), "half");
    expect(await store.keys()).toEqual(["a"]);
  });

  test.each(["640", "604", "602", "666"])(
    "refuses a file of mode %s, and says what to do",
    async (mode) => {
      const store = await openStore(dir);
      await store.set("a", bytes);
      const path = join(dir, "a");
      await chmod(path, mode);
      await expect(store.get("a")).rejects.toMatchObject({
        code: "P2P_ERR_STORE_PERMISSIONS",
        message: expect.stringMatching(`mode ${mode}.*chmod 600 ${path}$`),
      });
      await chmod(path, "600");
      expect(await store.get("a")).toEqual(bytes);
    },
  );

  test("follows a link, as a mounted secret is one", async () => {
    await (await openStore(dir)).set("real", bytes);
    await symlink(join(dir, "real"), join(dir, "a"));
    expect(await (await openStore(dir)).get("a")).toEqual(bytes);
  });

  test("refuses what is no file or too large, and leaves it", async () => {
    const store = await openStore(dir);
    await mkdir(join(dir, "a"));
    await writeFile(join(dir, "b"), "", { mode: 0o600 });
    await truncate(join(dir, "b"), 16_777_217);
    for (const [key, why] of [
      ["a", "it is no file"],
      ["b", "it has 16777217 bytes"],
    ] as const) {
      const error = await store.get(key).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "P2P_ERR_STORE_CORRUPT" });
      expect(String(error)).toContain(`"${key}" in ${dir} can't be used: ${why}`);
    }
    expect((await readdir(dir)).sort()).toEqual(["a", "b"]);
  });

  test("says what the system says when it can't, and goes on with what it can", async () => {
    const file = join(dir, "file");
    await writeFile(file, "");
    const inFile = await openStore(file);
    for (const action of [
      () => inFile.get("a"),
      () => inFile.set("a", bytes),
      () => inFile.keys(),
    ]) {
      await expect(action()).rejects.toMatchObject({
        code: "P2P_ERR_STORE_FAILED",
        message: expect.stringContaining(file),
        cause: { code: expect.stringMatching(/ENOTDIR|EEXIST/) },
      });
    }
    const store = await openStore(dir);
    await mkdir(join(dir, "a"));
    await expect(store.set("a", bytes)).rejects.toMatchObject({ code: "P2P_ERR_STORE_FAILED" });
    await store.set("b", bytes);
    expect((await readdir(dir)).sort()).toEqual(["a", "b", "file"]);
  });

  test.each([undefined, "", 5])("refuses %j as its folder", async (location) => {
    await expect(openStore(location as string)).rejects.toThrow(
      new TypeError("location: expected the path of a folder"),
    );
  });
});
