/**
 * What the page knows, as plain data in signals: the node writes it, the views read it.
 * @module
 */

import type { Signal } from "@preact/signals";
import { signal } from "@preact/signals";
import { FrameLog } from "./frames.ts";

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
  readonly path: "you" | "direct" | "relay";
  /** How the relay reaches them, such as `ws` or `tcp`; with path `relay`. */
  readonly link?: string;
  /** The last round trip in ms. */
  readonly latency?: number;
}

/** A line of the chat. */
export interface ChatLine {
  readonly key: number;
  readonly kind: "text" | "event";
  /** The sender's id; empty for an event of the page itself. */
  readonly from: string;
  readonly name: string;
  readonly text: string;
  /** ms of `Date.now()`. */
  readonly at: number;
  readonly own: boolean;
}

/** How often a code was seen since the last animation frame. */
export interface Activity {
  readonly direction: "in" | "out";
  readonly protocol: string;
  readonly wireCode: number;
}

/** Everything the views read. */
export interface Model {
  readonly status: Signal<Status>;
  readonly self: Signal<NodeCard | undefined>;
  readonly relay: Signal<NodeCard | undefined>;
  readonly meeting: Signal<Meeting>;
  readonly agreed: Signal<readonly CodeRange[]>;
  readonly fooBar: Signal<FooBar>;
  readonly people: Signal<readonly Person[]>;
  readonly chat: Signal<readonly ChatLine[]>;
  readonly ownName: Signal<string>;
  /** The last round trip to the relay, ms. */
  readonly latency: Signal<number | undefined>;
  /** What went over the wire since the last animation frame, at most a few of each code. */
  readonly activity: Signal<readonly Activity[]>;
  /** Changes with `log`, once per animation frame at most. */
  readonly wireVersion: Signal<number>;
  readonly log: FrameLog;
  readonly secure: boolean;
}

/** What the visitor can do. None of them throws; what goes wrong ends up in the model. */
export interface Actions {
  /** Sends foo and waits for bar. */
  sendFoo(): void;
  say(text: string): void;
  rename(name: string): void;
  /** Dials at once instead of waiting. */
  tryNow(): void;
}

/** A model of a page that has just been opened. `secure` tells whether the browser calls it so. */
export function createModel(secure: boolean): Model {
  return {
    status: signal<Status>({ phase: "loading" }),
    self: signal<NodeCard | undefined>(undefined),
    relay: signal<NodeCard | undefined>(undefined),
    meeting: signal<Meeting>({ attempt: 0, steps: [], done: false }),
    agreed: signal<readonly CodeRange[]>([]),
    fooBar: signal<FooBar>({ rounds: [], count: 0, waiting: false }),
    people: signal<readonly Person[]>([]),
    chat: signal<readonly ChatLine[]>([]),
    ownName: signal(""),
    latency: signal<number | undefined>(undefined),
    activity: signal<readonly Activity[]>([]),
    wireVersion: signal(0),
    log: new FrameLog(),
    secure,
  };
}
