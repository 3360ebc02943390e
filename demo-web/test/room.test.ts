/**
 * Rooms: their links, who comes and goes there, and why somebody can't be connected to.
 * @module
 */

import { P2PError } from "@peerkit/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Presence } from "../src/node/presence.ts";
import { wayWords } from "../src/node/way-words.ts";
import { apartWords } from "../src/node/words.ts";
import { isOwnMachine, readRoom, roomChoice, roomHash, roomProblem } from "../src/room-link.ts";

const SECRET = "3b9d7c04e2f15a68908c6fd13e5b24a7";

describe("a room's link", () => {
  test.each([
    { name: "kitchen" },
    { name: "kitchen", secret: SECRET },
    { name: "Küche & Bad #2", secret: "correct horse battery staple+=%" },
  ])("names %o", (room) => {
    expect(readRoom(roomHash(room))).toEqual(room);
  });

  test("leads to the lobby where it names none", () => {
    for (const hash of ["", "#", "#main", "#secret="]) {
      expect(readRoom(hash)).toEqual({ name: "lobby" });
    }
  });

  test("is what was typed, without the white space around it", () => {
    expect(roomChoice(" kitchen ", "  ")).toEqual({ name: "kitchen" });
    expect(roomChoice("", ` ${SECRET} `)).toEqual({ name: "lobby", secret: SECRET });
  });

  test("is refused in words where it can't be a room", () => {
    expect(roomProblem({ name: "lobby", secret: SECRET })).toBeUndefined();
    expect(roomProblem({ name: "lobby", secret: "ü".repeat(8) })).toBeUndefined();
    expect(roomProblem({ name: "lobby", secret: "x".repeat(15) })).toMatch(/too short/);
    expect(roomProblem({ name: "lobby", secret: "x".repeat(129) })).toMatch(
      /at most 32 characters, and a secret 128/,
    );
    expect(roomProblem({ name: "x".repeat(33) })).toMatch(/at most 32 characters/);
  });
});

test.each([
  [true, ["localhost", "demo.localhost", "127.0.0.1", "0.0.0.0", "[::1]", "[::]"]],
  [false, ["demo.test", "localhost.demo.test", "192.168.1.27", "10.127.0.1", "[fe80::1]"]],
])("only the machine itself reaches such a host: %s", (own, hosts) => {
  for (const host of hosts) expect([host, isOwnMachine(host)]).toEqual([host, own]);
});

describe("who comes and goes", () => {
  let notes: string[];
  let presence: Presence;
  beforeEach(() => {
    vi.useFakeTimers();
    notes = [];
    presence = new Presence((text) => notes.push(text));
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const here = (...names: string[]) =>
    presence.update(new Map(names.map((name) => [name.slice(0, 1), name])));

  test("is told, and who has another name", () => {
    here("Ada");
    here("Ada", "Bob");
    here("Anna", "Bob");
    here("Bob");
    expect(notes).toEqual(["Ada is here.", "Bob is here.", "Ada is Anna now."]);
    vi.advanceTimersByTime(3_000);
    expect(notes.at(-1)).toBe("Anna left.");
    vi.advanceTimersByTime(60_000);
    expect(notes).toHaveLength(4);
  });

  test("isn't told of one that is back in a moment", () => {
    here("Ada");
    here();
    vi.advanceTimersByTime(2_000);
    here("Ada");
    vi.advanceTimersByTime(60_000);
    expect(notes).toEqual(["Ada is here."]);
  });

  test.each(["before", "after"])("is told when the relay is back: gone %s it", (when) => {
    here("Ada", "Bob");
    notes.length = 0;
    if (when === "before") here();
    presence.relayLost();
    if (when === "after") here();
    vi.advanceTimersByTime(60_000);
    expect(notes).toEqual([]);
    presence.relayBack();
    here("Ada");
    expect(notes).toEqual(["Ada is back."]);
    vi.advanceTimersByTime(15_000);
    expect(notes).toEqual(["Ada is back.", "Bob hasn’t come back."]);
  });
});

describe("why a tab can't be connected to", () => {
  const failure = (code: P2PError["code"]) => new P2PError("the words of the error", { code });

  test("is its secret, by what this tab has", () => {
    const other = failure("P2P_ERR_SEALED_HANDSHAKE");
    expect(apartWords(other, true)).toMatch(/it has another secret for this room, or none/);
    expect(apartWords(other, false)).toMatch(
      /it has a secret for this room, and this tab has none/,
    );
  });

  test("is the relay's no, and not what passes by itself", () => {
    expect(apartWords(failure("P2P_ERR_RELAY_BUDGET"), false)).toBe(
      "It can’t be connected to: the words of the error.",
    );
    expect(apartWords(failure("P2P_ERR_RELAY_NO_TARGET"), false)).toBeUndefined();
    expect(apartWords(undefined, false)).toBeUndefined();
  });
});

test("the way to a peer says who could read along", () => {
  const ways = (["direct", "circuit", "bridge"] as const).map((path) =>
    wayWords({ path, sealed: path === "circuit" }),
  );
  expect(ways).toEqual([
    "direct, authenticated, not confidential",
    "through the relay, sealed",
    "through the relay, authenticated, not confidential from it",
  ]);
});
