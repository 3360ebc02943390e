/**
 * The lock file: complete for every platform, and without a registry's address.
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./run.mjs";

/**
 * @typedef {{ optionalDependencies?: Record<string, string>, version?: string, dev?: boolean,
 *   resolved?: string }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} Lock
 */

export const LOCK_FILE = join(ROOT, "package-lock.json");

const OS = /\b(android|darwin|freebsd|linux|openharmony|win32)\b/;
const CPU = /\b(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)/;
const LIBC = { gnu: "glibc", musl: "musl" };

/** @returns {Lock} */
export function readLock() {
  return JSON.parse(readFileSync(LOCK_FILE, "utf8"));
}

/**
 * The optional packages of other platforms that the lock lacks, as entries of it. npm leaves them
 * out when the registry at hand doesn't have them, and `npm ci` then refuses the lock, anywhere.
 * @param {Lock} lock
 * @returns {[path: string, entry: LockEntry][]}
 */
export function missingEntries({ packages }) {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => isNative(name) && !isLocked(packages, path, name))
      .map(([name, version]) => [`node_modules/${name}`, nativeEntry(name, version, dev)]),
  );
}

/** @param {string} name */
function isNative(name) {
  return OS.test(name) && CPU.test(name);
}

/**
 * @param {Lock["packages"]} packages
 * @param {string} path
 * @param {string} name
 */
function isLocked(packages, path, name) {
  return `node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages;
}

/**
 * @param {string} name
 * @param {string} version Exact, as the packages that bring binaries have it.
 * @param {boolean | undefined} dev
 */
function nativeEntry(name, version, dev) {
  const libc = /-(gnu|musl)/.exec(name)?.[1];
  const os = OS.exec(name)?.[1] ?? "";
  return {
    version,
    cpu: [CPU.exec(name)?.[1] ?? ""],
    ...(dev ? { dev } : {}),
    ...(os === "linux" && libc ? { libc: [LIBC[/** @type {"gnu" | "musl"} */ (libc)]] } : {}),
    optional: true,
    os: [os],
  };
}
