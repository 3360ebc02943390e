/**
 * `npm run interop`: sets everything up, then runs the peers of other projects against ours.
 * @module
 */
import { run } from "./lib/run.mjs";
import { build, install } from "./lib/setup.mjs";
import { lookUp } from "./lib/tools.mjs";

await install();
await build();
const env = { PEERKIT_GO: lookUp("go").path };
const args = ["packages/interop/dist/main.js", ...process.argv.slice(2)];
process.exitCode = await run(process.execPath, args, { env });
