/**
 * The work of handshakes: one job a turn in this thread, so many at once elsewhere, nobody starved.
 * @module
 */

import { describe, expect, test } from "vitest";
import { onTurnEnd, silentLogger } from "../env.ts";
import type { Job, JobRunner } from "../rlpx/jobs.ts";
import { HandshakeWork } from "./handshake-work.ts";

const job: Job = { op: "public-key", privateKey: new Uint8Array(32).fill(1) };
const bad: Job = { op: "public-key", privateKey: new Uint8Array(32) };

const turn = (): Promise<void> => new Promise((resolve) => onTurnEnd(resolve));

/** A runner that answers when it is told to. */
class Elsewhere implements JobRunner {
  capacity = 2;
  closed = false;
  readonly answers: ((bytes: Uint8Array) => void)[] = [];

  run(): Promise<Uint8Array> {
    return new Promise((resolve) => this.answers.push(resolve));
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** Starts a job; its name is noted when it is done, and its error's code when it isn't. */
function follow(log: string[], name: string, answer: Uint8Array | Promise<Uint8Array>): void {
  Promise.resolve(answer).then(
    () => log.push(name),
    (error: { code?: string }) => log.push(`${name}: ${error.code}`),
  );
}

describe("the work of handshakes in this thread", () => {
  test("is done at once when nothing else is", () => {
    const work = new HandshakeWork(5);
    expect(work.enter("them").run(job)).toBeInstanceOf(Uint8Array);
  });

  test("is one job in each turn of the event loop", async () => {
    const work = new HandshakeWork(5);
    const log: string[] = [];
    for (const name of ["a", "b", "c"]) follow(log, name, work.enter("them").run(job));
    await undefined;
    for (const done of [["a"], ["a", "b"], ["a", "b", "c"]]) {
      expect(log).toEqual(done);
      await turn();
    }
    expect(work.enter("them").run(job)).toBeInstanceOf(Uint8Array);
  });

  test("ends a handshake that was begun before it begins another", async () => {
    const work = new HandshakeWork(5);
    const log: string[] = [];
    const first = work.enter("them");
    await first.run(job);
    for (const name of ["b", "c"]) follow(log, name, work.enter("them").run(job));
    await turn();
    expect(log).toEqual(["b"]);
    follow(log, "a again", first.run(job));
    await turn();
    expect(log).toEqual(["b", "a again"]);
    await turn();
    expect(log).toEqual(["b", "a again", "c"]);
  });

  test("refuses the one that waited longest when too many wait, and goes on with the others", async () => {
    const work = new HandshakeWork(2);
    const log: string[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) follow(log, name, work.enter("them").run(job));
    for (let i = 0; i < 3; i++) await turn();
    expect(log).toEqual([
      "a",
      "b: P2P_ERR_HANDSHAKE_OVERLOAD",
      "c: P2P_ERR_HANDSHAKE_OVERLOAD",
      "d",
      "e",
    ]);
  });

  test("refuses none of our own dials, and does them first", async () => {
    const work = new HandshakeWork(1);
    const log: string[] = [];
    follow(log, "a", work.enter("them").run(job));
    follow(log, "b", work.enter("them").run(job));
    for (const name of ["x", "y", "z"]) follow(log, name, work.enter("us").run(job));
    for (let i = 0; i < 5; i++) await turn();
    expect(log).toEqual(["a", "x", "y", "z", "b"]);
  });

  test("goes on after a job that fails, at once or after waiting", async () => {
    const work = new HandshakeWork(5);
    const log: string[] = [];
    expect(() => work.enter("them").run(bad)).toThrow(RangeError);
    await expect(work.enter("them").run(bad)).rejects.toThrow(RangeError);
    follow(log, "after it", work.enter("them").run(job));
    await turn();
    await turn();
    expect(log).toEqual(["after it"]);
  });

  test("isn't done for a handshake that has left", async () => {
    const work = new HandshakeWork(5);
    const log: string[] = [];
    follow(log, "a", work.enter("them").run(job));
    const leaving = work.enter("them");
    follow(log, "b", leaving.run(job));
    follow(log, "c", work.enter("them").run(job));
    leaving.leave();
    await turn();
    expect(log).toEqual(["a", "b: P2P_ERR_STREAM_CLOSED", "c"]);
    leaving.leave();
  });

  test("is given up when it is closed", async () => {
    const work = new HandshakeWork(5);
    const log: string[] = [];
    for (const by of ["them", "them", "us"] as const) follow(log, by, work.enter(by).run(job));
    await work.close();
    await turn();
    expect(log).toEqual(["them", "us: P2P_ERR_STREAM_CLOSED", "them: P2P_ERR_STREAM_CLOSED"]);
    expect(() => work.enter("them").run(job)).toThrow("the connection ended");
  });
});

describe("the work of handshakes elsewhere", () => {
  test("is as much at once as is taken there, and the next when one is done", async () => {
    const work = new HandshakeWork(5);
    const runner = new Elsewhere();
    work.use(runner);
    const log: string[] = [];
    for (const name of ["a", "b", "c"]) follow(log, name, work.enter("them").run(job));
    expect(runner.answers.length).toBe(2);
    runner.answers[1]?.(new Uint8Array(64));
    await turn();
    expect(log).toEqual(["b"]);
    expect(runner.answers.length).toBe(3);
  });

  test("has the same limit", async () => {
    const work = new HandshakeWork(1);
    work.use(new Elsewhere());
    const log: string[] = [];
    for (const name of ["a", "b", "c", "d"]) follow(log, name, work.enter("them").run(job));
    await turn();
    expect(log).toEqual(["c: P2P_ERR_HANDSHAKE_OVERLOAD"]);
  });

  test("ends with it", async () => {
    const work = new HandshakeWork(1);
    const runner = new Elsewhere();
    work.use(runner);
    await work.close();
    expect(runner.closed).toBe(true);
  });

  test("starts no thread when none is wanted", () => {
    const work = new HandshakeWork(1);
    work.open(0, silentLogger);
    expect(work.enter("them").run(job)).toBeInstanceOf(Uint8Array);
  });
});
