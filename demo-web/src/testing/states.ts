/**
 * Recorded data for every state of the page.
 * @module
 */

import type { Frame } from "@peerkit/core/inspect";
import type { Carried, ChatLine, EthereumState, Model, Person, Step } from "../model.ts";
import { createModel } from "../model.ts";
import type { Point, Stroke } from "../strokes.ts";

const SELF = "3fa2c81d5b0e97c46a1fd8e2704b93558ce61f0da7b2439e80d5c6f19be04c77";
const RELAY = "b71d04e9c2583f6a90e1d47b28c5f3060d9a86e4517fb23c4ee8a1907d5c6b12";
const ADA = "0c95e7f23ab84d16e05c7198bfa3d260471ec8d95b06fa3e7d82149cb5e360f4";
const NODE = "e4028b6dd1f7359c0a6eb3854c91f27d63a0e85b9c14d7f2380be69a57c1d403";
const START = Date.parse("2026-11-20T14:03:58.410Z");

/** A model in the named state; an unknown name gives `connected`. */
export function modelIn(state: string): Model {
  const secret = "3b9d7c04e2f15a68908c6fd13e5b24a7";
  const room = state === "secret" ? { name: "kitchen", secret } : { name: "lobby" };
  const model = createModel(state !== "insecure", room);
  if (state === "loading") return model;
  model.self.value = {
    id: SELF,
    client: "peerkit-demo/0.1.0",
    address: `enode://${SELF}${SELF}`,
  };
  model.ownName.value = "Grace";
  setStatus(model, state);
  if (!["dialing", "offline", "unreachable"].includes(state)) fill(model, state);
  return model;
}

/** Pushes about a thousand frames a second, until the page is closed. */
export function flood(model: Model): void {
  let n = 0;
  setInterval(() => {
    for (let i = 0; i < 10; i++) pushFrame(model, n++, Date.now());
  }, 10);
  const draw = (): void => {
    model.wireVersion.value += 1;
    requestAnimationFrame(draw);
  };
  draw();
}

function setStatus(model: Model, state: string): void {
  const closed = "the relay closed the connection: client quitting (0x08)";
  const silent =
    "can’t reach the relay: it isn’t answering at 127.0.0.1:30380. It may be stopped, or a firewall stands between";
  const statuses: Record<string, Model["status"]["value"]> = {
    dialing: { phase: "dialing" },
    handshaking: { phase: "handshaking" },
    waiting: { phase: "waiting", why: closed, retryAt: Date.now() + 3_000 },
    unreachable: { phase: "waiting", why: silent, retryAt: Date.now() + 12_000 },
    refused: {
      phase: "waiting",
      why: "the relay refused this tab: too many peers (0x04)",
      retryAt: Date.now() + 8_000,
    },
    offline: {
      phase: "offline",
      why: "this device is offline; it dials again when the network is back",
    },
    asleep: {
      phase: "asleep",
      why: "the browser put this tab to sleep; it dials again when you come back",
    },
  };
  model.status.value = statuses[state] ?? { phase: "connected" };
}

function fill(model: Model, state: string): void {
  const host = "127.0.0.1:30380";
  const address = `enode+ws://${RELAY}${RELAY}@${host}/p2p`;
  model.relay.value = { id: RELAY, client: "peerkit/v0.1.0/linux-x64/node20.20.2", address, host };
  const done = state !== "handshaking";
  const meeting = { attempt: 1, steps: done ? STEPS : STEPS.slice(0, 3), done };
  model.meeting.value = done ? { ...meeting, handshakeMs: 46.2 } : meeting;
  if (!done) return;
  model.agreed.value = [
    { name: "MyProtocol", version: 1, offset: 16, length: 1 },
    { name: "relay", version: 1, offset: 17, length: 7 },
    { name: "rooms", version: 1, offset: 24, length: 4 },
  ];
  for (let i = 0; i < 60; i++) pushFrame(model, i, START + i * 731);
  model.wireVersion.value += 1;
  model.people.value = PEOPLE.slice(0, 2);
  if (state === "empty") return;
  model.latency.value = 1.4;
  model.people.value = state === "secret" ? [...PEOPLE.slice(0, 2), APART] : PEOPLE;
  model.strokes.value = [wave(SELF, 1, 300), wave(ADA, 1, 620)];
  model.carried.value = carried();
  model.ethereum.value = ETHEREUM[state] ?? ANSWER;
  model.chat.value = state === "connected" || state === "insecure" ? CHAT : withEvent();
  const rounds = Array.from({ length: 34 }, (_, i) => 1.1 + Math.abs(Math.sin(i * 1.7)) * 1.6);
  model.fooBar.value = { rounds, count: 34, waiting: false };
}

const SEALED = "through the relay, sealed";

const PEOPLE: readonly Person[] = [
  { id: SELF, name: "Grace", path: "you", way: "this tab" },
  { id: RELAY, name: "relay", path: "relay", way: "direct, sealed", latency: 1.4 },
  {
    ...{ id: ADA, name: "Ada on her phone", path: "circuit", way: SEALED, latency: 23 },
    fingerprint: "40712 93355 01928 77410 36652 18094 55127 60983 24416 08731 99250 31468",
  },
  { id: `${NODE.slice(1)}0`, name: "4028b6dd", path: "joining", way: "connecting" },
];

const APART: Person = {
  ...{ id: NODE, name: "e4028b6d", path: "apart", way: "can’t connect" },
  why: "It couldn’t connect: it has another secret for this room, or none.",
};

/** Why a relay that allows nothing doesn’t dial a node. */
export const REFUSED: EthereumState = {
  kind: "refused",
  why: "The relay refuses: its operator hasn’t allowed this node. A relay dials only nodes that it was told of, so that nobody reaches other machines through it. Whoever runs it allows this one with",
  allow: `--allow enode://${NODE}${NODE}@203.0.113.5:30303`,
  facts: [],
};

const ASKING: EthereumState = {
  kind: "asking",
  stage: "The relay has reached it. Shaking hands with it.",
  since: Date.now() - 3_000,
};

const ETHEREUM: Readonly<Record<string, EthereumState>> = { insecure: REFUSED, secret: ASKING };

const ANSWER: EthereumState = {
  kind: "node",
  facts: [
    { name: "Client", value: "Geth/v1.17.4-stable-3a1b9c02/linux-amd64/go1.26.8" },
    { name: "Protocols", value: "eth/69, eth/70, snap/1" },
    { name: "devp2p", value: "version 5" },
    { name: "Spoken", value: "eth/70" },
    { name: "Network", value: "1, Ethereum’s main network" },
    { name: "Genesis", value: `0x${NODE}` },
    { name: "Head", value: `block 23 900 000, 0x${ADA}` },
    { name: "Fork id", value: "0x9f3d2254" },
    {
      name: "On the way",
      value: "authenticated, not confidential from the relay: it could read along",
    },
  ],
};

function wave(by: string, number: number, middle: number): Stroke {
  const points = Array.from(
    { length: 60 },
    (_, i): Point => [200 + i * 20, Math.round(middle + Math.sin(i / 5) * 160)],
  );
  return { by, number, points };
}

function carried(): Carried[] {
  return Array.from({ length: 30 }, (_, i) => ({
    seq: 30 - i,
    at: START - performance.timeOrigin - i * 431,
    direction: i % 3 === 0 ? "in" : "out",
    path: i > 26 ? "bridge" : "circuit",
    size: 46 + ((i * 37) % 400),
    head: Uint8Array.from({ length: 32 }, (_, at) => (i * 91 + at * at * 57 + at * 131) & 0xff),
  }));
}

const CHAT: readonly ChatLine[] = [
  line(1, ADA, "Ada on her phone", "hello from the kitchen"),
  line(2, SELF, "Grace", "hi! both of us are peers now", "to 1 other, sealed"),
  line(
    3,
    SELF,
    "Grace",
    "look at the wire below: that’s this sentence, compressed",
    "to 1 other, sealed",
  ),
  line(4, NODE, "Lin", "I was here before you", `as Ada on her phone tells it, ${SEALED}`),
  line(
    5,
    ADA,
    "Ada on her phone",
    "https://example.org/a/very/long/address/that/does/not/wrap/by/itself/because/it/has/no/spaces",
  ),
];

function withEvent(): ChatLine[] {
  const text = "Disconnected: the relay closed the connection: client quitting (0x08).";
  return [...CHAT, { ...line(6, "", "", text, ""), kind: "event" as const }];
}

function line(at: number, from: string, name: string, text: string, way = SEALED): ChatLine {
  const what = { key: `${at}`, kind: "text", from, name, text, way } as const;
  return { ...what, at: START + at * 21_000, own: from === SELF };
}

const STEPS: readonly Step[] = [
  step("dial", "none", "dial", 0, undefined, [
    ["address", `enode+ws://${RELAY}…@127.0.0.1:30380/p2p`],
  ]),
  step("open", "none", "WebSocket open", 3.1),
  step("auth", "out", "auth", 21.4, 402, [
    ["version", "4"],
    ["public key", SELF + SELF],
  ]),
  step("ack", "in", "ack", 38.9, 371, [["version", "4"]]),
  step("hello-out", "out", "Hello", 40.2, 119, [["client", "peerkit-demo/0.1.0"]]),
  step("hello-in", "in", "Hello", 47.7, 138, [
    ["client", "peerkit/v0.1.0/linux-x64/node20.20.2"],
    ["capabilities", "MyProtocol/1, relay/1, rooms/1"],
  ]),
  step("agreed", "none", "agreed: MyProtocol/1, relay/1, rooms/1", 49.3),
];

function step(
  key: string,
  direction: Step["direction"],
  label: string,
  at: number,
  bytes?: number,
  fields: readonly [string, string][] = [],
): Step {
  const named = fields.map(([name, value]) => ({ name, value }));
  const base = {
    key,
    direction,
    label,
    at,
    hint: "What this step is for, in one sentence.",
    fields: named,
  };
  return bytes === undefined ? base : { ...base, bytes };
}

const KINDS: readonly (Pick<Frame, "protocol" | "code" | "wireCode" | "direction"> & {
  hex: string;
})[] = [
  { protocol: "p2p", code: 2, wireCode: 2, direction: "out", hex: "c0" },
  { protocol: "p2p", code: 3, wireCode: 3, direction: "in", hex: "c0" },
  { protocol: "MyProtocol", code: 0, wireCode: 16, direction: "out", hex: "c483666f6f" },
  { protocol: "MyProtocol", code: 0, wireCode: 16, direction: "in", hex: "c483626172" },
  {
    protocol: "talk",
    code: 1,
    wireCode: 18,
    direction: "out",
    hex: "d686018f3c2a1b4d8e68656c6c6f20746865726520796f75",
  },
  {
    protocol: "talk",
    code: 0,
    wireCode: 17,
    direction: "in",
    hex: "d190416461206f6e206865722070686f6e65",
  },
];

function pushFrame(model: Model, n: number, at: number): void {
  const kind = KINDS[(n * 7 + (n >> 2)) % KINDS.length];
  if (kind === undefined) return;
  const { hex, ...rest } = kind;
  const payload = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const sizes = { size: payload.length, wireSize: payload.length + 2 };
  const frame = { ...rest, ...sizes, version: 1, payload };
  model.wire.trace({ type: "frame", connection: 1, at: at - performance.timeOrigin, ...frame });
}
