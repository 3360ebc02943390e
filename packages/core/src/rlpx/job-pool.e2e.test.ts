/**
 * The pool with real threads, as it is published: the same answers as in one thread, and no trace
 * after the end.
 * @module
 */

import { execFile } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openPool, startPool } from "../../dist/rlpx/job-pool.node.js";
import { isPrivateKey, publicKeyOf, sign } from "../crypto/secp256k1.ts";
import type { Job, JobRunner } from "./jobs.ts";
import { runJob } from "./jobs.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const privateKey = bytes(32).filter(isPrivateKey);
// Some are no points, and no signatures.
const publicKey = fc.oneof(privateKey.map(publicKeyOf), bytes(64));
const signature = fc.oneof(
  fc.tuple(bytes(32), privateKey).map(([digest, key]) => sign(digest, key)),
  bytes(65),
);
const content = fc.uint8Array({ maxLength: 400 });

const jobs: fc.Arbitrary<Job> = fc.oneof(
  fc.record({ op: fc.constant("public-key" as const), privateKey }),
  fc.record({ op: fc.constant("shared-secret" as const), privateKey, publicKey }),
  fc.record({ op: fc.constant("sign" as const), privateKey, digest: bytes(32) }),
  fc.record({ op: fc.constant("recover" as const), digest: bytes(32), signature }),
  fc.record({
    op: fc.constant("ecies-encrypt" as const),
    publicKey,
    content,
    authData: bytes(2),
    ephemeral: privateKey,
    iv: bytes(16),
  }),
  fc
    .record({ privateKey, content, authData: bytes(2), ephemeral: privateKey, iv: bytes(16) })
    .map(({ privateKey, content, authData, ephemeral, iv }) => {
      const publicKey = publicKeyOf(privateKey);
      const op = "ecies-encrypt";
      const sealed = runJob({ op, publicKey, content, authData, ephemeral, iv });
      return { op: "ecies-decrypt" as const, privateKey, message: sealed.slice(32), authData };
    }),
);

/** The answer, or the code of the error that there is in its place. */
async function outcome(answer: () => Uint8Array | Promise<Uint8Array>): Promise<unknown> {
  try {
    return await answer();
  } catch (error) {
    return (error as { code?: string }).code ?? "an error";
  }
}

const silence = (): void => {};

/** Until the threads are ready, the pool takes one job at a time. */
async function ready(pool: JobRunner | undefined, threads: number): Promise<JobRunner> {
  if (!pool) throw new Error("no pool");
  while (pool.capacity < 2 * threads) await setImmediate();
  return pool;
}

describe("threads for handshakes", () => {
  test("give what this thread gives, for any job, and leave the job as it is", async () => {
    const pool = await ready(startPool(2, silence), 2);
    await fc.assert(
      fc.asyncProperty(fc.array(jobs, { minLength: 1, maxLength: 6 }), async (several) => {
        const expected = await Promise.all(several.map((job) => outcome(() => runJob(job))));
        const before = structuredClone(several);
        const given = await Promise.all(several.map((job) => outcome(() => pool.run(job))));
        expect(given).toEqual(expected);
        expect(several).toEqual(before);
      }),
      { numRuns: 20 },
    );
    await pool.close();
  });

  test("lose no job when one of them ends in the middle", async () => {
    const warnings: string[] = [];
    const threads: Worker[] = [];
    const file = new URL("../../dist/rlpx/job-worker.node.js", import.meta.url);
    const pool = openPool(
      1,
      (message: string) => warnings.push(message),
      () => {
        const thread = new Worker(file, { execArgv: [] });
        threads.push(thread);
        return thread;
      },
    );
    await ready(pool, 1);
    const job: Job = { op: "public-key", privateKey: new Uint8Array(32).fill(1) };
    const answers = [pool.run(job), pool.run(job)];
    await threads[0]?.terminate();
    expect(await Promise.all(answers)).toEqual([runJob(job), runJob(job)]);
    expect(pool.run(job)).toEqual(runJob(job));
    expect(warnings).toEqual([expect.stringContaining("lost")]);
  });

  test.each([
    ["at work", "await ready; const peer = await dialer.connect(node.urls[0]);"],
    ["being started", "const peer = node;"],
  ])("end with their server, whose process ends then: those %s", async (_, act) => {
    const index = JSON.stringify(import.meta.resolve("../../dist/index.js"));
    const testing = JSON.stringify(import.meta.resolve("../../dist/testing/index.js"));
    const program = `
      import { once } from "node:events";
      import { Server } from ${index};
      import { memoryTransport } from ${testing};
      const threads = [];
      process.on("worker", (thread) => threads.push(once(thread, "message")));
      const transports = [memoryTransport()];
      const node = new Server({ transports, listen: ["memory://node:0"], handshakeWorkers: 2 });
      const dialer = new Server({ transports, handshakeWorkers: 1 });
      await Promise.all([node.start(), dialer.start()]);
      const alive = setInterval(() => {}, 1_000);
      const ready = new Promise((resolve) => setImmediate(() => resolve(Promise.all(threads))));
      ${act}
      console.log(peer.id === node.id);
      await Promise.all([node.stop(), dialer.stop()]);
      clearInterval(alive);
      const left = process.getActiveResourcesInfo();
      console.log(left.filter((name) => /Worker|MessagePort/.test(name)));
    `;
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    const args = ["--input-type=module", "-e", program];
    // It rejects when the process hasn't ended by then.
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: 60_000 });
    expect(stdout).toBe("true\n[]\n");
  });
});
