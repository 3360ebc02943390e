import { once } from "node:events";
import { createServer } from "node:net";
import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { prometheusMetrics, startMetrics } from "./metrics.ts";

describe("metrics for Prometheus", () => {
  test("have names that it takes, counts that add up and gauges that are set", async () => {
    const registry = new Registry();
    const metrics = prometheusMetrics(registry);
    metrics.count("p2p/ingress/my-protocol/1/0x00", 3);
    metrics.count("p2p/ingress/my-protocol/1/0x00", 4);
    metrics.gauge("p2p/peers", 2);
    metrics.gauge("p2p/peers", 1);
    const lines = (await registry.metrics()).split("\n");
    expect(lines).toContain("p2p_ingress_my_protocol_1_0x00 7");
    expect(lines).toContain("# HELP p2p_ingress_my_protocol_1_0x00 p2p/ingress/my-protocol/1/0x00");
    expect(lines).toContain("# TYPE p2p_peers gauge");
    expect(lines).toContain("p2p_peers 1");
  });

  test("are served, with those of the process", async () => {
    const site = await startMetrics("127.0.0.1", 0);
    try {
      site.metrics.gauge("p2p/peers", 5);
      const response = await fetch(site.url);
      expect(response.headers.get("content-type")).toContain("text/plain");
      const text = await response.text();
      expect(text).toContain("\np2p_peers 5\n");
      expect(text).toContain("process_cpu_user_seconds_total");
      expect((await fetch(site.url, { method: "POST" })).status).toBe(405);
      expect((await fetch(new URL("/", site.url))).status).toBe(404);
    } finally {
      await site.close();
      await site.close();
    }
    await expect(fetch(site.url)).rejects.toThrow();
  });

  test("say which address is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    await expect(startMetrics("127.0.0.1", port)).rejects.toMatchObject({
      code: "P2P_ERR_LISTEN_FAILED",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    taken.close();
  });

  test("of two names that Prometheus can't tell apart the second keeps the first one's", async () => {
    const registry = new Registry();
    const metrics = prometheusMetrics(registry);
    metrics.count("p2p/ingress/a-b/1/0x00", 1);
    metrics.count("p2p/ingress/a_b/1/0x00", 2);
    expect(await registry.metrics()).toContain("p2p_ingress_a_b_1_0x00 3");
  });
});
