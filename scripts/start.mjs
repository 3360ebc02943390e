/**
 * `npm start`: sets everything up, then runs a relay that serves the demo. What follows `--` goes to
 * `peerkit relay`.
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./lib/run.mjs";
import { build, install } from "./lib/setup.mjs";

await install();
await build();

const command = join(ROOT, "packages/cli/bin/peerkit.js");
const site = ["--http", "127.0.0.1:8080", "--site", join(ROOT, "demo-web/dist")];
const key = ["--key-file", join(ROOT, ".peerkit/relay.key")];
const given = process.argv.slice(2);
const host = given.includes("--host") ? "0.0.0.0" : "127.0.0.1";
const tcp = given.some((each) => each.startsWith("--listen"))
  ? []
  : ["--listen", `tcp://${host}:30303`];
process.argv = [process.execPath, command, "relay", ...site, ...tcp, ...key, ...given];
// In this very process: signals, the terminal and the exit code need no passing on.
await import(pathToFileURL(command).href);
