/**
 * Relays that share a directory, on real sockets: a node at one of them reaches those at the others.
 * @module
 */

import type { Peer } from "@peerkit/core";
import { decodeRlp, encodeRlp, generatePrivateKey, P2PError, publicKeyOf } from "@peerkit/core";
import { expect, test } from "vitest";
import {
  circuitTo,
  echo,
  next,
  startRelay,
  startTab,
  stopLater,
  until,
  viaOf,
} from "./network.test.helper.ts";
import type { JoinOptions } from "./rooms/join.ts";
import { join } from "./rooms/join.ts";
import type { Room } from "./rooms/room.ts";
import type { Directory, OpenDirectory, Relay, RelayOptions } from "./server/index.ts";
import { createRelay, memoryDirectory } from "./server/index.ts";
import { QUESTION } from "./wire/neighbour-protocol.ts";

/** Two relays that share a directory. */
async function startTwo(ofEast: RelayOptions = {}, ofWest: RelayOptions = {}) {
  const directory = memoryDirectory();
  const west = await startRelay({ directory, ...ofWest });
  const east = await startRelay({ directory, ...ofEast });
  await until(() => west.stats.neighbours + east.stats.neighbours === 2);
  return { directory, west, east };
}

/** A tab that is reachable at a relay. */
async function startAt(made: Relay, options: Parameters<typeof startTab>[0] = {}) {
  const tab = await startTab(options);
  await tab.relay.reserve(viaOf(made));
  return tab;
}

/** A directory whose members see something else than what it does. */
function changed(
  directory: Directory,
  change: (open: OpenDirectory) => Partial<OpenDirectory>,
): Directory {
  return {
    async open(desk) {
      const open = await directory.open(desk);
      return {
        claim: (key, value) => open.claim(key, value),
        lookup: (key) => open.lookup(key),
        watch: (word, onRow) => open.watch(word, onRow),
        ask: (name, question) => open.ask(name, question),
        close: () => open.close(),
        ...change(open),
      };
    },
  };
}

const away = async (): Promise<never> => {
  throw new P2PError("the directory is away", { code: "P2P_ERR_RELAY_DIRECTORY" });
};

test("a tab at one relay is a peer of a tab at another, sealed, end to end", async () => {
  const { west, east } = await startTwo();
  const bob = await startAt(east);
  const heard: string[] = [];
  const protocols = [echo((text) => heard.push(text))];
  const alice = await startTab({ server: { protocols } });
  const peer = await alice.connect(circuitTo(bob, west));
  expect(peer).toMatchObject({ id: bob.id, path: "circuit", sealed: true });
  await until(() => heard.length > 0);
  expect(bob.peers.map(({ id, path }) => [id, path])).toContainEqual([alice.id, "circuit"]);
  expect(west.stats).toMatchObject({ circuits: 1, onward: 1, answered: 0, pipes: 1, opened: 1 });
  expect(east.stats).toMatchObject({ circuits: 0, onward: 0, answered: 1, pipes: 1, opened: 1 });
  expect(west.stats.bytes).toBe(east.stats.bytes);
  peer.disconnect();
  await until(() => west.stats.pipes + east.stats.pipes === 0);
});

test("a tab that goes to another relay is reached there", async () => {
  const { directory, west, east } = await startTwo();
  const north = await startRelay({ directory });
  const privateKey = generatePrivateKey();
  const before = await startAt(east, { server: { privateKey, protocols: [echo()] } });
  const bob = await startAt(north, { server: { privateKey, protocols: [echo()] } });
  // The old connection ends after the new one is there: what it leaves behind is no more than that.
  await before.stop();
  await until(() => east.stats.reservations === 0);
  const alice = await startTab();
  expect((await alice.connect(circuitTo(bob, west))).id).toBe(bob.id);
  expect([east.stats.answered, north.stats.answered]).toEqual([0, 1]);
});

test("a tab that is nowhere is said to be so", async () => {
  const { west, east } = await startTwo();
  const bob = await startAt(east);
  const alice = await startTab();
  const address = circuitTo(bob, west);
  await bob.stop();
  await until(() => east.stats.reservations === 0);
  await expect(alice.connect(address)).rejects.toMatchObject({ code: "P2P_ERR_RELAY_NO_TARGET" });
});

test("a node's no gets through two relays", async () => {
  const { west, east } = await startTwo();
  const bob = await startAt(east, { maxPipes: 1 });
  const [first, second] = [await startTab(), await startTab()];
  await first.connect(circuitTo(bob, west));
  await expect(second.connect(circuitTo(bob, west))).rejects.toMatchObject({
    code: "P2P_ERR_PIPE_NO_ANSWER",
  });
  await until(() => west.stats.pipes === 1 && east.stats.pipes === 1);
});

test("the other relay's no is told in its words", async () => {
  const { west, east } = await startTwo({ maxPipes: 0 });
  const bob = await startAt(east);
  const alice = await startTab();
  await expect(alice.connect(circuitTo(bob, west))).rejects.toMatchObject({
    code: "P2P_ERR_RELAY_BUDGET",
    message: expect.stringMatching(/no pipe left/),
  });
});

test("budgets are those of the relay where one is: another one's are not charged for it", async () => {
  // Bob and five ends of his pipes.
  const few = { connectsPerSecond: 0.001, connectBurst: 6 };
  const { west, east } = await startTwo({ limits: { perAddress: few } });
  const bob = await startAt(east);
  for (let i = 0; i < 5; i++) {
    const alice = await startTab();
    expect((await alice.connect(circuitTo(bob, west))).id).toBe(bob.id);
  }
  const late = await startTab();
  await expect(late.connect(viaOf(east))).rejects.toThrow(/too often/);
});

test("a relay that lies about who asks is found out by the node", async () => {
  const directory = memoryDirectory();
  const somebody = publicKeyOf(generatePrivateKey());
  const lying = changed(directory, (open) => ({
    ask: (name, question) => {
      const { target } = decodeRlp(question, QUESTION);
      return open.ask(name, encodeRlp({ target, from: somebody }, QUESTION));
    },
  }));
  const west = await startRelay({ directory: lying });
  const east = await startRelay({ directory });
  const bob = await startAt(east);
  const failed = next(bob, "fail");
  const alice = await startTab();
  // Who dials has a peer until the other has looked at his key.
  const peer = await alice.connect(circuitTo(bob, west));
  expect(await failed).toMatchObject({ inbound: true, code: "P2P_ERR_SEALED_HANDSHAKE" });
  await peer.closed;
});

test("where the directory is away, a relay serves its own nodes and says why others aren't reached", async () => {
  const directory = memoryDirectory();
  const west = await startRelay({ directory: changed(directory, () => ({ lookup: away })) });
  const east = await startRelay({ directory });
  const [bob, carol] = [await startAt(east), await startAt(west)];
  const alice = await startTab();
  await expect(alice.connect(circuitTo(bob, west))).rejects.toMatchObject({
    code: "P2P_ERR_RELAY_DIAL_FAILED",
    message: expect.stringMatching(/can't be reached now/),
  });
  expect((await alice.connect(circuitTo(carol, west))).id).toBe(carol.id);
});

test("a relay whose pipes aren't where it says is told of as out of reach", async () => {
  const { west, east } = await startTwo({ pipeUrl: "ws://127.0.0.1:1/p2p" });
  const bob = await startAt(east);
  const alice = await startTab();
  await expect(alice.connect(circuitTo(bob, west))).rejects.toMatchObject({
    code: "P2P_ERR_RELAY_DIAL_FAILED",
  });
  await until(() => west.stats.pipes === 0);
});

test("a relay that can't open its directory doesn't start, and frees its port", async () => {
  const made = stopLater(createRelay({ directory: { open: away } }));
  await expect(made.start()).rejects.toMatchObject({ code: "P2P_ERR_RELAY_DIRECTORY" });
  const tab = await startTab();
  await expect(tab.connect(viaOf(made))).rejects.toMatchObject({ code: "P2P_ERR_DIAL_FAILED" });
});

test("a relay that is stopped while it opens its directory leaves it again", async () => {
  const directory = memoryDirectory();
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let closed = 0;
  const slow = changed(directory, (inner) => ({
    watch: async (word, onRow) => {
      await opened;
      await inner.watch(word, onRow);
    },
    close: async () => {
      closed++;
      await inner.close();
    },
  }));
  const made = createRelay({ directory: slow });
  const starting = made.start();
  await until(() => made.urls.length > 0);
  const stopping = made.stop();
  open();
  await expect(starting).rejects.toMatchObject({ code: "P2P_ERR_NOT_RUNNING" });
  await stopping;
  expect(closed).toBe(1);
  const other = await startRelay({ directory });
  expect(other.stats.neighbours).toBe(0);
});

test.each([["tcp://127.0.0.1:1"], ["ws://127.0.0.1:0/p2p"]])(
  "%s is no URL for pipes",
  (pipeUrl) => {
    expect(() => createRelay({ pipeUrl })).toThrow(/pipeUrl: expected a ws or wss URL/);
  },
);

/** Joins with the echo protocol, and leaves after the test. */
async function enter(made: Relay, name: string, options: JoinOptions = {}): Promise<Room> {
  const room = await join(viaOf(made), name, { protocols: [echo()], ...options });
  stopLater({ stop: () => room.leave() });
  return room;
}

const idsOf = (peers: readonly Peer[]) => peers.map(({ id }) => id).sort();

test("a room is one at all of them: who is in it at any relay is a peer of the others", async () => {
  const { west, east } = await startTwo();
  const rooms = [
    await enter(west, "lobby"),
    await enter(east, "lobby"),
    await enter(west, "lobby"),
  ];
  const elsewhere = await enter(east, "another");
  await until(() => rooms.every(({ peers }) => peers.length === 2));
  for (const room of rooms) {
    const others = rooms.filter((other) => other !== room).map(({ server }) => server.id);
    expect(idsOf(room.peers)).toEqual(others.sort());
  }
  expect(elsewhere.members).toEqual([]);
  expect([west.stats, east.stats].map(({ rooms, members }) => [rooms, members])).toEqual([
    [1, 2],
    [2, 2],
  ]);
  await rooms[1]?.leave();
  await until(() => rooms[0]?.members.length === 1);
  await until(() => east.stats.rooms === 1);
});

test("a room has its places at all relays together", async () => {
  const rooms = { members: 2 };
  const { west, east } = await startTwo({ rooms }, { rooms });
  const full = { code: "P2P_ERR_RELAY_BUDGET" };
  const first = await enter(east, "lobby");
  const second = await enter(west, "lobby");
  await until(() => second.members.length + first.members.length === 2);
  await expect(enter(west, "lobby")).rejects.toMatchObject(full);
  // Also where nobody is in it yet.
  await enter(east, "attic");
  const last = await enter(east, "attic");
  await until(() => last.members.length === 1);
  await expect(enter(west, "attic")).rejects.toMatchObject(full);
});

test("the members at a relay that stops have left", async () => {
  const { west, east } = await startTwo();
  const stays = await enter(west, "lobby");
  await enter(east, "lobby");
  await until(() => stays.members.length === 1);
  await east.stop();
  await until(() => stays.members.length === 0);
  expect(west.stats).toMatchObject({ neighbours: 0, members: 1 });
});
