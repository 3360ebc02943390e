/**
 * Turns the trace of a connection into the rows of the sequence diagram.
 * @module
 */

import type { Hello, SharedCapability, TraceDetail, TraceEvent } from "@peerkit/core";
import { bytesToHex, formatNodeAddress, formatReason } from "@peerkit/core";
import { BASE_PROTOCOL } from "../colours.ts";
import { formatCode } from "../format.ts";
import type { Field, Meeting, Step } from "../model.ts";

const HINTS = {
  dial: "The tab knows the relay’s address and key from the page’s own server.",
  open: "A WebSocket, used as a plain stream of bytes. Everything below goes through it.",
  auth: "The dialer’s packet, encrypted to the relay’s key and signed: it proves who is calling. Its one-time key and nonce aren’t shown, since the session’s secrets rest on them.",
  ack: "Only the holder of the relay’s key could read the packet before and answer it. From here on both sides have the same secrets and every frame is checked.",
  hello: "Each side says what it is and which protocols it speaks. The first message in a frame.",
  agreed:
    "Both compute the same table from both Hellos: for each name the highest version that both have, in order of names, one range of codes after the other.",
  close: "The end of this connection.",
} as const;

/** Collects one connection's meeting. */
export class MeetingBuilder {
  #meeting: Meeting;
  #startedAt = 0;
  #openedAt = 0;
  /** Bytes of the Hello frames, which are traced apart from what they say. */
  readonly #helloBytes = new Map<string, number>();

  /** The meeting of the attempt with this number. */
  constructor(attempt: number) {
    this.#meeting = { attempt, steps: [], done: false };
  }

  /** The meeting so far. */
  get meeting(): Meeting {
    return this.#meeting;
  }

  /** Takes an event; true if it changed the meeting. */
  take(event: TraceEvent): boolean {
    if (event.type === "dial") this.#startedAt = event.at;
    if (event.type === "open") this.#openedAt = event.at;
    if (event.type === "frame") {
      const hello = event.protocol === BASE_PROTOCOL && event.code === 0;
      if (hello) this.#helloBytes.set(event.direction, event.wireSize);
      return false;
    }
    const step = this.#stepOf(event, event.at - this.#startedAt);
    const steps = [...this.#meeting.steps, step];
    this.#meeting = { ...this.#meeting, steps };
    if (event.type === "capabilities") {
      this.#meeting = { ...this.#meeting, done: true, handshakeMs: event.at - this.#openedAt };
    }
    return true;
  }

  #stepOf(event: Exclude<TraceDetail, { type: "frame" }>, at: number): Step {
    switch (event.type) {
      case "dial":
        return note("dial", "dial", at, HINTS.dial, [
          { name: "address", value: formatNodeAddress(event.address) },
        ]);
      case "open":
        return note("open", "WebSocket open", at, HINTS.open);
      case "handshake":
        return packetStep(event, at);
      case "hello":
        return helloStep(event, at, this.#helloBytes.get(event.direction));
      case "capabilities":
        return agreedStep(event.shared, at);
      case "close":
        return closeStep(event, at);
    }
  }
}

function note(key: string, label: string, at: number, hint: string, fields: Field[] = []): Step {
  return { key, direction: "none", label, at, hint, fields };
}

function packetStep(event: Extract<TraceDetail, { type: "handshake" }>, at: number): Step {
  const fields: Field[] = [
    { name: "RLPx version", value: String(event.version) },
    { name: "encryption", value: "ECIES over secp256k1, AES-128-CTR, HMAC-SHA-256" },
  ];
  const verb = event.step === "auth" ? "offered" : "chosen";
  if (event.sealed) fields.push({ name: "sealed", value: `version ${event.sealed} ${verb}` });
  if (event.publicKey) fields.push({ name: "public key", value: bytesToHex(event.publicKey) });
  const { step: label, direction, bytes } = event;
  return { key: label, direction, label, at, hint: HINTS[label], bytes, fields };
}

function helloStep(
  { direction, hello }: { direction: "in" | "out"; hello: Hello },
  at: number,
  bytes: number | undefined,
): Step {
  const caps = hello.caps.map(({ name, version }) => `${name}/${version}`).join(", ");
  const fields = [
    { name: "client", value: hello.name },
    { name: "protocols", value: caps === "" ? "none" : caps },
    { name: "base version", value: String(hello.version) },
    { name: "public key", value: bytesToHex(hello.publicKey) },
  ];
  const key = `hello-${direction}`;
  const step = { key, direction, label: "Hello", at, hint: HINTS.hello, fields };
  return bytes === undefined ? step : { ...step, bytes };
}

function agreedStep(shared: readonly SharedCapability[], at: number): Step {
  const names = shared.map(({ name, version }) => `${name}/${version}`);
  const fields = shared.map(({ name, version, offset, length }) => ({
    name: `${name}/${version}`,
    value: `${formatCode(offset)}–${formatCode(offset + length - 1)}`,
  }));
  return note("agreed", `agreed: ${names.join(", ")}`, at, HINTS.agreed, fields);
}

function closeStep(event: Extract<TraceDetail, { type: "close" }>, at: number): Step {
  const words = event.reason === undefined ? event.message : formatReason(event.reason);
  const fields = [
    { name: "code", value: event.code },
    { name: "message", value: event.message },
  ];
  const base = { key: "close", at, hint: HINTS.close, fields };
  if (event.remote) return { ...base, direction: "in", label: `Disconnect: ${words}` };
  return { ...base, direction: "none", label: `ended: ${words}` };
}
