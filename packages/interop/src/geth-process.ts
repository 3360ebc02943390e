/**
 * Builds the Go program in `geth/`, where a fitting Go is installed, and starts it.
 * @module
 */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PeerProcess } from "./peer-process.ts";

const run = promisify(execFile);

const FOLDER = fileURLToPath(new URL("../geth/", import.meta.url));
const BINARY = fileURLToPath(new URL("../geth/geth-peer", import.meta.url));

/** The oldest Go that is taken. One that is older than `go.mod` asks for fetches its newer self. */
const GO_MINIMUM = "1.24";

/** The longest that a first build may take, with its downloads, in ms. */
const BUILD_TIMEOUT = 600_000;

/** Why go-ethereum can't be run here. It is a reason to skip, not a failure. */
export class GoMissingError extends Error {
  override get name(): string {
    return "GoMissingError";
  }
}

/**
 * Builds the program if it changed, and starts it. `PEERKIT_GO` names the Go command, else it is
 * `go`. Rejects with {@link GoMissingError} where there is no Go or a too old one; with another
 * error where the build fails.
 */
export async function startGeth(): Promise<PeerProcess> {
  const go = process.env.PEERKIT_GO || "go";
  const installed = await goVersion(go);
  // Without cgo no C compiler is needed; go-ethereum has Go code for all that it would do in C.
  const env: NodeJS.ProcessEnv = { ...process.env, CGO_ENABLED: "0" };
  if (isOlder(installed, await moduleGo())) env.GOTOOLCHAIN = "auto";
  const args = ["build", "-buildvcs=false", "-o", BINARY, "."];
  await run(go, args, { cwd: FOLDER, env, timeout: BUILD_TIMEOUT });
  return PeerProcess.start(BINARY, ["run"]);
}

/** The version of a Go command, such as `1.26.8`. */
async function goVersion(go: string): Promise<string> {
  let text: string;
  try {
    // Outside the module and by itself: inside, Go may answer for the one that it would fetch.
    const env = { ...process.env, GOTOOLCHAIN: "local" };
    text = (await run(go, ["env", "GOVERSION"], { cwd: tmpdir(), env })).stdout;
  } catch (cause) {
    const message = `Go ${GO_MINIMUM} or newer isn't installed ("${go}" can't be run)`;
    throw new GoMissingError(message, { cause });
  }
  const version = /go(\d+\.\d+(\.\d+)?)/.exec(text)?.[1];
  if (version === undefined || isOlder(version, GO_MINIMUM)) {
    throw new GoMissingError(`Go ${GO_MINIMUM} or newer is needed; "${go}" is ${text.trim()}`);
  }
  return version;
}

async function moduleGo(): Promise<string> {
  const text = await readFile(`${FOLDER}go.mod`, "utf8");
  return /^go (\d+\.\d+(\.\d+)?)$/m.exec(text)?.[1] ?? GO_MINIMUM;
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  const [thanMajor = 0, thanMinor = 0, thanPatch = 0] = than.split(".").map(Number);
  return (major - thanMajor || minor - thanMinor || patch - thanPatch) < 0;
}
