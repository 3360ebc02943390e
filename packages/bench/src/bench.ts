/**
 * Starts the sides of contestants, and ends all of them.
 * @module
 */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { NotAvailableError } from "./link.ts";
import { MIDDLES } from "./middles/catalogue.ts";
import { startGethSide } from "./sides/geth-side.ts";
import { Tab } from "./sides/page-side.ts";
import { ProcessSide } from "./sides/process-side.ts";
import type { Side } from "./sides/side.ts";

const SCRIPT = fileURLToPath(new URL("../dist/side.js", import.meta.url));

/** Where `npm run bench` puts a newer Node. */
const FETCHED_NODE = fileURLToPath(
  new URL(
    "../../../node_modules/.cache/peerkit/node-24/node_modules/node/bin/node",
    import.meta.url,
  ),
);

/** js-libp2p 3 needs things that Node has only from this major on. */
const LIBP2P_NODE = 22;

/** Two sides of one contestant; the first listens. */
export interface Pair {
  readonly server: Side;
  readonly client: Side;
  /** What runs between them, where something does. */
  readonly middle?: { readonly side: Side; readonly address: string };
  /** Where the server listens. */
  readonly address: string;
  /** Ends all of them. */
  stop(): Promise<void>;
}

/** Everything that is running for a row. */
export class Bench {
  readonly #sides = new Set<Side>();
  #tab: Tab | undefined;

  /** Starts one side of a contestant. Rejects with `NotAvailableError` where it can't run here. */
  async startSide(name: string): Promise<Side> {
    const side = name === "geth" ? await startGethSide() : startNodeSide(name);
    this.#sides.add(side);
    return side;
  }

  /**
   * Starts both sides in two processes, and what runs between them in a third; the second one connects
   * `links` times.
   */
  async startPair(name: string, links = 1): Promise<Pair> {
    const between = MIDDLES[name];
    const [server, client, middle] = await Promise.all([
      this.startSide(name),
      this.startSide(name),
      ...(between === undefined ? [] : [this.startSide(between)]),
    ]);
    return this.#pair(server, client, links, middle);
  }

  /** Starts the listening side in a process, the dialing one in a tab of Chromium. */
  async startTabPair(name: string): Promise<Pair> {
    this.#tab ??= await Tab.open();
    return this.#pair(await this.startSide(name), this.#tab.side(name), 1);
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    const tab = this.#tab;
    this.#tab = undefined;
    await Promise.all([...this.#sides].map((side) => this.#stopSide(side)));
    await tab?.close();
  }

  async #pair(server: Side, client: Side, links: number, between?: Side): Promise<Pair> {
    const sides = [server, client, ...(between ? [between] : [])];
    const stop = async () => {
      await Promise.all(sides.map((side) => this.#stopSide(side)));
    };
    const via = await between?.request<string>({ cmd: "listen" });
    const middle = between && via !== undefined ? { side: between, address: via } : undefined;
    const setup = via === undefined ? {} : { via };
    const address = await server.request<string>({ cmd: "listen", ...setup });
    if (links > 0) await client.request({ cmd: "connect", address, count: links, atOnce: 8 });
    return { server, client, address, stop, ...(middle && { middle }) };
  }

  async #stopSide(side: Side): Promise<void> {
    if (this.#sides.delete(side)) await side.stop();
  }
}

function startNodeSide(name: string): Side {
  return new ProcessSide(nodeFor(name), ["--expose-gc", SCRIPT, name]);
}

/** The Node that a contestant runs on: this one, but for js-libp2p where this one is too old. */
export function nodeFor(name: string): string {
  const major = Number.parseInt(process.versions.node, 10);
  if (!name.startsWith("libp2p") || major >= LIBP2P_NODE) return process.execPath;
  const newer = process.env.PEERKIT_NODE_24 || (existsSync(FETCHED_NODE) ? FETCHED_NODE : "");
  if (newer !== "") return newer;
  throw new NotAvailableError(
    `needs Node ${LIBP2P_NODE} or newer, which \`npm run bench\` fetches`,
  );
}
