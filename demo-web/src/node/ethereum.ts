/**
 * Asks a node of Ethereum, through the relay, what it is and which chain it has.
 * @module
 */

import type { DisconnectError, Hello, NodeAddress, Peer, TraceEvent } from "@peerkit/core";
import {
  formatNodeAddress,
  nodeId,
  P2PError,
  parseNodeAddress,
  Server,
  simpleClientIdentity,
  VERSION,
} from "@peerkit/core";
import { relay } from "@peerkit/relay";
import { webSocket } from "@peerkit/ws";
import type { EthStatus } from "peerkit/protocols";
import { ethStatus } from "peerkit/protocols";
import type { EthereumAnswer } from "../model.ts";
import { factsOf, notANode, refusalOf } from "./ethereum-words.ts";
import type { See } from "./relay-eye.ts";
import { seenByRelay } from "./relay-eye.ts";

/** How long it may take in all. */
const TIMEOUT_MS = 20_000;

/** What it is given. */
export interface AskOptions {
  /** The relay's address. */
  readonly via: string;
  readonly see: See;
  /** Called with how far it has come, as a sentence. */
  readonly onStage: (stage: string) => void;
  readonly trace: (event: TraceEvent) => void;
}

/**
 * Asks the node at an `enode://…` address. It is asked by a node of its own, with a fresh key, which is
 * gone with the answer. Never rejects.
 */
export async function askNode(text: string, options: AskOptions): Promise<EthereumAnswer> {
  let address: NodeAddress;
  try {
    address = parseNodeAddress(text);
  } catch (error) {
    return notANode(error);
  }
  if (address.scheme !== "tcp" || address.host === undefined) return notANode();
  return new Question({ ...address, via: options.via }, options).ask();
}

/** One node that is asked. */
class Question {
  readonly #address: NodeAddress;
  readonly #server: Server;
  readonly #status: Promise<EthStatus>;
  readonly #onStage: AskOptions["onStage"];
  /** The number of the connection to the node. */
  #connection: number | undefined;
  #hello: Hello | undefined;

  constructor(address: NodeAddress, { see, trace, onStage }: AskOptions) {
    this.#address = address;
    this.#onStage = onStage;
    let take: (status: EthStatus) => void = () => {};
    this.#status = new Promise((resolve) => {
      take = resolve;
    });
    this.#server = new Server({
      name: simpleClientIdentity("peerkit-demo", VERSION),
      noDial: true,
      protocols: ethStatus(take),
      transports: [webSocket(), seenByRelay(relay(), see)],
      trace: (event) => {
        this.#note(event);
        trace(event);
      },
    });
  }

  async ask(): Promise<EthereumAnswer> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      await this.#server.start();
      const peer = await this.#server.connect(formatNodeAddress(this.#address), { signal });
      const status = await Promise.race([this.#status, ended(peer), aborted(signal)]);
      return { kind: "node", facts: factsOf({ hello: this.#hello, status, sealed: peer.sealed }) };
    } catch (error) {
      const refusal = refusalOf(signal.aborted ? timedOut() : error, this.#address);
      return { ...refusal, facts: factsOf({ hello: this.#hello }) };
    } finally {
      // A protocol that doesn't end in time has nothing of ours.
      await this.#server.stop().catch(() => {});
    }
  }

  #note(event: TraceEvent): void {
    const target = nodeId(this.#address.publicKey);
    if (event.type === "dial" && nodeId(event.address.publicKey) === target) {
      this.#connection = event.connection;
    }
    if (event.connection !== this.#connection) return;
    if (event.type === "open") this.#onStage("The relay has reached it. Shaking hands with it.");
    if (event.type !== "hello" || event.direction !== "in") return;
    this.#hello = event.hello;
    this.#onStage("It said hello. Waiting for what it says of its chain.");
  }
}

async function ended(peer: Peer): Promise<never> {
  const end: DisconnectError = await peer.closed;
  throw end;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function timedOut(): P2PError {
  return new P2PError("no answer in time", { code: "P2P_ERR_READ_TIMEOUT" });
}
