/**
 * Staying reachable through one relay: connect, reserve, renew, and begin again when it is lost.
 * @module
 */

import type { P2PErrorCode, Peer, TransportHost } from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import { pauseFor, sleep } from "./pauses.ts";
import type { RelayEvent } from "./relay-event.ts";
import type { RelayLink } from "./relay-link.ts";
import { RelayCode, RelayError } from "./wire/codes.ts";

/** What another attempt will hardly change. */
const HOPELESS: readonly P2PErrorCode[] = [
  "P2P_ERR_RELAY_NOT_ALLOWED",
  "P2P_ERR_MIXED_CONTENT",
  "P2P_ERR_NO_TRANSPORT",
];

/** Called with each connection that is reserved; resolves when it is ready for use. */
type OnConnected = (peer: Peer) => Promise<void>;

/** One relay that we stay connected to. */
export class Residence {
  /** The relay's address. */
  readonly text: string;
  readonly link: RelayLink;
  /** Settles with the first attempt that succeeds or shows that none will, or when the server stops. */
  readonly firstReserved: Promise<void>;
  readonly #onEvent: ((event: RelayEvent) => void) | undefined;
  readonly #onConnected = new Set<OnConnected>();
  #settle: { resolve(): void; reject(error: unknown): void } | undefined;
  #peer: Peer | undefined;
  #started = false;
  /** Ends the pause between two attempts. */
  #pause = new AbortController();

  constructor(text: string, link: RelayLink, onEvent?: (event: RelayEvent) => void) {
    this.text = text;
    this.link = link;
    this.#onEvent = onEvent;
    this.firstReserved = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Not everybody waits for it.
    this.firstReserved.catch(() => {});
  }

  /** Whether we are reachable through it now. */
  get reserved(): boolean {
    return this.#peer !== undefined;
  }

  /** Begins; the second call does nothing. Ends with the host's signal. */
  start(host: TransportHost): void {
    if (this.#started) return;
    this.#started = true;
    const { signal } = host;
    const onAbort = (): void => this.#settle?.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    void this.#stay(host);
  }

  /** The relay is connected, by whatever way: there is nothing to wait for. */
  wake(): void {
    this.#pause.abort();
  }

  /**
   * Calls `action` with the connection there is, and with each one to come. Resolves as the first of
   * these calls does. `forget` takes it back.
   */
  async each(action: OnConnected): Promise<() => void> {
    await this.firstReserved;
    const forget = () => void this.#onConnected.delete(action);
    this.#onConnected.add(action);
    try {
      if (this.#peer) await action(this.#peer);
      return forget;
    } catch (error) {
      forget();
      throw error;
    }
  }

  onDraining(withinMs: number): void {
    this.#onEvent?.({ type: "draining", relay: this.text, withinMs });
  }

  async #stay(host: TransportHost): Promise<void> {
    for (let failures = 0; !host.signal.aborted; ) {
      const error = await this.#once(host, () => {
        failures = 0;
      });
      if (host.signal.aborted) return;
      // Whoever waits is told; a relay's operator may still change his mind.
      if (HOPELESS.includes(error.code)) this.#settle?.reject(error);
      const asked = error instanceof RelayError ? error.retryAfterMs : 0;
      const retryAfterMs = Math.max(asked, pauseFor(failures++, host.random));
      const { code, message } = error;
      const lost = { type: "lost", relay: this.text, code, error: message, retryAfterMs } as const;
      this.#onEvent?.(lost);
      await this.#rest(retryAfterMs, host);
    }
  }

  async #rest(ms: number, { signal, clock }: TransportHost): Promise<void> {
    const pause = new AbortController();
    this.#pause = pause;
    const end = (): void => pause.abort();
    signal.addEventListener("abort", end, { once: true });
    if (!signal.aborted) await sleep(ms, pause.signal, clock);
    signal.removeEventListener("abort", end);
  }

  /** From a connection to its loss. Resolves to why it was lost. */
  async #once(host: TransportHost, onReserved: () => void): Promise<P2PError> {
    const { signal } = host;
    try {
      const { peer, remote } = await this.link.connect(host, { signal });
      for (;;) {
        const answer = await remote.request("reserve", [], { signal });
        if (answer.code !== RelayCode.Ok) throw new RelayError(answer);
        if (this.#peer !== peer) {
          this.#peer = peer;
          onReserved();
          this.#onEvent?.({ type: "reserved", relay: this.text });
          this.#settle?.resolve();
          for (const action of [...this.#onConnected]) await action(peer);
        }
        const left = await leftWithin(peer, host, answer.ttlMs / 2);
        if (left) throw left;
      }
    } catch (error) {
      return P2PError.is(error) ? error : lostFor(error);
    } finally {
      this.#peer = undefined;
    }
  }
}

/** Why the peer left, or `undefined` when it is still there after `ms`. */
async function leftWithin(
  peer: Peer,
  { clock }: TransportHost,
  ms: number,
): Promise<P2PError | undefined> {
  let cancel = (): void => {};
  const timeUp = new Promise<undefined>((resolve) => {
    cancel = clock.setTimer(Math.max(1_000, ms), () => resolve(undefined));
  });
  const left = await Promise.race([peer.closed, timeUp]);
  cancel();
  return left;
}

function lostFor(cause: unknown): P2PError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new P2PError(`the relay was lost: ${why}`, { code: "P2P_ERR_RELAY_LOST", cause });
}
