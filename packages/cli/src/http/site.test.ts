import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Site } from "./site.ts";
import { originOf, startSite } from "./site.ts";

describe("originOf", () => {
  test.each([
    ["127.0.0.1:8080", undefined, { host: "127.0.0.1", port: 8080, secure: false }],
    ["relay.lan", undefined, { host: "relay.lan", secure: false }],
    ["[::1]:80", undefined, { host: "::1", port: 80, secure: false }],
    ["relay.example", "https", { host: "relay.example", secure: true }],
    ["relay.example", "https, http", { host: "relay.example", secure: true }],
    ["a@b", undefined, undefined],
    ["a/b", undefined, undefined],
    ["", undefined, undefined],
  ])("reads Host %j with X-Forwarded-Proto %j", (host, proto, origin) => {
    const headers = { host, ...(proto === undefined ? {} : { "x-forwarded-proto": proto }) };
    expect(originOf(headers)).toEqual(origin);
  });
});

describe("a site", () => {
  let dir: string;
  let site: Site;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "peerkit-site-"));
    await mkdir(join(dir, "assets"));
    await writeFile(join(dir, "index.html"), "<p>hello");
    await writeFile(join(dir, "assets", "a-1234.js"), "1");
    const describe = (origin: object) => ({ origin });
    site = await startSite({ host: "127.0.0.1", port: 0, dir, describe });
  });
  afterAll(async () => {
    await site.close();
    await rm(dir, { recursive: true });
  });

  test("serves the page with a strict policy", async () => {
    const response = await fetch(site.url);
    expect(await response.text()).toBe("<p>hello");
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).not.toMatch(/'unsafe-/);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("cache-control")).toBe("no-cache");
  });

  test("lets built assets be kept", async () => {
    const response = await fetch(`${site.url}/assets/a-1234.js`);
    expect(response.headers.get("cache-control")).toContain("immutable");
  });

  test("tells a page its node by the host that the page asked", async () => {
    const response = await fetch(`${site.url}/peerkit.json?x`);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      origin: { host: "127.0.0.1", port: site.port, secure: false },
    });
  });

  test.each([
    ["GET", "/no-such-file", "127.0.0.1", 404],
    ["GET", "/../../etc/passwd", "127.0.0.1", 404],
    ["POST", "/", "127.0.0.1", 405],
    ["GET", "/peerkit.json", "a@b", 400],
  ])("answers %s %s for host %s with %i", async (method, path, host, status) => {
    const answer = new Promise((resolve, reject) => {
      const headers = { host };
      request({ port: site.port, host: "127.0.0.1", method, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(await answer).toBe(status);
  });

  test("says which address is taken", async () => {
    const second = startSite({ host: "127.0.0.1", port: site.port, describe: () => ({}) });
    await expect(second).rejects.toMatchObject({
      code: "P2P_ERR_LISTEN_FAILED",
      message: expect.stringContaining(`127.0.0.1:${site.port}`),
    });
  });
});
