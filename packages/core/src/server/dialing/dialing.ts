/**
 * The front of the dial scheduler, which is loaded when it is first wanted: a page that only calls
 * `connect` never does.
 * @module
 */

import { onWake } from "#wake";
import type { NodeAddress } from "../../node/address.ts";
import { nodeId } from "../../node/id.ts";
import type { ServerEvent } from "../events.ts";
import type { Dialer, DialerOptions } from "./dialer.ts";

/** A peer that was heard within this time is there, unless the network changed: the pause of pings. */
const QUIET_MS = 15_000;
/** The pause after a page couldn't load the scheduler. */
const LOAD_PAUSE_MS = 5_000;

/** The dials of one server that nobody waits for. */
export class Dialing {
  readonly #options: DialerOptions;
  readonly #loadDialer: () => Promise<LoadedDialer>;
  /** Nodes that are to be kept once there is a dialer. UNBOUNDED: the application's own list. */
  readonly #waiting = new Map<string, NodeAddress>();
  #dialer: Dialer | undefined;
  #loading = false;
  #stopped = false;
  #cancelRetry = (): void => {};
  #stopWatching = (): void => {};

  /** `load` is for tests. */
  constructor(options: DialerOptions, load: () => Promise<LoadedDialer> = loadDialer) {
    this.#options = options;
    this.#loadDialer = load;
  }

  /** Begins with the static nodes of the options and the candidates of the protocols. */
  start(): void {
    const { staticNodes, protocols } = this.#options.config;
    if (this.#stopped) return;
    this.#stopWatching = onWake((networkIsBack) => this.#woke(networkIsBack));
    for (const node of staticNodes) this.keep(node);
    if (protocols.some(({ dialCandidates }) => dialCandidates)) this.#load();
  }

  /** Ends everything that is under way. */
  stop(): void {
    this.#stopped = true;
    this.#stopWatching();
    this.#cancelRetry();
    this.#dialer?.stop();
  }

  /** Stays connected to the node from now on. */
  keep(node: string | NodeAddress): void {
    const address = this.#options.outbound.address(node);
    const id = nodeId(address.publicKey);
    if (this.#dialer) this.#dialer.keep(id, address);
    else this.#waiting.set(id, address);
    this.#load();
  }

  /** Doesn't dial the node any more, unless a protocol proposes it. */
  release(id: string): void {
    this.#waiting.delete(id);
    this.#dialer?.release(id);
  }

  /** The network may be back: dials those at once that wait; `refusedToo`: also those that refused us. */
  redial(refusedToo: boolean): void {
    if (this.#waiting.size > 0) this.#load();
    this.#dialer?.redial(refusedToo);
  }

  /** Takes what the server tells of its peers. */
  onEvent(event: ServerEvent): void {
    this.#dialer?.onEvent(event);
  }

  /** A connection from the node is in its handshake, or no longer. */
  onInbound(id: string, pending: boolean): void {
    this.#dialer?.onInbound(id, pending);
  }

  /** Connections may have died without a word meanwhile. */
  #woke(networkIsBack: boolean): void {
    this.redial(networkIsBack);
    for (const peer of this.#options.peers) peer.check(networkIsBack ? 0 : QUIET_MS);
  }

  #load(): void {
    if (this.#dialer || this.#loading || this.#options.config.noDial) return;
    this.#loading = true;
    this.#cancelRetry();
    void this.#start();
  }

  async #start(): Promise<void> {
    const { clock, logger } = this.#options.config;
    try {
      const { Dialer } = await this.#loadDialer();
      if (this.#stopped) return;
      this.#dialer = new Dialer(this.#options);
      this.#dialer.start(this.#waiting);
      this.#waiting.clear();
    } catch (error) {
      logger.warn("the dial scheduler couldn't be loaded", error);
      if (!this.#stopped) this.#cancelRetry = clock.setTimer(LOAD_PAUSE_MS, () => this.#load());
    } finally {
      this.#loading = false;
    }
  }
}

/** What the file of the scheduler has. */
export type LoadedDialer = Pick<typeof import("./dialer.ts"), "Dialer">;

function loadDialer(): Promise<LoadedDialer> {
  return import("./dialer.ts");
}
