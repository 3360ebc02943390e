/**
 * What lies between simulated nodes: who listens where, which connections there are, who can reach
 * whom.
 * @module
 */

import type { Clock } from "../../env.ts";
import { P2PError } from "../../errors.ts";
import type { ListenAddress, NodeAddress } from "../../node/address.ts";
import type {
  AbortOptions,
  ByteStream,
  Listener,
  ListenHandlers,
  Transport,
} from "../../transport.ts";
import { formatHostPort } from "../../transport-kit/errors.ts";
import type { LinkConditions } from "./conditions.ts";
import { LineChance, latencyBetween } from "./conditions.ts";
import type { ArrivalType, Side } from "./connection.ts";
import { Connection } from "./connection.ts";
import type { SimulationFact } from "./event.ts";
import { SeededRandom } from "./seeded-random.ts";

/** The scheme of addresses here, as in the network in memory. */
const SCHEME = "memory";
const FIRST_FREE_PORT = 49_152;

/** A machine that nodes run on. */
export interface Host {
  readonly name: string;
  /** Its IP address. */
  readonly address: string;
  /** How many hosts there were before it. */
  readonly place: number;
}

/** What a fabric is made of. */
export interface FabricOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly conditions: LinkConditions;
  readonly onFact: (fact: SimulationFact) => void;
}

interface Contact {
  readonly connection: Connection;
  readonly hosts: Readonly<Record<Side, Host>>;
}

/** How a crashed host answers: not at all, or as a machine on which nothing listens any more. */
type Crash = "silent" | "told";

/** The wires of one simulated network. */
export class Fabric {
  readonly #options: FabricOptions;
  readonly #hosts = new Map<string, Host>();
  readonly #listeners = new Map<string, ListenHandlers>();
  // UNBOUNDED: the test's own; a connection leaves it when both ends are closed.
  readonly #contacts = new Set<Contact>();
  readonly #crashed = new Map<Host, Crash>();
  #groups: ReadonlyMap<Host, number> | undefined;
  #connections = 0;
  #port = FIRST_FREE_PORT;

  constructor(options: FabricOptions) {
    this.#options = options;
  }

  /** Streams that are open, both ends of each connection counted. */
  get openStreams(): number {
    let count = 0;
    for (const { connection } of this.#contacts) count += connection.openEnds;
    return count;
  }

  addHost(name: string): Host {
    const place = this.#hosts.size;
    const number = place + 1;
    const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
    const host = { name, address, place };
    this.#hosts.set(address, host);
    return host;
  }

  /** The transport of a node on that host. */
  transport(host: Host): Transport {
    return {
      name: "simulated",
      schemes: [SCHEME],
      dial: (address, options) => this.#dial(host, address, options),
      listen: (address, handlers, options) => this.#listen(address, handlers, options),
    };
  }

  /** From now on a host reaches only those of its own group; those in none are one more group. */
  partition(groups: readonly (readonly Host[])[]): void {
    this.#groups = new Map(groups.flatMap((group, at) => group.map((host) => [host, at])));
    for (const contact of this.#contacts) this.#holdOrRelease(contact);
  }

  heal(): void {
    this.#groups = undefined;
    for (const contact of this.#contacts) this.#holdOrRelease(contact);
  }

  /** Ends a host's connections, for the others without a word or with a reset. */
  crash(host: Host, crash: Crash): void {
    this.#crashed.set(host, crash);
    for (const { connection, hosts } of [...this.#contacts]) {
      for (const side of SIDES) {
        if (hosts[side] === host) connection.crash(side, crash === "silent");
      }
    }
  }

  /** Breaks every connection between two hosts. */
  break(first: Host, second: Host): void {
    for (const { connection, hosts } of [...this.#contacts]) {
      const { dialer, dialed } = hosts;
      const between = dialer === first ? dialed === second : dialer === second && dialed === first;
      if (between) connection.break();
    }
  }

  async #listen(
    address: ListenAddress,
    handlers: ListenHandlers,
    { signal }: AbortOptions = {},
  ): Promise<Listener> {
    signal?.throwIfAborted();
    const port = address.port === 0 ? this.#port++ : address.port;
    const where = formatHostPort(address.host, port);
    if (this.#listeners.has(where)) {
      throw new P2PError(`can't listen at ${SCHEME}://${where}: already in use`, {
        code: "P2P_ERR_LISTEN_FAILED",
      });
    }
    this.#listeners.set(where, handlers);
    return {
      address: { ...address, port },
      close: async () => {
        if (this.#listeners.get(where) === handlers) this.#listeners.delete(where);
      },
    };
  }

  #dial(from: Host, address: NodeAddress, { signal }: AbortOptions = {}): Promise<ByteStream> {
    const to = this.#hosts.get(address.host ?? "");
    const where = formatHostPort(address.host ?? "", address.port ?? 0);
    if (!to) return Promise.reject(dialFailed(where, "there is no such host"));
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const { connection, tell } = this.#connect(from, to, where);
      const onAbort = (): void => {
        connection.giveUp();
        reject(signal?.reason);
      };
      const answer = (settle: () => void): void =>
        connection.signal("dialed", () => {
          signal?.removeEventListener("abort", onAbort);
          settle();
        });
      signal?.addEventListener("abort", onAbort, { once: true });
      connection.onUnanswered = ({ message }) => reject(dialFailed(where, message));
      tell("dial", "dialer");
      connection.signal("dialer", () => {
        const refusal = this.#knock(to, connection.addresses);
        if (refusal === "silence") return;
        if (typeof refusal === "string") {
          tell("refuse", "dialed");
          answer(() => {
            connection.refuse();
            reject(dialFailed(where, refusal));
          });
          return;
        }
        tell("accept", "dialed");
        answer(() => resolve(connection.open("dialer")));
        refusal.onStream(connection.open("dialed"));
      });
    });
  }

  /** Who listens there and takes the caller; else why nobody does. */
  #knock(to: Host, { dialer, dialed }: Connection["addresses"]): ListenHandlers | string {
    if (this.#crashed.get(to) === "silent") return "silence";
    const handlers = this.#listeners.get(dialed);
    if (!handlers || this.#crashed.has(to)) return "refused: nothing listens there";
    const admitted = handlers.admit({ remoteAddress: dialer, localAddress: dialed });
    return admitted === true ? handlers : admitted.message;
  }

  #connect(
    from: Host,
    to: Host,
    where: string,
  ): { connection: Connection; tell: (type: ArrivalType, sender: Side) => void } {
    const { clock, seed, conditions, onFact } = this.#options;
    const number = ++this.#connections;
    const latency = latencyBetween(conditions, seed, from.place, to.place);
    const chance = (end: number): LineChance =>
      new LineChance(conditions, latency, new SeededRandom(seed, number, end));
    const hosts = { dialer: from, dialed: to };
    const tell = (type: ArrivalType, sender: Side, size = 0): void => {
      const [source, target] = sender === "dialer" ? [from, to] : [to, from];
      const about = { connection: number, from: source.name, to: target.name };
      onFact(type === "bytes" ? { type, ...about, size } : { type, ...about });
    };
    const connection = new Connection({
      clock,
      chances: { dialer: chance(0), dialed: chance(1) },
      addresses: { dialer: formatHostPort(from.address, this.#port++), dialed: where },
      onFact: tell,
      onGone: () => this.#contacts.delete(contact),
    });
    const contact: Contact = { connection, hosts };
    this.#contacts.add(contact);
    this.#holdOrRelease(contact);
    return { connection, tell };
  }

  #holdOrRelease({ connection, hosts: { dialer, dialed } }: Contact): void {
    const apart = this.#groups && this.#groups.get(dialer) !== this.#groups.get(dialed);
    if (apart) connection.hold();
    else connection.release();
  }
}

const SIDES: readonly Side[] = ["dialer", "dialed"];

function dialFailed(where: string, why: string): P2PError {
  return new P2PError(`can't reach ${SCHEME}://${where}: ${why}`, { code: "P2P_ERR_DIAL_FAILED" });
}
