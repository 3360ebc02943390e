/**
 * The node in this page: it dials the relay, stays connected, and writes what happens to the model.
 * @module
 */

import type { NodeAddress, Peer, Protocol, ServerEvent, TraceEvent } from "@peerkit/core";
import {
  DiscReason,
  formatNodeAddress,
  nodeId,
  publicKeyOf,
  Server,
  sendItems,
  simpleClientIdentity,
  VERSION,
} from "@peerkit/core";
import { loadIdentity, openStore } from "@peerkit/core/store";
import { newRoomSecret, relay, roomKeys } from "@peerkit/relay";
import { webSocket } from "@peerkit/ws";
import { createMyProtocol, TEXT } from "peerkit/protocols";
import type { Actions, Model } from "../model.ts";
import { roomProblem } from "../room-link.ts";
import type { Point } from "../strokes.ts";
import { CarriedFeed } from "./carried-feed.ts";
import { Drawing } from "./drawing.ts";
import { askNode } from "./ethereum.ts";
import { FrameFeed } from "./frame-feed.ts";
import { measure } from "./measure.ts";
import { MeetingBuilder } from "./meeting.ts";
import { isNeighbour, Neighbours } from "./neighbours.ts";
import { RelayAddress } from "./relay-address.ts";
import { seenByRelay } from "./relay-eye.ts";
import type { RelayInfo } from "./relay-info.ts";
import { Room } from "./room.ts";
import { Rounds } from "./rounds.ts";
import { endWords, failureWords, waitingStatus } from "./words.ts";

/** What the rooms of this page are called at a relay, which may have others. */
const ROOM_PREFIX = "peerkit-demo/";

/** What the node does for the visitor; the rest is the page’s. */
type NodeActions = Omit<Actions, "enterRoom">;

/** Starts the node and resolves to what the visitor can do with it. It never stops by itself. */
export async function startNode(model: Model): Promise<NodeActions> {
  const { privateKey, reason } = await loadIdentity(await openStore("peerkit-demo"));
  const node = new PageNode(model, privateKey);
  await node.start();
  if (reason !== undefined) node.note(`A reload will make this tab another node: ${reason}.`);
  return node;
}

class PageNode implements NodeActions {
  readonly #model: Model;
  readonly #server: Server;
  readonly #room: Room;
  readonly #myProtocol: Protocol;
  readonly #feed: FrameFeed;
  readonly #rounds: Rounds;
  readonly #relay: RelayAddress;
  readonly #carried: CarriedFeed;
  readonly #drawing: Drawing;
  readonly #neighbours: Neighbours;
  #builder = new MeetingBuilder(0);
  /** The connection whose meeting is shown. */
  #connection = 0;
  #peer: Peer | undefined;
  /** Why there is no connection, in words. */
  #why: string | undefined;

  constructor(model: Model, privateKey: Uint8Array) {
    this.#model = model;
    this.#feed = new FrameFeed(model);
    this.#rounds = new Rounds(model);
    // The answers are counted by the trace, which has their times.
    this.#myProtocol = createMyProtocol(() => {});
    const id = nodeId(publicKeyOf(privateKey));
    this.#room = new Room(model, id);
    this.#carried = new CarriedFeed(model);
    this.#drawing = new Drawing(model, id);
    const { rooms, psk } = roomsOf(model);
    const transport = relay({ psk });
    this.#server = new Server({
      privateKey,
      name: simpleClientIdentity("peerkit-demo", VERSION),
      transports: [webSocket(), seenByRelay(transport, this.#carried.see)],
      protocols: [this.#myProtocol, this.#room.protocol, this.#drawing.protocol],
      trace: (event) => this.#take(event),
    });
    this.#neighbours = new Neighbours({
      server: this.#server,
      transport,
      rooms,
      onChange: () => this.#room.setNeighbours(this.#neighbours.all),
    });
    this.#relay = new RelayAddress({
      server: this.#server,
      onRelay: (address, info) => this.#showRelay(address, info),
      onFailure: (error, pauseMs) => this.#wait(failureWords(error, this.#host), pauseMs),
    });
  }

  async start(): Promise<void> {
    await this.#server.start();
    const { id, self } = this.#server;
    this.#model.self.value = { id, client: "this tab", address: formatNodeAddress(self) };
    addEventListener("pagehide", () => this.#peer?.disconnect(DiscReason.ClientQuitting));
    void this.#watch();
    void this.#relay.find();
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

  pen(points: readonly Point[], begin: boolean): void {
    this.#drawing.pen(points, begin);
  }

  clearDrawing(): void {
    this.#drawing.clear();
  }

  newSecret(): string {
    return newRoomSecret();
  }

  askNode(address: string): void {
    void this.#ask(address);
  }

  tryNow(): void {
    if (this.#relay.unknown) void this.#relay.find();
    else this.#server.redial();
  }

  /** The server keeps the connection; here it is only put into words. */
  async #watch(): Promise<void> {
    for await (const event of this.#server.events()) this.#onEvent(event);
  }

  #onEvent(event: ServerEvent): void {
    if (event.type === "add") void this.#serve(event.peer);
    // The other tabs come and go without words; here it is the relay that matters.
    if (!("peer" in event) || event.peer !== this.#model.relay.value?.id) return;
    if (event.type === "drop") {
      this.#why = endWords(event);
      this.#room.relayLost(this.#why);
      this.#neighbours.lost();
    }
    if (event.type === "fail") this.#why = failureWords(event, this.#host);
    if (event.type !== "dial") return;
    if (event.state === "start") this.#dialing();
    if (event.state === "wait") {
      this.#wait(this.#why ?? "it isn’t connected", event.pauseMs);
      void this.#relay.check();
    }
  }

  #showRelay(address: NodeAddress, info: RelayInfo): void {
    const { host = "", port, publicKey } = address;
    this.#model.relay.value = {
      id: nodeId(publicKey),
      client: info.name,
      address: info.address,
      host: port === undefined ? host : `${host}:${port}`,
    };
  }

  get #host(): string {
    return this.#model.relay.value?.host ?? location.host;
  }

  #dialing(): void {
    const why = this.#why;
    this.#model.status.value = why === undefined ? { phase: "dialing" } : { phase: "dialing", why };
  }

  #wait(why: string, pauseMs: number): void {
    this.#model.status.value = waitingStatus(why, Date.now() + pauseMs, {
      online: navigator.onLine,
      hidden: document.hidden,
    });
  }

  /** Shows a connection until it ends. */
  async #serve(id: string): Promise<void> {
    const peer = this.#server.peers.find((each) => each.id === id);
    if (peer === undefined) return;
    if (isNeighbour(peer)) await this.#serveNeighbour(peer);
    else await this.#serveRelay(peer);
  }

  async #serveNeighbour(peer: Peer): Promise<void> {
    const show = (): void => this.#room.setNeighbours(this.#neighbours.all);
    show();
    void measure(peer, show);
    await peer.closed;
    show();
  }

  async #serveRelay(peer: Peer): Promise<void> {
    this.#peer = peer;
    this.#why = undefined;
    this.#model.status.value = { phase: "connected", sealed: peer.sealed };
    this.#room.relayHere(peer);
    this.#relay.rest();
    void measure(peer, (latency) => {
      this.#model.latency.value = latency;
      this.#room.showPeople();
    });
    void this.#neighbours.enter(this.#model.relay.value?.address ?? "");
    await peer.closed;
    if (this.#peer === peer) this.#peer = undefined;
    this.#rounds.reset();
    this.#model.latency.value = undefined;
  }

  async #ask(text: string): Promise<void> {
    const { ethereum, relay: card } = this.#model;
    if (ethereum.value.kind === "asking") return;
    const since = Date.now();
    ethereum.value = { kind: "asking", stage: "Asking the relay for a way to it.", since };
    const onStage = (stage: string): void => {
      if (ethereum.value.kind === "asking") ethereum.value = { kind: "asking", stage, since };
    };
    ethereum.value = await askNode(text, {
      via: card.value?.address ?? "",
      see: this.#carried.see,
      onStage,
      trace: (event) => event.type === "frame" && this.#feed.take(event, false),
    });
  }

  #handshaking(): void {
    this.#model.status.value = { ...this.#model.status.value, phase: "handshaking" };
  }

  #take(event: TraceEvent): void {
    const { relay: card } = this.#model;
    if (event.type === "dial" && nodeId(event.address.publicKey) === card.value?.id) {
      this.#connection = event.connection;
      this.#builder = new MeetingBuilder(event.connection);
    }
    const shown = event.connection === this.#connection;
    if (event.type === "frame") this.#feed.take(event, shown);
    if (!shown) return;
    if (event.type === "frame" && event.protocol === this.#myProtocol.name) {
      this.#rounds.take(event);
    }
    if (event.type === "open") this.#handshaking();
    if (event.type === "capabilities") this.#model.agreed.value = event.shared;
    if (this.#builder.take(event)) this.#model.meeting.value = this.#builder.meeting;
  }
}

/** What the relay’s rooms are called, and what members prove to have. A room that can’t be is none. */
function roomsOf({ room }: Model): { rooms: readonly string[]; psk?: Uint8Array } {
  const name = `${ROOM_PREFIX}${room.name}`;
  if (roomProblem(room) !== undefined) return { rooms: [] };
  if (room.secret === undefined) return { rooms: [name] };
  // By name one meets those with another secret, too, so that the page can say so.
  const { topic, psk } = roomKeys(name, room.secret);
  return { rooms: [name, topic], psk };
}
