/**
 * One side of a contestant in a process of its own: commands come in as JSON lines on standard
 * input, answers go out as JSON lines on standard output. It ends when its input does.
 * @module
 */

import { createInterface } from "node:readline";
import { LOADERS } from "./contestants/catalogue.ts";
import { floodHandshakes } from "./flood.ts";
import { MIDDLE_LOADERS } from "./middles/catalogue.ts";
import { Responder } from "./responder.ts";
import type { Request } from "./sides/request.ts";
import { runRequest } from "./sides/request.ts";
import type { Usage } from "./sides/side.ts";
import { Workload } from "./workload.ts";

const [name = ""] = process.argv.slice(2);
const load = LOADERS[name] ?? MIDDLE_LOADERS[name];
if (load === undefined) throw new RangeError(`no contestant is called "${name}"`);
const loading = load().then((contestant) => ({ contestant, workload: new Workload(contestant) }));
// Why one can't be loaded is the answer to the first request.
loading.catch(() => {});
for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...request } = JSON.parse(line) as Request & { readonly id: number };
  const answer = (fields: object) => process.stdout.write(`${JSON.stringify({ id, ...fields })}\n`);
  // Each on its own: a flood goes on beside other requests.
  handle(request).then(
    (result) => answer({ result: result ?? null }),
    (error: Error) => answer({ error: error.message, unavailable: isUnavailable(error) }),
  );
}
process.exit(0);

async function handle(request: Request): Promise<unknown> {
  const { contestant, workload } = await loading;
  switch (request.cmd) {
    case "listen":
      return contestant.listen((link) => {
        const responder = new Responder(link);
        return (bytes) => responder.receive(bytes);
      }, request);
    case "usage":
      return usage();
    case "cpuTime":
      return cpuMs();
    case "floodHandshakes":
      return floodHandshakes(contestant, request);
    default:
      return runRequest(workload, request);
  }
}

/** Memory and handles after a collection, and CPU time so far. */
function usage(): Usage {
  // Twice: finalizers of the first round free what the second one finds.
  for (let times = 0; times < 2; times++) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    rssBytes: rss,
    cpuMs: cpuMs(),
    heapBytes: heapUsed + external,
    handles: process.getActiveResourcesInfo().length,
  };
}

/** CPU time so far, in ms; asked without a collection, after which a program has to get warm again. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function isUnavailable(error: Error): boolean {
  return error.name === "NotAvailableError";
}
