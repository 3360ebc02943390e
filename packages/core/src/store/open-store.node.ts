/**
 * A store in a folder: a file for each key, which only its owner may read.
 * @module
 */

import { systemRandom } from "../env.ts";
import { P2PError } from "../errors.ts";
import { bytesToHex } from "../wire/bytes.ts";
import type { Stats } from "./file-system.node.ts";
import { fs, HAS_MODES, isSystemError, join } from "./file-system.node.ts";
import type { OpenStore } from "./open-store.ts";
import type { Store } from "./store.ts";
import { checkKey, checkValue, corrupt, MAX_VALUE_BYTES } from "./store.ts";

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
/** What a file's group and all others may do with it. */
const OTHERS = 0o077;
/** `COPYFILE_EXCL`: never over a file that is there. */
const EXCLUSIVE = 1;
/** What is being written, beside the file that it becomes. A crash may leave one behind. */
const UNFINISHED = /^\..*\.[0-9a-f]{16}\.tmp$/;

class FileStore implements Store {
  readonly title: string;
  /** One after the other, so that an older value never comes after a newer one. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.title = folder;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(key);
    try {
      const stats = await fs.stat(path);
      this.#check(key, path, stats);
      // A plain array of its own: Node's may share their memory.
      return new Uint8Array(await fs.readFile(path));
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return undefined;
      throw failed(`${path} can't be read`, error);
    }
  }

  set(key: string, value: Uint8Array): Promise<void> {
    return this.#write(key, value, (unfinished, path) => fs.rename(unfinished, path));
  }

  async add(key: string, value: Uint8Array): Promise<boolean> {
    try {
      await this.#write(key, value, linkNew);
      return true;
    } catch (error) {
      if (P2PError.is(error) && isSystemError(error.cause, "EEXIST")) return false;
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.#pathOf(key);
    await this.#next(path, () => fs.rm(path, { force: true }));
  }

  async keys(prefix = ""): Promise<readonly string[]> {
    try {
      const names = await fs.readdir(this.title);
      return names.filter((name) => name.startsWith(prefix) && !UNFINISHED.test(name)).sort();
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return [];
      throw failed(`${this.title} can't be listed`, error);
    }
  }

  #pathOf(key: string): string {
    checkKey(key);
    return join(this.title, key);
  }

  #check(key: string, path: string, stats: Stats): void {
    if (!stats.isFile()) throw corrupt(this, key, "is no file");
    if (stats.size > MAX_VALUE_BYTES) throw corrupt(this, key, `has ${stats.size} bytes`);
    if (!HAS_MODES || (stats.mode & OTHERS) === 0) return;
    const mode = (stats.mode & 0o777).toString(8).padStart(3, "0");
    throw new P2PError(
      `others than its owner may use ${path} (mode ${mode}); if nobody has, run: chmod 600 ${path}`,
      { code: "P2P_ERR_STORE_PERMISSIONS" },
    );
  }

  /** Writes beside the file, then puts it in place: a crash leaves the one or the other whole. */
  async #write(
    key: string,
    value: Uint8Array,
    place: (unfinished: string, path: string) => Promise<void>,
  ): Promise<void> {
    const path = this.#pathOf(key);
    const bytes = checkValue(value);
    const suffix = bytesToHex(systemRandom(new Uint8Array(8)));
    const unfinished = join(this.title, `.${key}.${suffix}.tmp`);
    await this.#next(path, async () => {
      await fs.mkdir(this.title, { recursive: true, mode: OWNER_ONLY_FOLDER });
      try {
        await writeNew(unfinished, bytes);
        await place(unfinished, path);
      } finally {
        await fs.rm(unfinished, { force: true });
      }
    });
  }

  #next(path: string, action: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(action).catch((error: unknown) => {
      throw failed(`${path} can't be written`, error);
    });
    this.#writing = done.catch(() => {});
    return done;
  }
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await fs.open(path, "wx", OWNER_ONLY_FILE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Fails with `EEXIST` where there is a file, which stays as it is. */
async function linkNew(unfinished: string, path: string): Promise<void> {
  try {
    await fs.link(unfinished, path);
  } catch (error) {
    if (isSystemError(error, "EEXIST", "ENOSPC", "EACCES")) throw error;
    // Some file systems have no links.
    await fs.copyFile(unfinished, path, EXCLUSIVE);
  }
}

function failed(what: string, cause: unknown): P2PError {
  if (P2PError.is(cause)) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new P2PError(`${what}: ${why}`, { code: "P2P_ERR_STORE_FAILED", cause });
}

/** @see OpenStore */
export const openStore: OpenStore = async (location) => {
  if (typeof location !== "string" || location === "") {
    throw new TypeError("location: expected the path of a folder");
  }
  return new FileStore(location);
};
