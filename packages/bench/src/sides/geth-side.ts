/**
 * Builds the Go program in `geth/`, where Go is installed, and starts it as a side.
 * @module
 */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { NotAvailableError } from "../link.ts";
import { makePayload } from "../payload.ts";
import { ProcessSide } from "./process-side.ts";
import type { Request } from "./request.ts";
import type { Side } from "./side.ts";

const run = promisify(execFile);

const FOLDER = fileURLToPath(new URL("../../geth/", import.meta.url));
const BINARY = `${FOLDER}geth-side`;

/** The longest that a first build may take, with its downloads, in ms. */
const BUILD_TIMEOUT_MS = 600_000;

let built: Promise<void> | undefined;

/**
 * Starts go-ethereum's side, after building it once. `PEERKIT_GO` names the Go command where it
 * isn't `go`. Rejects with `NotAvailableError` where there is none.
 */
export async function startGethSide(): Promise<Side> {
  built ??= build();
  await built;
  const side = new ProcessSide(BINARY, []);
  return {
    request: (request) => side.request(withMessage(request)),
    stop: () => side.stop(),
  };
}

/** Its name and version, such as `go-ethereum v1.17.10, go1.26.8`; undefined where it can't run. */
export async function gethVersion(): Promise<string | undefined> {
  try {
    built ??= build();
    await built;
    return (await run(BINARY, ["version"])).stdout.trim();
  } catch {
    // Why it can't run is told by the rows that lack it.
    return undefined;
  }
}

async function build(): Promise<void> {
  const go = process.env.PEERKIT_GO || "go";
  // Without cgo no C compiler is needed; an older Go fetches the one that go.mod asks for.
  const env = { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "auto" };
  const args = ["build", "-buildvcs=false", "-o", BINARY, "."];
  await run(go, args, { cwd: FOLDER, env, timeout: BUILD_TIMEOUT_MS }).catch((error) => {
    if (error.code === "ENOENT") throw new NotAvailableError("needs Go 1.24 or newer");
    throw error;
  });
}

/** The Go program can't make our payloads, so it gets them. */
function withMessage(request: Request): Request {
  if (request.cmd !== "oneWay") return request;
  const message = Buffer.from(makePayload(request.kind, request.size)).toString("base64");
  return { ...request, ...{ message } };
}
