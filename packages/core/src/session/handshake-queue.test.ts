/**
 * Whose turn it is, and who has to go.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Standing } from "./handshake-queue.ts";
import { HandshakeQueue } from "./handshake-queue.ts";

function drain(queue: HandshakeQueue<string>): string[] {
  const taken: string[] = [];
  for (let next = queue.next(); next; next = queue.next()) taken.push(next);
  return taken;
}

describe("the queue of handshakes", () => {
  test("serves dials first, then what was begun, then the new ones, each in its order", () => {
    const queue = new HandshakeQueue<string>(10);
    const added: [string, Standing][] = [
      ["new 1", "new"],
      ["begun 1", "begun"],
      ["dial 1", "dial"],
      ["new 2", "new"],
      ["dial 2", "dial"],
      ["begun 2", "begun"],
    ];
    for (const [item, standing] of added) expect(queue.add(item, standing)).toBeUndefined();
    expect(drain(queue)).toEqual(["dial 1", "dial 2", "begun 1", "begun 2", "new 1", "new 2"]);
    expect(queue.next()).toBeUndefined();
  });

  test("lets go of the oldest new one at its limit, and of nothing else", () => {
    const queue = new HandshakeQueue<string>(2);
    queue.add("dial", "dial");
    queue.add("begun", "begun");
    queue.add("a", "new");
    queue.add("b", "new");
    expect(queue.add("c", "new")).toBe("a");
    expect(queue.add("dial 2", "dial")).toBeUndefined();
    expect(queue.add("begun 2", "begun")).toBeUndefined();
    expect(queue.add("d", "new")).toBe("b");
    expect(drain(queue)).toEqual(["dial", "dial 2", "begun", "begun 2", "c", "d"]);
  });

  test("lets nobody wait with a limit of 0", () => {
    const queue = new HandshakeQueue<string>(0);
    expect(queue.add("a", "new")).toBe("a");
    expect(queue.next()).toBeUndefined();
  });

  test("forgets one that leaves, wherever it stands, and nothing for one that it doesn't have", () => {
    const queue = new HandshakeQueue<string>(2);
    queue.add("dial", "dial");
    queue.add("a", "new");
    queue.add("b", "new");
    queue.remove("a");
    queue.remove("dial");
    queue.remove("a stranger");
    expect(queue.add("c", "new")).toBeUndefined();
    expect(drain(queue)).toEqual(["b", "c"]);
  });

  test("never holds more new ones than its limit, and loses none without saying so", () => {
    const standing = fc.constantFrom<Standing>("dial", "begun", "new");
    fc.assert(
      fc.property(fc.array(standing), fc.nat(5), (standings, limit) => {
        const queue = new HandshakeQueue<string>(limit);
        const items = standings.map((each, at) => `${each} ${at}`);
        const gone = items.flatMap((item, at) => queue.add(item, standings[at]!) ?? []);
        const served = drain(queue);
        expect([...served, ...gone].sort()).toEqual(items.sort());
        expect(gone.every((item) => item.startsWith("new"))).toBe(true);
        expect(served.filter((item) => item.startsWith("new")).length).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
