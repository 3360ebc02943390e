/**
 * The pool over threads that a test plays: what they are given, and what becomes of it.
 * @module
 */

import { describe, expect, test } from "vitest";
import type { Thread } from "./job-pool.node.ts";
import { openPool } from "./job-pool.node.ts";
import { startPool as startPagePool } from "./job-pool.page.ts";
import type { Answer } from "./job-worker.node.ts";
import type { Job } from "./jobs.ts";
import { runJob } from "./jobs.ts";

const job: Job = { op: "public-key", privateKey: new Uint8Array(32).fill(1) };

class PlayedThread implements Thread {
  readonly jobs: Job[] = [];
  terminated = false;
  readonly #listeners = new Map<string, (value: never) => void>();

  on(event: string, listener: (value: never) => void): void {
    this.#listeners.set(event, listener);
  }

  postMessage(given: Job): void {
    this.jobs.push(given);
  }

  unref(): void {}

  async terminate(): Promise<void> {
    this.terminated = true;
    this.crash();
  }

  say(answer: Answer): void {
    this.#listeners.get("message")?.(answer as never);
  }

  crash(error?: unknown): void {
    if (error) this.#listeners.get("error")?.(error as never);
    this.#listeners.get("exit")?.(undefined as never);
  }
}

function pool(count: number) {
  const threads: PlayedThread[] = [];
  const warnings: unknown[] = [];
  const runner = openPool(
    count,
    (_message, cause) => warnings.push(cause),
    () => {
      const thread = new PlayedThread();
      threads.push(thread);
      return thread;
    },
  );
  for (const thread of threads) thread.say("ready");
  return { runner, threads, warnings };
}

describe("a pool of threads", () => {
  test("gives a job to the thread that has least to do, and the answers in order", async () => {
    const { runner, threads } = pool(2);
    const answers = [1, 2, 3].map(() => runner.run(job));
    expect(threads.map(({ jobs }) => jobs.length)).toEqual([2, 1]);
    threads[0]!.say(Uint8Array.of(1));
    threads[1]!.say(Uint8Array.of(2));
    threads[0]!.say(Uint8Array.of(3));
    expect(await Promise.all(answers)).toEqual([1, 2, 3].map((byte) => Uint8Array.of(byte)));
  });

  test("takes two jobs for each thread that is alive, and one when none is", () => {
    const { runner, threads } = pool(2);
    expect(runner.capacity).toBe(4);
    threads[0]!.crash();
    expect(runner.capacity).toBe(2);
    threads[1]!.crash();
    expect(runner.capacity).toBe(1);
  });

  test("rejects with the error that the job had", async () => {
    const { runner, threads } = pool(1);
    const [bad, worse] = [runner.run(job), runner.run(job)];
    threads[0]!.say({ code: "P2P_ERR_BAD_POINT", message: "off the curve" });
    threads[0]!.say({ code: undefined, message: "wrong key" });
    await expect(bad).rejects.toMatchObject({ name: "P2PError", code: "P2P_ERR_BAD_POINT" });
    await expect(worse).rejects.toThrow("wrong key");
  });

  test("does here what a thread that is lost had, and gives the rest to the others", async () => {
    const { runner, threads, warnings } = pool(2);
    const mine = [1, 2, 3].map(() => runner.run(job));
    const cause = new Error("out of memory");
    threads[0]!.crash(cause);
    expect(warnings).toEqual([cause]);
    expect(await mine[0]).toEqual(runJob(job));
    expect(await mine[2]).toEqual(runJob(job));
    void runner.run(job);
    expect(threads.map(({ jobs }) => jobs.length)).toEqual([2, 2]);
  });

  test("does everything here until a thread is ready, and when none can be started", async () => {
    const warnings: unknown[] = [];
    const thread = new PlayedThread();
    const runner = openPool(
      1,
      (_message, cause) => warnings.push(cause),
      () => thread,
    );
    expect(runner.capacity).toBe(1);
    expect(runner.run(job)).toEqual(runJob(job));
    thread.crash(new Error("no such file"));
    expect(warnings).toEqual([new Error("no such file")]);
    expect(runner.run(job)).toEqual(runJob(job));
    expect(thread.jobs).toEqual([]);
  });

  test("sends no more memory along than the job has", () => {
    const { runner, threads } = pool(1);
    const privateKey = new Uint8Array(8_192).fill(1).subarray(100, 132);
    void runner.run({ op: "public-key", privateKey });
    const [sent] = threads[0]!.jobs as { privateKey: Uint8Array }[];
    expect(sent?.privateKey).toEqual(privateKey);
    expect(sent?.privateKey.buffer.byteLength).toBe(32);
  });

  test("gives up what it has when it is closed, and says nothing of lost threads", async () => {
    const { runner, threads, warnings } = pool(1);
    const answer = runner.run(job);
    const refused = expect(answer).rejects.toMatchObject({ code: "P2P_ERR_NOT_RUNNING" });
    await runner.close();
    await refused;
    expect(threads[0]!.terminated).toBe(true);
    expect(warnings).toEqual([]);
  });
});

test("a page has no pool, and says so", () => {
  const warnings: string[] = [];
  expect(startPagePool(2, (message) => warnings.push(message))).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining("handshakeWorkers")]);
});
