/**
 * The choice of a frame engine.
 * @module
 */

import { afterEach, describe, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const keys = { aes: new Uint8Array(32), mac: new Uint8Array(32), seed: new Uint8Array(1) };

async function chosen(): Promise<string> {
  const { loadFrameEngine } = await import("./load-frame-engine.ts");
  const { newCipher } = await loadFrameEngine();
  return newCipher(keys).constructor.name;
}

describe("a connection's frames", () => {
  test("get the kernel where WebAssembly is allowed", async () => {
    expect(await chosen()).toBe("KernelFrameCipher");
  });

  test("get JavaScript where there is no WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(await chosen()).toBe("NobleFrameCipher");
  });

  test("get JavaScript where a page's policy forbids WebAssembly", async () => {
    const forbidden = new WebAssembly.CompileError("violates the Content Security policy");
    vi.stubGlobal("WebAssembly", { instantiate: () => Promise.reject(forbidden) });
    expect(await chosen()).toBe("NobleFrameCipher");
  });
});
