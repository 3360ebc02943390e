/**
 * `npm run lock`, after `npm install NAME`: completes package-lock.json for platforms whose packages
 * the registry at hand didn't have, so that `npm ci` takes it.
 * @module
 */
import { writeFileSync } from "node:fs";
import { LOCK_FILE, missingEntries, readLock } from "./lib/lock.mjs";

const lock = readLock();
const missing = missingEntries(lock);
const entries = [...Object.entries(lock.packages), ...missing];
// npm's own order, so that its next write changes nothing but what it means to.
const packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync(LOCK_FILE, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
console.log(`${missing.length} entries added`);
