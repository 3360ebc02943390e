/**
 * Metrics for Prometheus, over HTTP.
 * @module
 */

import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Metrics } from "@peerkit/core";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { bracketed, close, listen } from "./site.ts";

const PATH = "/metrics";
const HEADERS_TIMEOUT_MS = 10_000;

/** Metrics that are served. */
export interface MetricsSite {
  /** For `ServerOptions.metrics`. */
  readonly metrics: Metrics;
  /** What Prometheus scrapes. */
  readonly url: string;
  /** Resolves when the port is free. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves metrics at `/metrics`: the node's, and those of the registry. Rejects with
 * `P2P_ERR_LISTEN_FAILED`, naming the address. Port 0 lets the system choose.
 */
export async function startMetrics(
  host: string,
  port: number,
  registry: Registry = processRegistry(),
): Promise<MetricsSite> {
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS }, (req, res) => {
    if (req.url !== PATH) answer(res, 404, "text/plain", `the metrics are at ${PATH}\n`);
    else if (req.method !== "GET" && req.method !== "HEAD") answer(res, 405, "text/plain", "");
    else answerMetrics(res, registry);
  });
  const real = await listen(server, host, port);
  return {
    metrics: prometheusMetrics(registry),
    url: `http://${bracketed(host)}:${real}${PATH}`,
    close: () => close(server),
  };
}

/** Answers a request with what is in the registry. */
export function answerMetrics(res: ServerResponse, registry: Registry): void {
  registry.metrics().then(
    (text) => answer(res, 200, registry.contentType, text),
    (error) => answer(res, 500, "text/plain", `${error}\n`),
  );
}

/** A registry with the metrics of this process. */
export function processRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Keeps metrics in a registry, each under its name with `_` for what Prometheus doesn't take. */
export function prometheusMetrics(registry: Registry): Metrics {
  const registers = [registry];
  const counter = remember((options) => new Counter({ ...options, registers }));
  const gauge = remember((options) => new Gauge({ ...options, registers }));
  return {
    count: (name, by) => counter(name).inc(by),
    gauge: (name, value) => gauge(name).set(value),
  };
}

/** Makes each thing once, by Prometheus's name: two of ours may have the same one. */
function remember<T>(make: (options: { name: string; help: string }) => T): (name: string) => T {
  const made = new Map<string, T>();
  const byOurName = new Map<string, T>();
  return (help) => {
    const known = byOurName.get(help);
    if (known !== undefined) return known;
    const name = prometheusName(help);
    const thing = made.get(name) ?? make({ name, help });
    made.set(name, thing);
    byOurName.set(help, thing);
    return thing;
  };
}

function prometheusName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_:]/g, "_");
}

function answer(res: ServerResponse, status: number, type: string, text: string): void {
  res.writeHead(status, { "content-type": type, "x-content-type-options": "nosniff" }).end(text);
}
