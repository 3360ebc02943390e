/**
 * `npm run interop`: the table of every case against every peer. An argument keeps one peer, or the
 * cases whose title has it.
 * @module
 */

import { cases } from "./cases/all.ts";
import { PEERS } from "./peers.ts";
import { runAll } from "./run-all.ts";
import { tableHead, tableRow, tableSums } from "./table.ts";

const [filter = ""] = process.argv.slice(2);
const kinds = [...PEERS.keys()];
const wantedKinds = kinds.filter((kind) => kind.includes(filter));
const wantedCases = cases.filter((each) => each.title.includes(filter));

console.log("Building and starting the other peers …");
const results = await runAll(
  wantedKinds.length > 0 ? cases : wantedCases,
  wantedKinds.length > 0 ? wantedKinds : kinds,
  {
    begin: (programs) => console.log(`${programs.join("\n")}\n\n${tableHead()}`),
    result: (row) => console.log(tableRow(row)),
  },
);
console.log(`\n${tableSums(results)}`);
const failed = results.some((row) => row.result === "failed");
if (results.length === 0) console.error(`No case has "${filter}" in its title.`);
process.exitCode = failed || results.length === 0 ? 1 : 0;
