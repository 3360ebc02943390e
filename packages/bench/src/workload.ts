/**
 * The dialing side of a measurement. It runs in Node and in a page alike.
 * @module
 */

import type { Contestant, Link, Receive } from "./link.ts";
import type { PayloadKind } from "./payload.ts";
import { makePayload } from "./payload.ts";
import { quantile } from "./statistics.ts";
import { encodeHeader, HEADER_SIZE, Mode } from "./wire.ts";

/** Identities that dial in turn, so that none comes back before it was missed. */
const IDENTITIES = 64;

/** Identities for each dial at the same time: the other side takes a moment to miss one. */
const SPARE = 4;

/** The same where they connect one after another: few, so that each has done it before. */
const SPARE_CONNECTS = 8;

/** How long something took. */
export interface Timed {
  readonly seconds: number;
}

/** Things that were done, with the distribution of their times in ms. */
export interface Distribution extends Timed {
  readonly p50: number;
  readonly p99: number;
}

/** What is sent, and how often. */
export interface Stream {
  readonly kind: PayloadKind;
  /** In bytes. */
  readonly size: number;
  readonly count: number;
}

/** Dials, keeps links, and measures over them. */
export class Workload {
  readonly #contestant: Contestant;
  readonly #links: MeteredLink[] = [];

  constructor(contestant: Contestant) {
    this.#contestant = contestant;
  }

  /** Opens links and keeps them. Rejects when one can't be opened. */
  async connect(address: string, count: number, atOnce: number): Promise<void> {
    await this.#contestant.prepare?.(this.#links.length + count);
    await inParallel(count, atOnce, async () => {
      this.#links.push(await this.#dial(address));
    });
  }

  /** Closes every kept link. */
  async disconnect(): Promise<void> {
    await Promise.all(this.#links.splice(0).map(({ link }) => link.close()));
  }

  /** Connects and leaves, `count` times, with up to `atOnce` at the same time. */
  async handshakes(address: string, count: number, atOnce: number): Promise<Timed> {
    await this.#contestant.prepare?.(Math.max(IDENTITIES, SPARE * atOnce));
    const started = performance.now();
    await inParallel(count, atOnce, async () => (await this.#dial(address)).link.close());
    return { seconds: secondsSince(started) };
  }

  /** Connects `count` times, one after another; how long it takes to leave isn't counted. */
  async connectTimes(address: string, count: number): Promise<Distribution> {
    await this.#contestant.prepare?.(SPARE_CONNECTS);
    const times: number[] = [];
    const started = performance.now();
    for (let made = 0; made < count; made++) {
      const begun = performance.now();
      const { link } = await this.#dial(address);
      times.push(performance.now() - begun);
      await link.close();
    }
    return distributionOf(times, secondsSince(started));
  }

  /** Sends messages over the first link until the other side has said that it has them all. */
  async oneWay({ kind, size, count }: Stream): Promise<Timed> {
    const { link, meter } = this.#link(0);
    const message = makePayload(kind, size);
    const started = performance.now();
    const done = meter.expect(HEADER_SIZE);
    await link.send(encodeHeader({ mode: Mode.Count, size, count }));
    for (let sent = 0; sent < count; sent++) {
      const room = link.send(message);
      if (room !== undefined) await room;
    }
    await done;
    return { seconds: secondsSince(started) };
  }

  /** Sends a message and waits for its echo, `count` times, with a pause between if one is named. */
  async roundTrips(size: number, count: number, pauseMs = 0): Promise<Distribution> {
    const { link, meter } = this.#link(0);
    const message = makePayload("random", size);
    const times: number[] = [];
    const started = performance.now();
    await link.send(encodeHeader({ mode: Mode.Echo, size, count }));
    for (let sent = 0; sent < count; sent++) {
      const begun = performance.now();
      const answer = meter.expect(size);
      await link.send(message);
      await answer;
      times.push(performance.now() - begun);
      if (pauseMs > 0) await sleep(pauseMs);
    }
    return distributionOf(times, secondsSince(started));
  }

  /**
   * Sends `burst` messages a tick to one link after another, `count` in all over the first `links`.
   * A tick has the same work whatever the number of links, so what is left is the cost of having them.
   */
  async spread(links: number, size: number, burst: number, count: number): Promise<Timed> {
    const chosen = Array.from({ length: links }, (_, at) => this.#link(at));
    const message = makePayload("random", size);
    const bursts = Math.max(1, Math.round(count / links / burst));
    const header = encodeHeader({ mode: Mode.Count, size, count: bursts * burst });
    const started = performance.now();
    const done = chosen.map(({ meter }) => meter.expect(HEADER_SIZE));
    for (const { link } of chosen) void link.send(header);
    for (let round = 0; round < bursts; round++) {
      for (const { link } of chosen) {
        const sends = Array.from({ length: burst }, () => link.send(message));
        // Who is faster than the other side has to wait for it.
        await Promise.all([tick(), ...sends]);
      }
    }
    await Promise.all(done);
    return { seconds: secondsSince(started) };
  }

  /**
   * Sends `count` messages over each of the first `links`, over all of them at the same time; the
   * distribution is of when the other side had all of a link's.
   */
  async allAtOnce(links: number, size: number, count: number): Promise<Distribution> {
    const chosen = Array.from({ length: links }, (_, at) => this.#link(at));
    const message = makePayload("random", size);
    const started = performance.now();
    const send = async ({ link, meter }: MeteredLink): Promise<number> => {
      const done = meter.expect(HEADER_SIZE);
      await link.send(encodeHeader({ mode: Mode.Count, size, count }));
      for (let sent = 0; sent < count; sent++) await link.send(message);
      await done;
      return performance.now() - started;
    };
    const times = await Promise.all(chosen.map(send));
    return distributionOf(times, secondsSince(started));
  }

  /** Pings that go out one after another, while a large message is on its way and while none is. */
  async pings(size: number, messages: number): Promise<{ quiet: number; busy: number }> {
    const { link } = this.#link(0);
    const quiet = await this.#pingsDuring(link, sleep(200));
    const busy = await this.#pingsDuring(
      link,
      this.oneWay({ kind: "random", size, count: messages }),
    );
    return { quiet, busy };
  }

  /** Pings as fast as they can be written, for a while. Resolves to how many went out. */
  async floodPings(ms: number): Promise<number> {
    const { link } = this.#link(0);
    const ping = link.ping?.bind(link);
    if (ping === undefined) throw new TypeError("this contestant has no pings");
    let sent = 0;
    for (const end = performance.now() + ms; performance.now() < end; sent += 16) {
      // Those that find no answer in time reject, which is what a flood is about.
      for (let at = 0; at < 16; at++) void ping().catch(() => {});
      await tick();
    }
    return sent;
  }

  /** Asks for `count` echoes of `size` bytes and reads none of them. Resolves when all are asked for. */
  async stopReading(size: number, count: number): Promise<void> {
    const { link } = this.#link(0);
    if (link.stopReading === undefined) throw new TypeError("this contestant always reads");
    link.stopReading();
    const message = makePayload("random", size);
    await link.send(encodeHeader({ mode: Mode.Echo, size, count }));
    for (let sent = 0; sent < count; sent++) await link.send(message);
  }

  async #pingsDuring(link: Link, busy: Promise<unknown>): Promise<number> {
    if (link.ping === undefined) throw new TypeError("this contestant has no pings");
    let running = true;
    const end = busy.finally(() => {
      running = false;
    });
    const times: number[] = [];
    while (running) {
      const begun = performance.now();
      await link.ping();
      times.push(performance.now() - begun);
      await sleep(1);
    }
    await end;
    return quantile(times, 0.99);
  }

  async #dial(address: string): Promise<MeteredLink> {
    const meter = new Meter();
    const link = await this.#contestant.dial(address, () => meter.receive);
    return { link, meter };
  }

  #link(at: number): MeteredLink {
    const link = this.#links[at];
    if (link === undefined) throw new RangeError(`link ${at} isn't open`);
    return link;
  }
}

interface MeteredLink {
  readonly link: Link;
  readonly meter: Meter;
}

/** Counts what arrives and tells when enough has. */
class Meter {
  #left = 0;
  #done = (): void => {};

  readonly receive: Receive = (bytes) => {
    this.#left -= bytes.length;
    if (this.#left <= 0) this.#done();
  };

  expect(bytes: number): Promise<void> {
    this.#left = bytes;
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }
}

/** Runs `task` `count` times, up to `atOnce` at the same time. */
async function inParallel(
  count: number,
  atOnce: number,
  task: () => Promise<unknown>,
): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await task();
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}

function distributionOf(times: readonly number[], seconds: number): Distribution {
  return { seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves in the next turn of the event loop. Node only: nothing that a page measures needs it. */
function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
