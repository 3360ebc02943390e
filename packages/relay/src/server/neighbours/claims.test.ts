/**
 * That a relay's rows stay where they are.
 * @module
 */

import { P2PError } from "@peerkit/core";
import { expect, test } from "vitest";
import { settle } from "../../streams.test.helper.ts";
import { Claims } from "./claims.ts";
import type { OpenDirectory } from "./directory.ts";
import { ROW_TTL_MS } from "./directory.ts";
import { BEAT_MS } from "./roll.ts";

/** Rows in a directory that notes what is done, and refuses while it is away. */
function newClaims() {
  const state = { away: false, log: [] as string[], atOnce: 0, most: 0, taken: new Set<string>() };
  const note = async (what: string): Promise<void> => {
    state.most = Math.max(state.most, ++state.atOnce);
    await undefined;
    state.atOnce--;
    if (state.away) throw new P2PError("away", { code: "P2P_ERR_RELAY_DIRECTORY" });
    state.log.push(what);
  };
  const directory = {
    async claim(key: string) {
      await note(`+${key}`);
      return {
        renew: async () => {
          await note(`=${key}`);
          return !state.taken.has(key);
        },
        release: () => note(`-${key}`),
      };
    },
  } as unknown as OpenDirectory;
  return { state, directory, claims: new Claims() };
}

const value = new Uint8Array(1);

/** Beats for so long, in ms; what they begin is done in between. */
async function beat(claims: Claims, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += BEAT_MS) {
    claims.beat();
    await settle();
  }
}

test("what was put before the directory is open is there after it", async () => {
  const { claims, state, directory } = newClaims();
  claims.put("a", value);
  claims.put("b", value);
  await claims.remove("a");
  claims.open(directory);
  await settle();
  expect(state.log).toEqual(["+b"]);
  claims.put("c", value);
  await claims.remove("b");
  expect(state.log).toEqual(["+b", "+c", "-b"]);
});

test("each row is renewed in half the time after which it might be forgotten, a few at a time", async () => {
  const { claims, state, directory } = newClaims();
  claims.open(directory);
  for (let i = 0; i < 5_000; i++) claims.put(`${i}`, value);
  await settle(1_000);
  expect([state.log.length, state.most]).toEqual([5_000, 200]);
  state.log.length = 0;
  state.most = 0;
  await beat(claims, ROW_TTL_MS / 2);
  expect(new Set(state.log).size).toBe(5_000);
  expect(state.log).toHaveLength(5_000);
  expect(state.most).toBeLessThan(20);
});

test("after a loss all are renewed, some at a time", async () => {
  const { claims, state, directory } = newClaims();
  claims.open(directory);
  for (let i = 0; i < 1_000; i++) claims.put(`${i}`, value);
  await settle(200);
  state.log.length = 0;
  state.most = 0;
  claims.renew();
  await settle(200);
  expect(new Set(state.log).size).toBe(1_000);
  expect(state.most).toBeLessThanOrEqual(200);
});

test("what the directory didn't take is tried again until it does", async () => {
  const { claims, state, directory } = newClaims();
  claims.open(directory);
  state.away = true;
  claims.put("a", value);
  claims.put("b", value);
  await beat(claims, 15_000);
  await claims.remove("b");
  expect(state.log).toEqual([]);
  state.away = false;
  await beat(claims, BEAT_MS);
  expect(state.log).toEqual(["+a"]);
  await beat(claims, 60_000);
  expect(state.log).toEqual(["+a"]);
});

test("of many that failed at once all are there as soon as the directory is", async () => {
  const { claims, state, directory } = newClaims();
  claims.open(directory);
  state.away = true;
  for (let i = 0; i < 1_000; i++) claims.put(`${i}`, value);
  await settle();
  state.away = false;
  claims.beat();
  await settle(200);
  expect(new Set(state.log).size).toBe(1_000);
});

test("a row that somebody else has claimed is his, and isn't released by us", async () => {
  const { claims, state, directory } = newClaims();
  claims.open(directory);
  claims.put("a", value);
  claims.put("b", value);
  await settle();
  state.taken.add("a");
  claims.renew();
  await settle();
  expect(claims.size).toBe(1);
  await claims.remove("a");
  expect(state.log).not.toContain("-a");
  // Its node has come here again.
  claims.put("a", value);
  await claims.remove("a");
  expect(state.log.slice(-2)).toEqual(["+a", "-a"]);
});

test("a row that is removed while it is renewed is released after that", async () => {
  const { claims, state, directory } = newClaims();
  claims.open(directory);
  claims.put("a", value);
  await settle();
  claims.renew();
  await claims.remove("a");
  expect(state.log).toEqual(["+a", "=a", "-a"]);
});

test("closed, it writes nothing more", async () => {
  const { claims, state, directory } = newClaims();
  claims.open(directory);
  claims.put("a", value);
  await settle();
  claims.close();
  claims.put("b", value);
  await beat(claims, ROW_TTL_MS);
  expect(state.log).toEqual(["+a"]);
});
