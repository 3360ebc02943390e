/**
 * What the figures were measured on, and with.
 * @module
 */

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { nodeFor } from "./bench.ts";
import { hasNative } from "./contestants/native.ts";
import { gethVersion } from "./sides/geth-side.ts";

/** The state of the machine at the start. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Load averages over 1, 5 and 15 minutes. */
  readonly load: readonly number[];
  /** What was measured, and its version. */
  readonly versions: Readonly<Record<string, string>>;
}

const PACKAGES = ["ws", "@ethereumjs/devp2p", "libp2p", "@libp2p/noise", "@libp2p/yamux"];

/** Looks at the machine now. */
export async function describeMachine(): Promise<Machine> {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()} ${release()}`,
    load: loadavg().map((value) => Math.round(value * 100) / 100),
    versions: await versions(),
  };
}

async function versions(): Promise<Record<string, string>> {
  const geth = await gethVersion();
  const libp2pNode = await nodeVersion("libp2p-tcp");
  return {
    Node: process.version,
    ...(libp2pNode === undefined ? {} : { "Node of js-libp2p": libp2pNode }),
    "@peerkit/core": packageVersion("@peerkit/core"),
    "secp256k1 (optional, native)": hasNative() ? "installed" : "not installed",
    "bufferutil (optional, native)": masking(),
    ...Object.fromEntries(PACKAGES.map((name) => [name, packageVersion(name)])),
    "go-ethereum": geth ?? "not measured",
  };
}

async function nodeVersion(contestant: string): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(nodeFor(contestant), ["--version"])).stdout.trim();
  } catch {
    // Then its rows are skipped and say why.
    return undefined;
  }
}

function masking(): string {
  if (!isInstalled("bufferutil")) return "not installed";
  return process.env.PEERKIT_BENCH_BUFFERUTIL ? "in use" : "installed, left out";
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    // It is optional.
    return false;
  }
}

/** Looks upwards for the package's folder: not every package lets its package.json be imported. */
function packageVersion(name: string): string {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version;
    } catch {
      // Not in this folder.
    }
  }
  return "unknown";
}
