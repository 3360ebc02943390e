/**
 * The store of a page in a real browser: the contract, the pool of identities over several tabs, and
 * what there is where the browser refuses.
 * @module
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { generatePrivateKey, publicKeyOf } from "../crypto/secp256k1.ts";
import type { NodeAddress } from "../node/address.ts";
import { storeConformance } from "../testing/store-suite.ts";
import { NodeDatabase } from "./node-database.ts";
import { openStore } from "./open-store.page.ts";
import type { TabAnswer, TabOrder } from "./tab.test.helper.ts";

const TAB = new URL("./tab.test.helper.ts", import.meta.url).href;

let count = 0;
const newName = () => `peerkit-test-${Date.now()}-${count++}`;

let location: string;
const closing: (() => void)[] = [];
beforeEach(() => {
  location = newName();
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  sessionStorage.clear();
  await remove(location);
});

async function remove(name: string): Promise<void> {
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = resolve;
    request.onblocked = resolve;
  });
}

/** Opens a database as another application would. */
function openForeign(name: string, version: number, table: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => request.result.createObjectStore(table);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

interface Tab {
  readonly answer: TabAnswer;
  close(): void;
  /** Loads it again in the same place. */
  reload(): Promise<TabAnswer>;
}

type Order = Omit<TabOrder, "channel" | "location">;

/** Opens a page in a frame. All frames have the storage of one tab: each looks like a duplicate. */
async function openFrame(order: Order = {}): Promise<Tab> {
  const frame = document.createElement("iframe");
  const load = () =>
    answerOf(order, (name) => {
      frame.name = name;
      frame.srcdoc = `<script type="module" src="${TAB}"></script>`;
      document.body.append(frame);
    });
  const close = () => frame.remove();
  closing.push(close);
  const reload = () => {
    frame.remove();
    return load();
  };
  return { answer: await load(), close, reload };
}

async function openWorker(order: Order = {}): Promise<TabAnswer & { close(): void }> {
  let worker: Worker | undefined;
  const close = () => worker?.terminate();
  closing.push(close);
  const answer = await answerOf(order, (name) => {
    worker = new Worker(TAB, { type: "module", name });
  });
  return { ...answer, close };
}

async function answerOf(order: Order, open: (name: string) => void): Promise<TabAnswer> {
  const channel = newName();
  const answers = new BroadcastChannel(channel);
  const answered = new Promise<TabAnswer>((resolve) => {
    answers.onmessage = ({ data }) => resolve(data as TabAnswer);
  });
  open(JSON.stringify({ ...order, channel, location }));
  try {
    return await answered;
  } finally {
    answers.close();
  }
}

describe("a store in IndexedDB", () => {
  storeConformance(test, async () => {
    const name = newName();
    return {
      store: await openStore(name),
      reopen: () => openStore(name),
      cleanup: () => remove(name),
    };
  });

  test("lasts, and says where it is", async () => {
    const store = await openStore(location);
    expect([store.title, store.volatile]).toEqual([`IndexedDB "${location}"`, undefined]);
  });

  test("refuses what another application keeps there, and leaves it", async () => {
    const database = await openForeign(location, 3, "theirs");
    await expect(openStore(location)).rejects.toMatchObject({ code: "P2P_ERR_STORE_CORRUPT" });
    database.close();
    const again = await openForeign(location, 3, "theirs");
    expect([...again.objectStoreNames]).toEqual(["theirs"]);
    again.close();
    await remove(location);
    (await openForeign(location, 1, "theirs")).close();
    await expect(openStore(location)).rejects.toMatchObject({
      code: "P2P_ERR_STORE_CORRUPT",
      message: expect.stringContaining("choose another name"),
    });
  });

  test("refuses a value that isn't bytes, and leaves it", async () => {
    const store = await openStore(location);
    const database = await openForeign(location, 1, "values");
    const values = database.transaction("values", "readwrite").objectStore("values");
    values.put("text", "a");
    await expect(store.get("a")).rejects.toMatchObject({
      code: "P2P_ERR_STORE_CORRUPT",
      message: expect.stringContaining(`"a" in IndexedDB "${location}" can't be used`),
    });
    expect(await store.add("a", new Uint8Array(1))).toBe(false);
    database.close();
  });

  test("keeps a node database, which two tabs may use at once", async () => {
    const [one, two] = [1, 2].map((port) => {
      const publicKey = publicKeyOf(generatePrivateKey());
      return { publicKey, scheme: "wss", host: "relay.example", port };
    });
    for (const address of [one, two]) {
      await new NodeDatabase(await openStore(location)).connected(address as NodeAddress);
    }
    const known = await new NodeDatabase(await openStore(location)).knownNodes();
    expect(known.map(({ address }) => address)).toEqual(expect.arrayContaining([one, two]));
    expect(known).toHaveLength(2);
  });

  test("says so when its database was deleted under it", async () => {
    const store = await openStore(location);
    await remove(location);
    await expect(store.set("a", new Uint8Array(1))).rejects.toMatchObject({
      code: "P2P_ERR_STORE_FAILED",
      message: expect.stringContaining(`IndexedDB "${location}" failed: `),
    });
  });
});

describe.each([
  ["with Web Locks", {}],
  ["without Web Locks", { locks: false }],
])("tabs %s", (_how, order: Order) => {
  test("are nodes of their own, and use a closed tab's identity again", async () => {
    const first = await openFrame(order);
    const second = await openFrame(order);
    expect(first.answer).toMatchObject({ persisted: true, id: expect.stringMatching(/^\w{64}$/) });
    expect(second.answer.persisted).toBe(true);
    expect(second.answer.id).not.toBe(first.answer.id);
    first.close();
    expect((await openFrame(order)).answer.id).toBe(first.answer.id);
  });

  test("that open at the same moment are nodes of their own", async () => {
    const opened = await Promise.all([1, 2, 3, 4].map(() => openFrame(order)));
    expect(new Set(opened.map(({ answer }) => answer.id)).size).toBe(4);
    const store = await openStore(location);
    expect(await store.keys()).toEqual([0, 1, 2, 3].map((number) => `identity.${number}`));
  });

  test("keep their identity on reload, also when a better one has become free", async () => {
    const worker = await openWorker(order);
    const tab = await openFrame(order);
    expect(tab.answer.id).not.toBe(worker.id);
    worker.close();
    expect((await tab.reload()).id).toBe(tab.answer.id);
    expect((await openWorker(order)).id).toBe(worker.id);
  });
});

describe("where the browser refuses", () => {
  test.each([
    ["missing", "it has no IndexedDB"],
    ["refused", "access to storage is denied"],
  ] as const)("IndexedDB is %s: a fresh key each time, and the reason", async (indexedDb, why) => {
    const tab = await openFrame({ indexedDb });
    const reason = `the browser doesn't let this page store: ${why}`;
    expect(tab.answer).toMatchObject({ persisted: false, reason });
    const again = await tab.reload();
    expect(again.id).toMatch(/^\w{64}$/);
    expect(again.id).not.toBe(tab.answer.id);
  });

  test("a corrupt identity is told and left, and is no other tab's affair", async () => {
    const store = await openStore(location);
    await store.set("identity.0", new Uint8Array(32));
    const tab = await openFrame();
    expect(tab.answer.error).toContain('"identity.0" in IndexedDB');
    expect(await store.get("identity.0")).toEqual(new Uint8Array(32));
  });
});
