/**
 * `npm run bench`: sets everything up, then measures. What is missing is skipped, in sight.
 * @module
 */
import { fetchNode } from "./lib/nodes.mjs";
import { run } from "./lib/run.mjs";
import { build, install, say } from "./lib/setup.mjs";
import { lookUp } from "./lib/tools.mjs";

await install();
await build();
const env = {
  PEERKIT_GO: lookUp("go").path,
  PEERKIT_CHROMIUM: lookUp("chromium").path,
  PEERKIT_NODE_24: await nodeForLibp2p(),
};
const args = ["packages/bench/dist/main.js", ...process.argv.slice(2)];
process.exitCode = await run(process.execPath, args, { env });

/** js-libp2p needs Node 22 or newer; a newer one is fetched when this isn't. */
async function nodeForLibp2p() {
  if (Number.parseInt(process.versions.node, 10) >= 22) return undefined;
  try {
    return await fetchNode(24);
  } catch (error) {
    say(`js-libp2p is left out, Node 24 can't be had: ${error}`);
    return undefined;
  }
}
