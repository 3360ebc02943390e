/**
 * Claims a number among tabs that have nothing but a channel to talk over: who holds one says so,
 * and of two that want the same one at once the lower ticket has it.
 * @module
 */

import type { Clock } from "../env.ts";
import type { Claim } from "./store.ts";

/** What tabs tell each other. */
export type ClaimMessage =
  | { readonly type: "claim"; readonly number: number; readonly ticket: string }
  | { readonly type: "held"; readonly number: number };

/** How long the others have to object. */
const OBJECTION_MS = 150;
/** Numbers from here on are nobody's. */
export const MAX_NUMBER = 1_024;

/** What a claim needs. */
export interface ChannelClaimOptions {
  /** Tells all other tabs. */
  readonly post: (message: ClaimMessage) => void;
  /** Leaves the channel. */
  readonly close: () => void;
  /** Random: no two tabs have the same. */
  readonly ticket: string;
  /** The number that is wanted first. @default 0 */
  readonly wanted?: number | undefined;
  readonly clock: Clock;
}

/** One tab's claim. It has its number when `claimed` resolves, and keeps it until `release`. */
export class ChannelClaim {
  /** Resolves when nobody has objected. */
  readonly claimed: Promise<Claim>;
  readonly #options: ChannelClaimOptions;
  /** What others are known to hold; at most `MAX_NUMBER` of them. */
  readonly #taken = new Set<number>();
  #number: number;
  #state: "asking" | "held" = "asking";
  #cancel = (): void => {};
  #settle: (claim: Claim) => void = () => {};

  constructor(options: ChannelClaimOptions) {
    this.#options = options;
    this.#number = options.wanted ?? 0;
    this.claimed = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#ask();
  }

  /** Takes what another tab said. */
  take(message: unknown): void {
    if (!isClaimMessage(message)) return;
    if (message.type === "held") this.#giveWay(message.number);
    else if (this.#state === "held") this.#options.post({ type: "held", number: this.#number });
    else if (message.number !== this.#number) return;
    else if (message.ticket < this.#options.ticket) this.#giveWay(message.number);
    // Not as one who holds it: that would drive off those who come before us.
    else this.#postClaim();
  }

  #ask(): void {
    this.#postClaim();
    this.#cancel = this.#options.clock.setTimer(OBJECTION_MS, () => this.#hold());
  }

  #postClaim(): void {
    const { post, ticket } = this.#options;
    post({ type: "claim", number: this.#number, ticket });
  }

  #giveWay(number: number): void {
    if (this.#state === "held") return;
    this.#taken.add(number);
    if (number !== this.#number) return;
    this.#cancel();
    this.#number = 0;
    while (this.#taken.has(this.#number)) this.#number++;
    this.#ask();
  }

  #hold(): void {
    this.#state = "held";
    this.#settle({ number: this.#number, release: this.#options.close });
  }
}

function isClaimMessage(value: unknown): value is ClaimMessage {
  if (typeof value !== "object" || value === null) return false;
  const { type, number, ticket } = value as Partial<Record<"type" | "number" | "ticket", unknown>>;
  if (typeof number !== "number" || !Number.isInteger(number)) return false;
  if (number < 0 || number >= MAX_NUMBER) return false;
  return type === "held" || (type === "claim" && typeof ticket === "string");
}
