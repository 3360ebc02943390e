/**
 * The door of a relay: who comes from where, before and after his key is known.
 * @module
 */

import type { ByteStream, InboundInfo, Listener, Refusal, Transport } from "@peerkit/core";
import type { Netlist } from "@peerkit/core/transport-kit";
import { callerOf, formatIp } from "@peerkit/core/transport-kit";
import { RelayCode } from "../wire/codes.ts";
import type { Budgets } from "./budgets/budgets.ts";
import type { Party } from "./budgets/scopes.ts";
import { hostOf } from "./budgets/scopes.ts";

/** Connections that were let in and haven't become a stream yet; the oldest are forgotten first. */
const MAX_EXPECTED = 10_000;

/** When somebody may find another relay in a draining one's place, in ms. */
const DRAINING_RETRY_MS = 1_000;

/** What a door needs. */
export interface DoorwayOptions {
  readonly budgets: Budgets;
  /** Of the reverse proxies that are believed who calls. */
  readonly trustedProxies: Netlist;
}

/** Looks at each connection of a relay. */
export class Doorway {
  /** Origins whose pages may come; absent for all. */
  origins: ReadonlySet<string> | undefined;
  /** Set when the relay is about to stop: nobody comes in any more. */
  draining = false;
  readonly #options: DoorwayOptions;
  /** By the other end's `host:port`, for as long as the connection is there. */
  readonly #parties = new Map<string, Party>();
  readonly #expected = new Map<string, Party>();

  constructor(options: DoorwayOptions) {
    this.#options = options;
  }

  /** Connections that are there. */
  get size(): number {
    return this.#parties.size;
  }

  /** Connections that were let in and haven't come yet. */
  get expected(): number {
    return this.#expected.size;
  }

  /** Whether a connection may come in. */
  admit(info: InboundInfo): true | Refusal {
    if (this.draining) {
      const message = "the relay is about to stop";
      return { reason: RelayCode.Draining, message, retryAfterMs: DRAINING_RETRY_MS };
    }
    const origin = headerOf(info, "origin");
    if (origin !== undefined && this.origins?.has(origin) === false) {
      const message = "pages of this website may not use the relay";
      return { reason: RelayCode.NotAllowed, message };
    }
    const party: Party = { address: this.#addressOf(info), ...(origin && { origin }) };
    const over = this.#options.budgets.connect(party);
    if (over) return { reason: over.code, message: over.text, retryAfterMs: over.retryAfterMs };
    this.#expect(info.remoteAddress, party);
    return true;
  }

  /** Remembers who is at the other end of a stream that came after `admit`, until it ends. */
  entered(stream: ByteStream): void {
    const where = stream.remoteAddress;
    const party = where === undefined ? undefined : this.#expected.get(where);
    if (where === undefined || !party) return;
    this.#expected.delete(where);
    this.#parties.set(where, party);
    void stream.closed.then(() => {
      if (this.#parties.get(where) === party) this.#parties.delete(where);
    });
  }

  /** Who is at the other end of a connection, by its `host:port`. */
  partyAt(remoteAddress: string | undefined): Party {
    const known = remoteAddress === undefined ? undefined : this.#parties.get(remoteAddress);
    return known ?? { address: hostOf(remoteAddress) };
  }

  /** A transport whose listeners are behind this door. */
  guard(transport: Transport): Transport {
    const { listen } = transport;
    if (!listen) return transport;
    return {
      name: transport.name,
      schemes: transport.schemes,
      dial: (address, options) => transport.dial(address, options),
      listen: (address, handlers, options): Promise<Listener> =>
        listen.call(
          transport,
          address,
          {
            admit: (info) => {
              const admitted = this.admit(info);
              return admitted === true ? handlers.admit(info) : admitted;
            },
            onStream: (stream) => {
              this.entered(stream);
              handlers.onStream(stream);
            },
          },
          options,
        ),
    };
  }

  #addressOf(info: InboundInfo): string {
    const caller = callerOf(info, this.#options.trustedProxies);
    return caller ? formatIp(caller.ip) : hostOf(info.remoteAddress);
  }

  #expect(where: string | undefined, party: Party): void {
    if (where === undefined) return;
    this.#expected.set(where, party);
    if (this.#expected.size <= MAX_EXPECTED) return;
    // Many at once: a map walks past all that was taken from its front, each time.
    for (const oldest of [...this.#expected.keys()].slice(0, MAX_EXPECTED / 10)) {
      this.#expected.delete(oldest);
    }
  }
}

function headerOf({ headers }: InboundInfo, name: string): string | undefined {
  const value = headers?.[name];
  return typeof value === "string" ? value : value?.at(-1);
}
