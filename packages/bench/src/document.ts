/**
 * `docs/performance.md` and its plots, written from the figures of a run.
 * @module
 */

import { titleOf } from "./contestants/titles.ts";
import { allPlots, plotsOf } from "./document-plots.ts";
import { formatAim, formatInterval, formatSamples } from "./format.ts";
import { ownRatio } from "./own-ratio.ts";
import type { Results, RowResult } from "./results.ts";
import type { Verdict } from "./verdict.ts";
import { judgeRow } from "./verdict.ts";

/** Every file of the document with its text, by its path from the project's root. */
export function documentFiles(results: Results): Map<string, string> {
  const files = new Map([["docs/performance.md", pageOf(results)]]);
  for (const { file, svg } of allPlots(results)) files.set(`docs/performance/${file}`, svg);
  return files;
}

function pageOf(results: Results): string {
  const rows = results.rows.filter(({ cells }) => cells.length > 0);
  return `${[
    "# Performance",
    INTRODUCTION,
    "## The aims",
    aimsOf(rows),
    "## The figures",
    ...rows.map(rowOf),
    "## What was measured, and how",
    machineOf(results),
    METHOD,
    "## What favours whom",
    FAVOURS,
  ].join("\n\n")}\n`;
}

function aimsOf(rows: readonly RowResult[]): string {
  const lines = rows.flatMap((row) =>
    judgeRow(row).map((verdict) => [
      row.title,
      formatAim(verdict, row.metrics),
      ...saidOf(verdict),
    ]),
  );
  if (lines.length === 0) return "This run measured no row that has an aim.";
  return table([["row", "aim", "measured", "verdict"], ...lines]);
}

function saidOf({ interval, judgement }: Verdict): [string, string] {
  return [interval === undefined ? "–" : formatInterval(interval), judgement];
}

function rowOf(row: RowResult): string {
  const head = ["", ...row.metrics.map(({ title, unit }) => `${title}, ${unit}`), "ours to it, ×"];
  const measured = row.cells.filter(({ skipped }) => skipped === undefined);
  const lines = measured.map(({ contestant, samples }) => [
    titleOf(contestant),
    ...row.metrics.map(({ key }) => formatSamples(samples[key] ?? [])),
    ratioTo(row, contestant),
  ]);
  const left = row.cells.filter(({ skipped }) => skipped !== undefined);
  const notes = left.map(
    ({ contestant, skipped }) => `${titleOf(contestant)}: not measured (${oneLine(skipped)}).`,
  );
  const plots = plotsOf(row).map(({ file, title }) => `![${title}](performance/${file})`);
  const parts = [`### ${row.title}`, ...plots, table([head, ...lines]), ...notes];
  return parts.join("\n\n");
}

function ratioTo(row: RowResult, contestant: string): string {
  const ratio = ownRatio(row, contestant);
  return ratio === undefined ? "" : formatInterval(ratio);
}

function machineOf({ machine, settings, started, minutes }: Results): string {
  const { cpu, cores, memoryGiB, system, load, versions } = machine;
  const facts = [
    ["processor", `${cpu}, ${cores} cores`],
    ["memory", `${memoryGiB} GiB`],
    ["system", system],
    ["load average at the start", load.join(", ")],
    ["date", started.slice(0, 10)],
    ["rounds", `${settings.rounds}, in ${minutes} minutes`],
    ["connections in the rows that have many", settings.connections.toLocaleString("en")],
    ...Object.entries(versions),
  ];
  return table([["", ""], ...facts]);
}

function table([head = [], ...lines]: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\|/g, "\\|")).join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...lines.map(row)].join("\n");
}

function oneLine(text = ""): string {
  return text.split("\n")[0] ?? "";
}

const INTRODUCTION = `Written by \`npm run bench -- --aims --write\`; don't edit it. Figures are medians, with the interval that holds the true median with a chance of 95 % or more in brackets; where a row has fewer than six rounds, which is too few for that, the smallest and the largest figure. MB are 10⁶ bytes of payload. Trust ratios more than figures, and only those of one run.`;

const METHOD = `- Two operating system processes over loopback; a third one drives them and sleeps meanwhile. The tab is a real Chromium, driven through its debugging protocol.
- In each round every contestant has its turn: A B C, A B C, … A ratio divides figures of the same round, so what slows a whole round down falls out of it. "Ours to it" is that ratio for the first column of figures, over WebSocket against those over WebSocket. The verdict goes by the interval of that ratio: met or missed when all of it is on one side of the aim, otherwise unclear.
- A contestant warms up until a sample takes about as long as it should (1 s); its count of messages stays the same from then on.
- One way: the clock stops when the receiver, which counts bytes, has answered that it has them all. A sender waits when its contestant tells it to. Ours awaits \`writeMsg\` once every 64 KiB.
- Handshakes: until the application may send, and leaving again. Each dials with an identity made before the clock started.
- Idle: a fresh process each round. Resident memory of the listening process after a forced garbage collection, before and after the connections are opened, divided by their number; 1,000 others are there already, which have paid for code, pools and the nursery of the garbage collector. Alive: the heap and its buffers then; what is beyond that is garbage, code and the system's. CPU time: over the 5 s after that, so a third of the keep-alive pings that a peer sends every 15 s falls into it, more or less.
- More connections: 16 messages to one connection, then a turn of the event loop, then the next connection. The number of messages is the same for 1 and for 1,000.
- Flood of handshakes: another process sends one recorded handshake packet again and again on fresh TCP connections, which costs it nothing. Flood of pings: a peer that writes 16 pings in each turn of its event loop.
- Relays and splices run in a third process; both sides have the same streams with either. A splice has the same programs around it: nodes of ours at both ends, and a relay beside it, all with nothing to do. Alone in a process that holds less than 8 MB it is faster, and so is anything else there ([decision 020](decisions/020-room-for-buffers.md)). On a bridge both say one packet that looks like a handshake first, as the relay wants it. A far relay is the same one behind a proxy that holds each piece back for 10 ms each way: connecting takes as many round trips as it takes longer there, divided by how much longer a round trip between the two takes.
- SHA3-256 is no connection: one process that hashes the same messages with \`node:crypto\`. RLPx v5 has to hash each byte on either side.`;

const FAVOURS = `- **go-ethereum** uses all cores in each process; everything in Node has one for its JavaScript. On a machine with two cores the sending and the receiving process have one each, which flatters Node.
- **js-libp2p** sends bytes on a stream and is counted by bytes: it frames no messages, which every other one does. It runs on a newer Node where this one is too old for it. Its handshake settles no list of protocols, but opens one stream. It doesn't compress, so text is as dear as random bytes.
- **@ethereumjs/devp2p** runs as it is published, with Nagle's algorithm on: its round trips wait for delayed acknowledgements. It leaves compressing to its user; here that is the \`snappyjs\` it decompresses with. It has no backpressure; here its sender waits for its socket.
- **Raw sockets** encrypt nothing, check nothing and have no messages over TCP: a bound, not a peer. "Corked" gathers what is sent in a turn of the event loop into one write, as ours does by itself. Their processes hold less than 8 MB, so V8 spares them the full collections that socket buffers bring about in larger ones ([decision 020](decisions/020-room-for-buffers.md)).
- **peerkit** compresses, and text compresses about six times, so the text row favours whoever compresses.
- Loopback has no delay and no loss. What a network costs is the same for all of them.
- CPU frequency, other tenants of a virtual machine and the garbage collector move single figures by a fifth, at times by half.`;
