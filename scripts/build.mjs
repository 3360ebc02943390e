/**
 * `npm run build`: compiles the packages as far as they changed, then bundles the demo.
 * @module
 */
import { build, install } from "./lib/setup.mjs";

await install();
await build({ force: true });
