/**
 * The node in this page: it dials the relay, stays connected, and writes what happens to the model.
 * @module
 */

import type { P2PError, Peer, Protocol, TraceEvent } from "@peerkit/core";
import {
  DiscReason,
  formatNodeAddress,
  formatReason,
  nodeId,
  parseNodeAddress,
  publicKeyOf,
  Server,
  sendItems,
  simpleClientIdentity,
  VERSION,
} from "@peerkit/core";
import { loadIdentity, openStore } from "@peerkit/core/store";
import { webSocket } from "@peerkit/ws";
import { createMyProtocol, TEXT } from "peerkit/protocols";
import type { Actions, Model } from "../model.ts";
import { setReasonWords } from "../reason.ts";
import { backoffMs } from "./backoff.ts";
import { FrameFeed } from "./frame-feed.ts";
import { MeetingBuilder } from "./meeting.ts";
import { fetchRelayInfo } from "./relay-info.ts";
import { Room } from "./room.ts";
import { Rounds } from "./rounds.ts";
import { onReturn, Wake } from "./wake.ts";
import { endWords, failureWords, waitingStatus } from "./words.ts";

/** How often the round trip to the relay is measured. */
const PING_PAUSE_MS = 5_000;

/** How long a relay has to answer after the page was away. */
const PROBE_MS = 4_000;

/** Starts the node and resolves to what the visitor can do with it. It never stops by itself. */
export async function startNode(model: Model): Promise<Actions> {
  setReasonWords(formatReason);
  const { privateKey, reason } = await loadIdentity(await openStore("peerkit-demo"));
  const node = new PageNode(model, privateKey);
  await node.start();
  if (reason !== undefined) node.note(`A reload will make this tab another node: ${reason}.`);
  return node;
}

class PageNode implements Actions {
  readonly #model: Model;
  readonly #server: Server;
  readonly #room: Room;
  readonly #myProtocol: Protocol;
  readonly #feed: FrameFeed;
  readonly #rounds: Rounds;
  readonly #wake = new Wake();
  #builder = new MeetingBuilder(0);
  /** The connection whose meeting is shown. */
  #connection = 0;
  #peer: Peer | undefined;

  constructor(model: Model, privateKey: Uint8Array) {
    this.#model = model;
    this.#feed = new FrameFeed(model);
    this.#rounds = new Rounds(model);
    // The answers are counted by the trace, which has their times.
    this.#myProtocol = createMyProtocol(() => {});
    this.#room = new Room(model, nodeId(publicKeyOf(privateKey)));
    this.#server = new Server({
      privateKey,
      name: simpleClientIdentity("peerkit-demo", VERSION),
      transports: [webSocket()],
      protocols: [this.#myProtocol, this.#room.protocol],
      trace: (event) => this.#take(event),
    });
  }

  async start(): Promise<void> {
    await this.#server.start();
    const { id, self } = this.#server;
    this.#model.self.value = { id, client: "this tab", address: formatNodeAddress(self) };
    onReturn(() => this.#returned());
    addEventListener("pagehide", () => this.#peer?.disconnect(DiscReason.ClientQuitting));
    void this.#stayConnected();
  }

  /** Says something to the visitor alone. */
  note(text: string): void {
    this.#room.note(text);
  }

  sendFoo(): void {
    const writer = this.#peer?.writer(this.#myProtocol);
    if (writer === undefined) return;
    sendItems(writer, TEXT, "foo").catch((error: Error) => this.#rounds.fail(error.message));
  }

  say(text: string): void {
    this.#room.say(text);
  }

  rename(name: string): void {
    this.#room.rename(name);
  }

  tryNow(): void {
    this.#wake.now();
  }

  async #stayConnected(): Promise<never> {
    let failures = 0;
    let wasConnected = false;
    let why: string | undefined;
    for (;;) {
      try {
        const peer = await this.#connect(why);
        failures = 0;
        if (wasConnected) this.#room.note("Connected again.");
        wasConnected = true;
        why = endWords(await this.#serve(peer));
        this.#room.note(`Disconnected: ${why}.`);
      } catch (error) {
        why = failureWords(error, this.#model.relay.value?.host ?? location.host);
      }
      failures += 1;
      const pause = backoffMs(failures, Math.random());
      this.#model.status.value = waitingStatus(why, Date.now() + pause, {
        online: navigator.onLine,
        hidden: document.hidden,
      });
      await this.#wake.sleep(pause);
    }
  }

  /** Asks for the address anew each time: a relay that was set up again has another key. */
  async #connect(why: string | undefined): Promise<Peer> {
    this.#model.status.value = why === undefined ? { phase: "dialing" } : { phase: "dialing", why };
    const info = await fetchRelayInfo();
    const address = parseNodeAddress(info.address);
    const { host = "", port, publicKey } = address;
    this.#model.relay.value = {
      id: nodeId(publicKey),
      client: info.name,
      address: info.address,
      host: port === undefined ? host : `${host}:${port}`,
    };
    return this.#server.connect(address);
  }

  /** Resolves to why the peer left. */
  async #serve(peer: Peer): Promise<P2PError> {
    this.#peer = peer;
    this.#model.status.value = { phase: "connected", sealed: peer.sealed };
    const leaving = new AbortController();
    void this.#measure(peer, leaving.signal);
    try {
      return await peer.closed;
    } finally {
      leaving.abort();
      this.#peer = undefined;
      this.#rounds.reset();
      this.#model.latency.value = undefined;
    }
  }

  async #measure(peer: Peer, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#model.latency.value = await peer.ping({ signal });
        this.#room.showPeople();
      } catch {
        // The peer is gone; `closed` says why.
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, PING_PAUSE_MS));
    }
  }

  /** After a sleep the socket may be dead without anyone having told: ask instead of guessing. */
  #returned(): void {
    this.#wake.now();
    const peer = this.#peer;
    peer?.ping({ signal: AbortSignal.timeout(PROBE_MS) }).catch(() => peer.disconnect());
  }

  #handshaking(): void {
    this.#model.status.value = { ...this.#model.status.value, phase: "handshaking" };
  }

  #take(event: TraceEvent): void {
    if (event.type === "dial") {
      this.#connection = event.connection;
      this.#builder = new MeetingBuilder(event.connection);
    }
    if (event.type === "frame") {
      this.#feed.take(event);
      if (event.protocol === this.#myProtocol.name) this.#rounds.take(event);
    }
    if (event.connection !== this.#connection) return;
    if (event.type === "open") this.#handshaking();
    if (event.type === "capabilities") this.#model.agreed.value = event.shared;
    if (this.#builder.take(event)) this.#model.meeting.value = this.#builder.meeting;
  }
}
