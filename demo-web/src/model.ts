/**
 * What the page knows, as plain data in signals: the node writes it, the views read it.
 * @module
 */

import type { Direction, StreamPath } from "@peerkit/core";
import { Inspector } from "@peerkit/core/inspect";
import type { Signal } from "@preact/signals";
import { signal } from "@preact/signals";
import type { RoomChoice } from "./room-link.ts";
import type { Point, Stroke } from "./strokes.ts";
import { VOCABULARY } from "./vocabulary.ts";

/** How many frames the wire keeps. */
export const KEPT_FRAMES = 500;
/** How many bytes it keeps of each. */
export const KEPT_BYTES = 2_048;

/** Where the way to the relay stands. */
export type Phase =
  | "loading"
  | "dialing"
  | "handshaking"
  | "connected"
  | "waiting"
  | "offline"
  | "asleep";

/** The state of the connection, ready to be put into words. */
export interface Status {
  readonly phase: Phase;
  /** What went wrong, as a sentence; absent while nothing did. */
  readonly why?: string;
  /** When the next attempt starts, in ms of `Date.now()`; in `waiting` only. */
  readonly retryAt?: number;
  /** True when the session hides its content from whoever carries it. */
  readonly sealed?: boolean;
}

/** A node as the page draws it. */
export interface NodeCard {
  /** 64 hex digits. */
  readonly id: string;
  /** The client name of its Hello, or ours. */
  readonly client: string;
  /** What to copy: an address if the node can be dialed, its public key otherwise. */
  readonly address: string;
  /** `host:port`, where one is known. */
  readonly host?: string;
}

/** A decoded value with its name. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/** One row of the sequence diagram. */
export interface Step {
  readonly key: string;
  /** `out`: from this tab to the peer; `none`: a note between both. */
  readonly direction: "in" | "out" | "none";
  readonly label: string;
  /** One sentence for someone who reads this for the first time. */
  readonly hint: string;
  /** ms since the dial. */
  readonly at: number;
  /** Bytes on the wire. */
  readonly bytes?: number;
  readonly fields: readonly Field[];
}

/** The meeting of two peers, as far as it has come. */
export interface Meeting {
  /** Changes with each attempt, so that a new meeting is drawn anew. */
  readonly attempt: number;
  readonly steps: readonly Step[];
  /** True when the protocols run. */
  readonly done: boolean;
  /** ms from the open socket to the running protocols. */
  readonly handshakeMs?: number;
}

/** A protocol's place in the code space. */
export interface CodeRange {
  readonly name: string;
  readonly version: number;
  readonly offset: number;
  readonly length: number;
}

/** The rounds of foo and bar. */
export interface FooBar {
  /** Round trips in ms, the newest last; fifty at most. */
  readonly rounds: readonly number[];
  readonly count: number;
  /** True while a foo is under way. */
  readonly waiting: boolean;
  readonly error?: string;
}

/** Someone in the room. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /**
   * `relay`: the relay itself, over a connection of its own; `circuit`: from tab to tab, sealed;
   * `joining`: a tab that is being connected to; `apart`: one that can’t be.
   */
  readonly path: "you" | "relay" | "circuit" | "joining" | "apart";
  /** The way to it, and who could read along there, in words. */
  readonly way: string;
  /** The last round trip in ms. */
  readonly latency?: number;
  /** Sixty digits for both to compare; with path `circuit`. */
  readonly fingerprint?: string;
  /** Why it can’t be connected to, as a sentence; with path `apart`. */
  readonly why?: string;
}

/** Bytes that the relay carried between this tab and another node, as it sees them. */
export interface Carried {
  /** Counts all of them from 1. */
  readonly seq: number;
  /** ms of `performance.now()`. */
  readonly at: number;
  readonly direction: Direction;
  /** `circuit`: to another tab, sealed; `bridge`: to a TCP node. */
  readonly path: StreamPath;
  readonly size: number;
  /** The first of them. */
  readonly head: Uint8Array;
}

/** What an Ethereum node said, or why it didn’t. */
export type EthereumAnswer =
  | { readonly kind: "node"; readonly facts: readonly Field[] }
  | {
      readonly kind: "refused";
      /** In a sentence or two. */
      readonly why: string;
      /** What the relay’s operator must add, where that is all that is missing. */
      readonly allow?: string;
      /** What it said before. */
      readonly facts: readonly Field[];
    };

/** How asking an Ethereum node stands. */
export type EthereumState =
  | { readonly kind: "idle" }
  | {
      readonly kind: "asking";
      /** How far it has come, as a sentence. */
      readonly stage: string;
      /** When it began, in ms of `Date.now()`. */
      readonly since: number;
    }
  | EthereumAnswer;

/** A line of the chat. */
export interface ChatLine {
  readonly key: string;
  readonly kind: "text" | "event";
  /** The sender's id; empty for an event of the page itself. */
  readonly from: string;
  readonly name: string;
  readonly text: string;
  /** ms of `Date.now()`. */
  readonly at: number;
  readonly own: boolean;
  /** From whom and by which way it came, or to how many it went, in words; of a text only. */
  readonly way: string;
}

/** How often a code was seen since the last animation frame. */
export interface Activity {
  readonly direction: "in" | "out";
  readonly protocol: string;
  readonly wireCode: number;
}

/** Everything the views read. */
export interface Model {
  /** The room that the page’s address names. */
  readonly room: RoomChoice;
  readonly status: Signal<Status>;
  readonly self: Signal<NodeCard | undefined>;
  readonly relay: Signal<NodeCard | undefined>;
  readonly meeting: Signal<Meeting>;
  readonly agreed: Signal<readonly CodeRange[]>;
  readonly fooBar: Signal<FooBar>;
  readonly people: Signal<readonly Person[]>;
  readonly chat: Signal<readonly ChatLine[]>;
  readonly ownName: Signal<string>;
  /** What is on the shared canvas. */
  readonly strokes: Signal<readonly Stroke[]>;
  /** What the relay carried last, the newest first. */
  readonly carried: Signal<readonly Carried[]>;
  readonly ethereum: Signal<EthereumState>;
  /** The last round trip to the relay, ms. */
  readonly latency: Signal<number | undefined>;
  /** What went over the wire since the last animation frame, at most a few of each code. */
  readonly activity: Signal<readonly Activity[]>;
  /** Changes with `wire`, once per animation frame at most. */
  readonly wireVersion: Signal<number>;
  /** Every frame of this tab. */
  readonly wire: Inspector;
  readonly secure: boolean;
}

/** What the visitor can do. None of them throws; what goes wrong ends up in the model. */
export interface Actions {
  /** Sends foo and waits for bar. */
  sendFoo(): void;
  /** Says something in the room. */
  say(text: string): void;
  rename(name: string): void;
  /** Moves the pen over these points of the canvas; `begin` puts it down first. */
  pen(points: readonly Point[], begin: boolean): void;
  clearDrawing(): void;
  /** Asks the node at an `enode://…` address what it is. */
  askNode(address: string): void;
  /** Goes to another room; the page begins anew there. */
  enterRoom(room: RoomChoice): void;
  /** A secret for a room that nobody can guess; nothing while the node isn’t there. */
  newSecret(): string | undefined;
  /** Dials at once instead of waiting. */
  tryNow(): void;
}

/** A model of a page that has just been opened. `secure` tells whether the browser calls it so. */
export function createModel(secure: boolean, room: RoomChoice): Model {
  return {
    room,
    status: signal<Status>({ phase: "loading" }),
    self: signal<NodeCard | undefined>(undefined),
    relay: signal<NodeCard | undefined>(undefined),
    meeting: signal<Meeting>({ attempt: 0, steps: [], done: false }),
    agreed: signal<readonly CodeRange[]>([]),
    fooBar: signal<FooBar>({ rounds: [], count: 0, waiting: false }),
    people: signal<readonly Person[]>([]),
    chat: signal<readonly ChatLine[]>([]),
    ownName: signal(""),
    strokes: signal<readonly Stroke[]>([]),
    carried: signal<readonly Carried[]>([]),
    ethereum: signal<EthereumState>({ kind: "idle" }),
    latency: signal<number | undefined>(undefined),
    activity: signal<readonly Activity[]>([]),
    wireVersion: signal(0),
    wire: new Inspector({ maxFrames: KEPT_FRAMES, maxBytes: KEPT_BYTES, words: VOCABULARY }),
    secure,
  };
}
