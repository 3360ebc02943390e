/**
 * One side of a connection whose protocol sends as much as it is let, and reads when it is told to:
 * the same in a process and in a page.
 * @module
 */
import { defineProtocol, Server, sendItems, str, tuple } from "@peerkit/core";

/** Bytes of a message. */
export const SIZE = 65_536;
/** Two protocols are shared, and have half of the session's 8 MiB each. */
export const WINDOW = 4 * 1024 * 1024;
/** Pings without any progress in between, until it counts as none. */
const QUIET_PINGS = 5;

/**
 * What a side is told: "send" starts to send; "settle" waits until that gets no further, and tells
 * how many messages were taken; "read" reads so many, and tells how many it has read in all, each the
 * next one; "received" tells the bytes that have come; "memory" tells those in use, where that can be told.
 * @typedef {{ cmd: "send" | "read", count: number } | { cmd: "settle" | "received" | "memory" }} Command
 */

/** A server with a protocol that floods or stalls, and one by which the other side gives it commands. */
export class StalledSide {
  /** @type {import("@peerkit/core").MsgReadWriter | undefined} */
  #flow;
  /** @type {import("@peerkit/core").MsgReadWriter | undefined} */
  #control;
  /** @type {import("@peerkit/core").Peer | undefined} */
  #peer;
  /** @type {((answer: number) => void)[]} */
  #waiting = [];
  #accepted = 0;
  #read = 0;

  /** @param {Pick<import("@peerkit/core").ServerOptions, "transports" | "listen">} options */
  constructor(options) {
    const flow = defineProtocol({
      name: "flow",
      version: 1,
      length: 1,
      run: (peer, rw, signal) => {
        this.#peer = peer;
        this.#flow = rw;
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      },
    });
    const control = defineProtocol({
      name: "control",
      version: 1,
      length: 2,
      run: (_, rw) => this.#serve(rw),
    });
    this.server = new Server({ ...options, sealed: "require", protocols: [flow, control] });
  }

  /**
   * Has the other side do it.
   * @param {Command} command
   * @returns {Promise<number>}
   */
  async tell(command) {
    if (!this.#control) throw new Error("not connected");
    await sendItems(this.#control, 0, JSON.stringify(command));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /**
   * @param {Command} command
   * @returns {Promise<number>}
   */
  async run(command) {
    switch (command.cmd) {
      case "send":
        this.#send(command.count).catch(() => {
          // The test has ended, and the connection with it.
        });
        return 0;
      case "settle":
        return this.#settle();
      case "read":
        return this.#readOn(command.count);
      case "received":
        return this.#peer?.traffic.bytesIn ?? 0;
      case "memory":
        return memoryInUse();
    }
  }

  /** @param {import("@peerkit/core").MsgReadWriter} rw */
  async #serve(rw) {
    this.#control = rw;
    for await (const msg of rw) {
      const [text] = msg.decode(tuple(str));
      if (msg.code === 1) this.#waiting.shift()?.(Number(text));
      else await sendItems(rw, 1, String(await this.run(JSON.parse(text))));
    }
  }

  /** @param {number} count */
  async #send(count) {
    const payload = new Uint8Array(SIZE);
    for (let i = 0; i < count; i++) {
      new DataView(payload.buffer).setUint32(0, i);
      await this.#flow?.writeMsg(0, payload);
      this.#accepted = i + 1;
    }
  }

  /** A ping goes behind what was sent, both ways: what moves at all has moved by then. */
  async #settle() {
    let before = -1;
    for (let quiet = 0; quiet < QUIET_PINGS; quiet++) {
      if (before !== this.#accepted) quiet = 0;
      before = this.#accepted;
      await this.#peer?.ping();
    }
    return this.#accepted;
  }

  /** @param {number} count */
  async #readOn(count) {
    for (let i = 0; i < count; i++) {
      const msg = await this.#flow?.readMsg();
      const { buffer, byteOffset, length } = msg?.payload ?? new Uint8Array(4);
      const number = new DataView(buffer, byteOffset, length).getUint32(0);
      if (number !== this.#read || length !== SIZE) throw new Error(`got ${number} of ${length}`);
      this.#read += 1;
    }
    return this.#read;
  }
}

/** Without garbage, for which a process has to be started with `--expose-gc`. */
async function memoryInUse() {
  // Buffers that one collection finds unused are gone after the next.
  for (let i = 0; i < 3; i++) {
    if (!globalThis.gc) throw new Error("the memory in use can't be told here");
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
