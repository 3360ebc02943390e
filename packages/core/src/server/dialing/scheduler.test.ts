/**
 * The dial scheduler in rounds: what happens in each, what it does then, and why.
 * @module
 */

import { describe, expect, test } from "vitest";
import type { NodeAddress } from "../../node/address.ts";
import type { DialAction } from "./dial-events.ts";
import type { DialRules } from "./scheduler.ts";
import { DialScheduler } from "./scheduler.ts";
import type { Setback } from "./setback.ts";

/** Nodes are letters; what is named in a round happens in this order. */
interface Round {
  /** Why it does what it does. */
  readonly why: string;
  /** ms that pass before. @default 0 */
  readonly after?: number;
  /** Without the scheduler. */
  readonly peersAdded?: readonly string[];
  readonly peersRemoved?: Readonly<Record<string, Setback>>;
  readonly kept?: readonly string[];
  readonly released?: readonly string[];
  /** Candidates that can be pulled from now on. */
  readonly discovered?: readonly string[];
  readonly inboundBegins?: readonly string[];
  readonly inboundEnds?: readonly string[];
  /** Dials that end with a peer. */
  readonly succeeded?: readonly string[];
  readonly failed?: Readonly<Record<string, Setback>>;
  /** What look-ups find; `undefined` is nothing. */
  readonly resolved?: Readonly<Record<string, NodeAddress | undefined>>;
  readonly redial?: "all" | "but those that refused";
  readonly wantNewDials?: readonly string[];
  readonly wantRefused?: readonly string[];
  /** Pauses of kept nodes that are told of, in ms. */
  readonly wantPauses?: Readonly<Record<string, number>>;
  readonly wantLookUps?: readonly string[];
  readonly wantCancelled?: readonly string[];
}

const address = (host: string): NodeAddress => ({
  publicKey: new Uint8Array(64),
  scheme: "tcp",
  host,
  port: 30303,
});

const RULES: DialRules = {
  self: "me",
  maxPeers: 50,
  maxDialPeers: 5,
  maxActiveDials: 50,
  firstPause: 1_000,
  history: 35_000,
  canResolve: false,
  dialable: ({ host }) => host !== "nowhere",
  allowed: ({ host }) => host !== "forbidden",
  random: () => 0.5,
};

class Table {
  readonly #scheduler: DialScheduler;
  readonly #source: string[] = [];
  #now = 0;
  #pulls = 0;
  #actions: DialAction[] = [];

  constructor(rules: Partial<DialRules>) {
    this.#scheduler = new DialScheduler({ ...RULES, ...rules });
    this.#take({ type: "candidates", available: true });
  }

  run(round: Round): void {
    this.#actions = [];
    this.#advance(round.after ?? 0);
    for (const id of round.peersAdded ?? [])
      this.#take({ type: "connected", id, scheduled: false });
    for (const [id, setback] of Object.entries(round.peersRemoved ?? {}))
      this.#take({ type: "left", id, setback });
    for (const id of round.inboundBegins ?? []) this.#take({ type: "inbound", id, pending: true });
    for (const id of round.inboundEnds ?? []) this.#take({ type: "inbound", id, pending: false });
    for (const id of round.kept ?? []) this.#take({ type: "keep", id, address: address(id) });
    for (const id of round.released ?? []) this.#take({ type: "release", id });
    this.#source.push(...(round.discovered ?? []));
    for (const id of round.succeeded ?? []) {
      this.#take({ type: "connected", id, scheduled: true });
      this.#take({ type: "dialed", id });
    }
    for (const [id, setback] of Object.entries(round.failed ?? {}))
      this.#take({ type: "dialed", id, setback });
    for (const [id, found] of Object.entries(round.resolved ?? {}))
      this.#take({ type: "resolved", id, address: found });
    if (round.redial) this.#take({ type: "redial", refusedToo: round.redial === "all" });
    this.#pull();
    expect({ why: round.why, ...this.#done() }).toEqual({
      why: round.why,
      wantNewDials: [...(round.wantNewDials ?? [])].sort(),
      wantRefused: round.wantRefused ?? [],
      wantPauses: round.wantPauses ?? {},
      wantLookUps: round.wantLookUps ?? [],
      wantCancelled: round.wantCancelled ?? [],
    });
  }

  /** Only at the moments that the scheduler has asked for. */
  #advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const at = this.#scheduler.wakeAt;
      if (at === undefined || at > until) break;
      this.#now = at;
      this.#take({ type: "wake" });
      this.#pull();
    }
    this.#now = until;
  }

  #take(event: Parameters<DialScheduler["take"]>[0]): void {
    const actions = this.#scheduler.take(event, this.#now);
    this.#pulls += actions.filter(({ type }) => type === "pull").length;
    this.#actions.push(...actions);
  }

  #pull(): void {
    while (this.#pulls > 0 && this.#source.length > 0) {
      this.#pulls--;
      const id = this.#source.shift()!;
      const host = id.startsWith("nowhere") ? "nowhere" : id;
      this.#take({ type: "candidate", candidate: { id, address: address(host) } });
    }
  }

  #done() {
    const of = <T extends DialAction["type"]>(type: T) =>
      this.#actions.filter((each): each is Extract<DialAction, { type: T }> => each.type === type);
    return {
      wantNewDials: of("dial")
        .map(({ id }) => id)
        .sort(),
      wantRefused: of("refuse").map(({ id, refusal }) => `${id}: ${refusal}`),
      wantPauses: Object.fromEntries(of("wait").map(({ id, pauseMs }) => [id, pauseMs])),
      wantLookUps: of("resolve").map(({ id }) => id),
      wantCancelled: of("cancel").map(({ id }) => id),
    };
  }
}

function runRounds(rules: Partial<DialRules>, rounds: readonly Round[]): void {
  const table = new Table(rules);
  for (const round of rounds) table.run(round);
}

describe("slots", () => {
  test("twice as many dials as places for dialed peers", () => {
    runRounds({ maxDialPeers: 2 }, [
      {
        why: "2 places, so 4 dials at once; e waits",
        discovered: ["a", "b", "c", "d", "e", "f"],
        wantNewDials: ["a", "b", "c", "d"],
      },
      { why: "one place left, so 2 dials; 3 are under way", succeeded: ["a"] },
      { why: "2 of them are still under way", failed: { b: "unreached" } },
      { why: "one slot of the two is free", failed: { c: "refused" }, wantNewDials: ["e"] },
      {
        why: "no place left: nothing is dialed, whatever ends",
        succeeded: ["d"],
        failed: { e: "unreached" },
      },
      {
        why: "a place is free again: 2 dials",
        peersRemoved: { a: "lost" },
        discovered: ["g"],
        wantNewDials: ["f", "g"],
      },
    ]);
  });

  test("never more dials at once than allowed, whatever the places", () => {
    runRounds({ maxDialPeers: 100, maxActiveDials: 2 }, [
      {
        why: "2 at once",
        kept: ["a"],
        discovered: ["b", "c", "d"],
        wantNewDials: ["a", "b"],
      },
      { why: "one ended, one begins", succeeded: ["b"], wantNewDials: ["c"] },
    ]);
  });

  test("none at all when nothing may be dialed", () => {
    runRounds({ maxDialPeers: 0 }, [
      { why: "neither static nodes nor candidates", kept: ["a"], discovered: ["b"] },
      { why: "time changes nothing", after: 3_600_000, redial: "all" },
    ]);
  });

  test("peers that the scheduler didn't dial take none of its places", () => {
    runRounds({ maxDialPeers: 1 }, [
      { why: "they came, or were connected to", peersAdded: ["x", "y", "z"] },
      { why: "so there are 2 slots", discovered: ["a", "b", "c"], wantNewDials: ["a", "b"] },
    ]);
  });

  test("no candidate is asked for while the peer set is full", () => {
    runRounds({ maxPeers: 2, maxDialPeers: 2 }, [
      { why: "full of those who came", peersAdded: ["x", "y"], discovered: ["a"] },
      { why: "one place is free", peersRemoved: { x: "lost" }, wantNewDials: ["a"] },
    ]);
  });

  test("static nodes come first, candidates get what is left", () => {
    runRounds({ maxDialPeers: 2 }, [
      {
        why: "3 static nodes and 1 candidate for 4 slots",
        kept: ["s", "t", "u"],
        discovered: ["a", "b"],
        wantNewDials: ["a", "s", "t", "u"],
      },
    ]);
  });

  test("among static nodes chance decides, so that none is forgotten", () => {
    let random = 0;
    const rules = { maxDialPeers: 1, maxActiveDials: 1, random: () => random };
    const scheduler = new DialScheduler({ ...RULES, ...rules });
    const take = (event: Parameters<DialScheduler["take"]>[0]) =>
      scheduler.take(event, 0).flatMap((action) => (action.type === "dial" ? [action.id] : []));
    take({ type: "connected", id: "x", scheduled: true });
    for (const id of ["a", "b", "c"]) take({ type: "keep", id, address: address(id) });
    random = 0.99;
    expect(take({ type: "left", id: "x", setback: "lost" })).toEqual(["c"]);
    random = 0;
    expect(take({ type: "dialed", id: "c", setback: "refused" })).toEqual(["a"]);
  });
});

describe("candidates", () => {
  test("are refused for a reason that is told", () => {
    runRounds({}, [
      { why: "x is a peer, y is in its handshake", peersAdded: ["x"], inboundBegins: ["y"] },
      {
        why: "each has a reason of its own; a can be dialed, once",
        discovered: ["me", "nowhere", "a", "a", "x", "y", "forbidden"],
        wantNewDials: ["a"],
        wantRefused: [
          "me: self",
          "nowhere: no-address",
          "a: dialing",
          "x: connected",
          "y: inbound",
          "forbidden: restricted",
        ],
      },
      {
        why: "y wasn't taken, and a was dialed a moment ago",
        inboundEnds: ["y"],
        failed: { a: "unreached" },
        discovered: ["y", "a"],
        wantNewDials: ["y"],
        wantRefused: ["a: recent"],
      },
    ]);
  });

  test("aren't dialed twice within 35 s, counted from the start of the dial", () => {
    runRounds({}, [
      { why: "the first dial", discovered: ["a"], wantNewDials: ["a"] },
      { why: "it fails late", after: 20_000, failed: { a: "unreached" } },
      { why: "34.999 s", after: 14_999, discovered: ["a"], wantRefused: ["a: recent"] },
      { why: "35 s", after: 1, discovered: ["a"], wantNewDials: ["a"] },
    ]);
  });

  test("that can't be dialed are asked for at a pace", () => {
    const many = Array.from({ length: 20 }, () => "me");
    const refused = (n: number) => Array.from({ length: n }, () => "me: self");
    runRounds({}, [
      { why: "8 in a row, then a pause", discovered: many, wantRefused: refused(8) },
      { why: "still the pause", after: 999 },
      { why: "8 more", after: 1, wantRefused: refused(8) },
      { why: "the other 4", after: 1_000, wantRefused: refused(4) },
    ]);
  });

  test("that could not be read count as refused", () => {
    const scheduler = new DialScheduler(RULES);
    const pulls = (event: Parameters<DialScheduler["take"]>[0]) =>
      scheduler.take(event, 0).map(({ type }) => type);
    expect(pulls({ type: "candidates", available: true })).toEqual(["pull"]);
    for (let i = 0; i < 7; i++) expect(pulls({ type: "candidate" })).toEqual(["pull"]);
    expect(pulls({ type: "candidate" })).toEqual([]);
    expect(scheduler.wakeAt).toBe(1_000);
  });

  test("that have come wait for a slot", () => {
    const scheduler = new DialScheduler({ ...RULES, maxActiveDials: 1 });
    const take = (event: Parameters<DialScheduler["take"]>[0]) =>
      scheduler.take(event, 0).map((action) => `${action.type} ${"id" in action ? action.id : ""}`);
    take({ type: "candidates", available: true });
    take({ type: "keep", id: "s", address: address("s") });
    const candidate = { id: "a", address: address("a") };
    expect(take({ type: "candidate", candidate })).toEqual([]);
    expect(take({ type: "dialed", id: "s", setback: "refused" })).toEqual(["wait s", "dial a"]);
  });

  test("are left alone while 4,096 dials are remembered", () => {
    const ids = Array.from({ length: 4_097 }, (_, i) => `n${i}`);
    const table = new Table({ maxDialPeers: 5_000, maxActiveDials: 5_000 });
    table.run({ why: "all but one", discovered: ids, wantNewDials: ids.slice(0, 4_096) });
    table.run({
      why: "they have failed, and none is dialed again yet",
      failed: Object.fromEntries(ids.slice(0, 4_096).map((id) => [id, "unreached"])),
    });
    table.run({ why: "they are forgotten", after: 35_000, wantNewDials: ["n4096"] });
  });
});

describe("a static node", () => {
  test("is dialed at once, and again soon after it was lost", () => {
    runRounds({}, [
      { why: "a slot is free", kept: ["a"], wantNewDials: ["a"] },
      { why: "it is a peer", succeeded: ["a"] },
      {
        why: "it lived longer than 35 s: the first pause, half of it by chance",
        after: 36_000,
        peersRemoved: { a: "lost" },
        wantPauses: { a: 500 },
      },
      { why: "the pause isn't over", after: 499 },
      { why: "now it is", after: 1, wantNewDials: ["a"] },
    ]);
  });

  test("that can't be reached is dialed less and less often, down to every 35 s", () => {
    const table = new Table({ random: () => 0.999_999 });
    table.run({ why: "first", kept: ["a"], wantNewDials: ["a"] });
    for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 35_000, 35_000]) {
      table.run({ why: "put off", failed: { a: "unreached" }, wantPauses: { a: pause } });
      table.run({ why: "not yet", after: pause - 1 });
      table.run({ why: "again", after: 1, wantNewDials: ["a"] });
    }
  });

  test("that refused us has its 35 s from the start of the dial, whatever chance says", () => {
    runRounds({}, [
      { why: "dialed", kept: ["a"], wantNewDials: ["a"] },
      {
        why: "refused after 2 s",
        after: 2_000,
        failed: { a: "refused" },
        wantPauses: { a: 33_000 },
      },
      { why: "not before", after: 32_999 },
      { why: "go-ethereum's 30 s are over", after: 1, wantNewDials: ["a"] },
      { why: "a peer at last", succeeded: ["a"] },
      {
        why: "it lets us go",
        after: 90_000,
        peersRemoved: { a: "refused" },
        wantPauses: { a: 35_000 },
      },
      { why: "not before", after: 34_999 },
      { why: "35 s since it did", after: 1, wantNewDials: ["a"] },
    ]);
  });

  test("whose connections don't last counts that as setbacks", () => {
    runRounds({}, [
      { why: "dialed", kept: ["a"], wantNewDials: ["a"] },
      { why: "a peer", succeeded: ["a"] },
      { why: "for 10 s", after: 10_000, peersRemoved: { a: "lost" }, wantPauses: { a: 500 } },
      { why: "again", after: 500, wantNewDials: ["a"] },
      { why: "a peer", succeeded: ["a"] },
      {
        why: "for 10 s again",
        after: 10_000,
        peersRemoved: { a: "lost" },
        wantPauses: { a: 1_000 },
      },
      { why: "again", after: 1_000, wantNewDials: ["a"] },
      { why: "a peer", succeeded: ["a"] },
      {
        why: "this one lasted",
        after: 35_000,
        peersRemoved: { a: "lost" },
        wantPauses: { a: 500 },
      },
    ]);
  });

  test("isn't dialed while it is here by its own doing, and is when it leaves", () => {
    runRounds({}, [
      { why: "it dials us", inboundBegins: ["a"] },
      { why: "two connections would cross", kept: ["a"], wantRefused: ["a: inbound"] },
      { why: "it is a peer", inboundEnds: ["a"], peersAdded: ["a"] },
      { why: "kept once more", kept: ["a"], wantRefused: ["a: connected"] },
      { why: "it left", after: 40_000, peersRemoved: { a: "lost" }, wantPauses: { a: 500 } },
      { why: "now we dial", after: 500, wantNewDials: ["a"] },
    ]);
  });

  test("is dialed when its own attempt came to nothing", () => {
    runRounds({}, [
      {
        why: "it dials us twice",
        inboundBegins: ["a", "a"],
        kept: ["a"],
        wantRefused: ["a: inbound"],
      },
      { why: "one of the two is left", inboundEnds: ["a"] },
      { why: "none is left", inboundEnds: ["a"], wantNewDials: ["a"] },
    ]);
  });

  test("that is ourselves, has no address or is forbidden is never dialed", () => {
    runRounds({}, [
      {
        why: "each is told once",
        kept: ["me", "nowhere", "forbidden"],
        wantRefused: ["me: self", "nowhere: no-address", "forbidden: restricted"],
      },
      { why: "and not again", after: 3_600_000, redial: "all" },
    ]);
  });

  test("that was a candidate a moment ago waits for what is left of the 35 s", () => {
    runRounds({}, [
      { why: "a candidate", discovered: ["a"], wantNewDials: ["a"] },
      { why: "it failed", failed: { a: "unreached" } },
      { why: "then it is to be kept", after: 10_000, kept: ["a"], wantPauses: { a: 25_000 } },
      { why: "not before", after: 24_999 },
      { why: "the 35 s are over", after: 1, wantNewDials: ["a"] },
    ]);
  });

  test("that is released isn't dialed any more; its dial is dropped", () => {
    runRounds({}, [
      { why: "two dials", kept: ["a", "b"], wantNewDials: ["a", "b"] },
      { why: "a is under way, b waits", failed: { b: "unreached" }, wantPauses: { b: 500 } },
      { why: "only a has something to drop", released: ["a", "b", "c"], wantCancelled: ["a"] },
      { why: "nothing more comes of them", after: 3_600_000, failed: { a: "refused" } },
    ]);
  });

  test("takes a new address when it is kept again", () => {
    const scheduler = new DialScheduler(RULES);
    const dialed = (event: Parameters<DialScheduler["take"]>[0], now: number) =>
      scheduler
        .take(event, now)
        .flatMap((each) => (each.type === "dial" ? [each.address.host] : []));
    expect(dialed({ type: "keep", id: "a", address: address("old") }, 0)).toEqual(["old"]);
    dialed({ type: "dialed", id: "a", setback: "unreached" }, 0);
    dialed({ type: "keep", id: "a", address: address("new") }, 0);
    expect(dialed({ type: "wake" }, 500)).toEqual(["new"]);
  });
});

describe("redial", () => {
  const both: readonly Round[] = [
    { why: "two dials", kept: ["a", "b"], wantNewDials: ["a", "b"] },
    {
      why: "a can't be reached, b doesn't want us",
      failed: { a: "unreached", b: "refused" },
      wantPauses: { a: 500, b: 35_000 },
    },
  ];

  test("dials all that wait, at once, and forgets their setbacks", () => {
    runRounds({}, [
      ...both,
      { why: "the network is back", redial: "all", wantNewDials: ["a", "b"] },
      { why: "the first pause again", failed: { a: "unreached" }, wantPauses: { a: 500 } },
    ]);
  });

  test("leaves those alone that refused us, when only we were away", () => {
    runRounds({}, [
      ...both,
      {
        why: "a page that is looked at again",
        redial: "but those that refused",
        wantNewDials: ["a"],
      },
      { why: "b has its time", after: 35_000, wantNewDials: ["b"] },
    ]);
  });
});

describe("looking up", () => {
  test("finds an address for a node that has none, after 60 s, 120 s and so on up to 1 h", () => {
    const table = new Table({ canResolve: true });
    table.run({ why: "at once", kept: ["nowhere"], wantLookUps: ["nowhere"] });
    for (const pause of [60, 120, 240, 480, 960, 1_920, 3_600, 3_600].map((s) => s * 1_000)) {
      table.run({
        why: "nothing found",
        resolved: { nowhere: undefined },
        wantPauses: { nowhere: pause },
      });
      table.run({ why: "not yet", after: pause - 1 });
      table.run({ why: "again", after: 1, wantLookUps: ["nowhere"] });
    }
    table.run({
      why: "found: dialed at once",
      resolved: { nowhere: address("found") },
      wantNewDials: ["nowhere"],
    });
  });

  test("helps when a dial failed, at most every 60 s", () => {
    runRounds({ canResolve: true }, [
      { why: "dialed where it was", kept: ["a"], wantNewDials: ["a"] },
      {
        why: "nobody there: where is it?",
        failed: { a: "unreached" },
        wantPauses: { a: 500 },
        wantLookUps: ["a"],
      },
      { why: "a look-up takes a slot, and the node isn't dialed meanwhile", after: 500 },
      { why: "it is elsewhere", resolved: { a: address("b") }, wantNewDials: ["a"] },
      {
        why: "nobody there either; it was looked up 0.5 s ago",
        failed: { a: "unreached" },
        wantPauses: { a: 1_000 },
      },
      { why: "so it is only dialed", after: 1_000, wantNewDials: ["a"] },
      {
        why: "60 s since then",
        after: 58_500,
        failed: { a: "unreached" },
        wantPauses: { a: 2_000 },
        wantLookUps: ["a"],
      },
      { why: "not found: the pause goes on", after: 500, resolved: { a: undefined } },
      { why: "until it is over", after: 1_500, wantNewDials: ["a"] },
    ]);
  });

  test("isn't done for who refused us: it is there", () => {
    runRounds({ canResolve: true }, [
      { why: "dialed", kept: ["a"], wantNewDials: ["a"] },
      { why: "it answers", failed: { a: "refused" }, wantPauses: { a: 35_000 } },
    ]);
  });
});
