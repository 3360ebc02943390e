/**
 * What a page gets of the packages has nothing of Node in it.
 * @module
 */
import { describe, expect, test } from "vitest";
import { bundle, findNode } from "./bundle.mjs";

const fromSource = { fromSource: true };

describe("the bundle for a page", () => {
  test("has nothing of Node in it", async () => {
    const { code } = await bundle(
      `export * from "@peerkit/core"; export * from "@peerkit/ws";`,
      fromSource,
    );
    expect(code).toContain("P2P_ERR_");
    expect(findNode(code)).toEqual([]);
  });

  test("has nothing of Node in the helpers for tests either", async () => {
    const { code } = await bundle(`export * from "@peerkit/core/testing";`, fromSource);
    expect(code).not.toBe("");
    expect(findNode(code)).toEqual([]);
  });

  test("has the store of a page alone, and that only where it is imported", async () => {
    const store = await bundle(`export * from "@peerkit/core/store";`, fromSource);
    expect(store.code).toContain("indexedDB");
    expect(findNode(store.code)).toEqual([]);
    const without = await bundle(`export * from "@peerkit/core";`, fromSource);
    expect(without.code).not.toMatch(/indexedDB|BroadcastChannel/);
  });

  test("is refused when it imports the TCP transport", async () => {
    const text = `import { tcp } from "@peerkit/tcp"; export const transport = tcp();`;
    await expect(bundle(text, fromSource)).rejects.toThrow(/"tcp" is not exported|MISSING_EXPORT/);
  });
});

describe("the fence itself", () => {
  test("sees a built-in module of Node", async () => {
    const { code } = await bundle(
      `import * as net from "node:net"; export const dial = net.connect;`,
    );
    expect(findNode(code)).not.toEqual([]);
  });

  test("sees the listening half of ws", () => {
    expect(findNode("var s=new WebSocketServer({port:1})")).toHaveLength(1);
  });

  test("doesn't take an address of a node for it", () => {
    expect(findNode('return"enode://"+key')).toEqual([]);
    expect(findNode("return{type:`crash`,node:e.name}")).toEqual([]);
  });
});
