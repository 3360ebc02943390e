/**
 * What operators copy: the systemd unit, the Dockerfile, the policy, the page about all of them.
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createRelay } from "@peerkit/relay/server";
import { describe, expect, test } from "vitest";
import { readArgs } from "../args.ts";
import type { RelayCommandConfig } from "./config.ts";
import { RELAY_OPTIONS, readRelayConfig } from "./config.ts";
import { loadPolicy } from "./policy-file.ts";

const ROOT = new URL("../../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

const UNIT = "packages/relay/deploy/peerkit-relay.service";
const DOCKERFILE = "packages/relay/deploy/Dockerfile";
const PAGE = "docs/operating-a-relay.md";
/** What the page names of npm, Docker and Podman. */
const OTHERS_OPTIONS = [
  "prefix",
  "allow-scripts",
  "init",
  "stop-timeout",
  "health-cmd",
  "no-healthcheck",
  "format",
  "ignorefile",
];

/** The command line of a relay, understood; throws for one that the command would refuse. */
function understand(words: readonly string[]): RelayCommandConfig {
  const [command, ...args] = words;
  expect(command).toBe("relay");
  return readRelayConfig(readArgs("relay", args, RELAY_OPTIONS).values);
}

/** The folder of a package, and those of the packages of ours that it needs to run. */
function withDependencies(folder: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(folder)) return found;
  found.add(folder);
  const { dependencies } = JSON.parse(read(`packages/${folder}/package.json`));
  for (const name of Object.keys(dependencies)) {
    const [, other] = /^@peerkit\/([-\w]+)$/.exec(name) ?? [];
    if (other) withDependencies(other, found);
  }
  return found;
}

describe("the systemd unit", () => {
  const lines = read(UNIT)
    .replace(/\\\n\s*/g, "")
    .split("\n");
  const settings = new Map(
    lines
      .filter((line) => /^\w+=/.test(line))
      .map((line) => line.split(/=(.*)/) as [string, string]),
  );
  const [program, ...words] = settings.get("ExecStart")!.split(/\s+/);
  const config = understand(words);

  test("starts the command with options that there are, behind a proxy on the same machine", () => {
    expect(program).toMatch(/\/peerkit$/);
    expect(config).toMatchObject({
      http: { host: "127.0.0.1" },
      trustedProxies: ["127.0.0.1"],
      json: true,
    });
  });

  test("keeps the key and the policy in folders that it makes", () => {
    expect(config.keyFile).toBe(`%S/${settings.get("StateDirectory")}/relay.key`);
    expect(config.policyFile).toBe(`%E/${settings.get("ConfigurationDirectory")}/policy.json`);
  });

  test("gives the relay more time to stop than it takes to let everybody go", () => {
    expect(Number(settings.get("TimeoutStopSec")) * 1_000).toBeGreaterThan(config.drainMs + 5_000);
  });

  test("allows as many files as its bounds may need", () => {
    // Two for each pipe, or one and a TCP connection.
    const files = config.maxPeers + 2 * config.maxPipes;
    expect(Number(settings.get("LimitNOFILE"))).toBeGreaterThan(files + 1_000);
  });

  test("reads the policy again on reload", () => {
    expect(settings.get("ExecReload")).toBe("/bin/kill -HUP $MAINPID");
    // Node that hasn't loaded the command yet ends with it.
    expect(settings.get("RestartForceExitStatus")).toBe("SIGHUP");
  });
});

describe("the Dockerfile", () => {
  const text = read(DOCKERFILE);
  const [, entry = "[]"] = /^ENTRYPOINT (\[.*\])$/m.exec(text) ?? [];
  const [node, bin, ...words] = JSON.parse(entry) as string[];
  const config = understand(words);
  const lastStage = text.slice(text.lastIndexOf("\nFROM "));
  const needed = [...withDependencies("cli")];

  test("starts the command with options that there are, as nobody in particular", () => {
    expect(node).toBe("node");
    expect(existsSync(new URL(bin!, ROOT))).toBe(true);
    expect(lastStage.indexOf("\nUSER node\n")).toBeGreaterThan(0);
    expect(lastStage.indexOf("\nUSER node\n")).toBeLessThan(lastStage.indexOf("\nENTRYPOINT"));
  });

  test("shows, and asks for its health at, the port that the relay listens at", () => {
    const { host, port } = config.http;
    expect(host).toBe("0.0.0.0");
    expect(lastStage).toContain(`\nEXPOSE ${port}\n`);
    expect(lastStage).toContain(`fetch('http://127.0.0.1:${port}/healthz')`);
    expect(read("packages/cli/src/relay/run.ts")).toContain('"/healthz"');
  });

  test("keeps the key in its volume", () => {
    const [, volume] = /^VOLUME (\S+)$/m.exec(lastStage) ?? [];
    expect(config.keyFile).toBe(`${volume}/relay.key`);
  });

  test("copies the command and the packages of ours that it needs, and no others", () => {
    for (const [from, folder] of [
      ["packages", "/package.json"],
      ["--from=build /app/packages", "/package.json"],
      ["--from=build /app/packages", "/dist"],
    ] as const) {
      const copies = new RegExp(`^COPY ${from}/([-\\w]+)${folder} packages/\\1/`, "gm");
      const copied = [...text.matchAll(copies)].map(([, name]) => name);
      expect(copied.toSorted()).toEqual(needed.toSorted());
    }
  });

  test("copies nothing that isn't there, once it is built", () => {
    const copies = [...text.matchAll(/^COPY (?:--from=\w+ )?(.+) \S+$/gm)];
    const sources = copies.flatMap(([, paths]) => paths!.split(" "));
    const inTheTree = sources
      .map((path) => path.replace(/^\/app\//, ""))
      .filter((path) => !/^node_modules$|\/dist$/.test(path));
    expect(inTheTree.length).toBeGreaterThan(needed.length);
    expect(inTheTree.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  });

  test("finds all that others wrote in the one node_modules that it copies", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as {
      packages: Record<string, { dev?: boolean }>;
    };
    const places = Object.keys(packages).filter((place) => !packages[place]!.dev);
    expect(places).toContain("node_modules/ws");
    const elsewhere = needed.map((folder) => `packages/${folder}/node_modules/`);
    const missed = places.filter((place) => elsewhere.some((start) => place.startsWith(start)));
    expect(missed).toEqual([]);
  });
});

test("the policy that is there to be copied is one", async () => {
  const path = fileURLToPath(new URL("packages/relay/deploy/policy.json", ROOT));
  const policy = await loadPolicy({}, path);
  expect(() => createRelay(policy)).not.toThrow();
});

describe("the page about operating a relay", () => {
  const page = read(PAGE);

  test("names no option that there isn't, and all that bound memory", () => {
    const named = [...page.matchAll(/`(?:peerkit relay )?--([a-z-]+)/g)].map(([, name]) => name);
    const known = [...Object.keys(RELAY_OPTIONS), ...OTHERS_OPTIONS];
    expect(named.filter((name) => !known.includes(name!))).toEqual([]);
    expect(named).toEqual(expect.arrayContaining(["max-peers", "max-reservations", "max-pipes"]));
  });

  test("shows command lines that the command takes, in the place of the unit's", () => {
    const shown = [...page.matchAll(/```ini\n([\s\S]*?)```/g)].map(([, text]) => text!);
    expect(shown.length).toBeGreaterThan(1);
    for (const text of shown) {
      const lines = text.replace(/\\\n\s*/g, "").split("\n");
      const [emptied, given] = lines.filter((line) => line.startsWith("ExecStart="));
      expect(emptied).toBe("ExecStart=");
      expect(given).toMatch(/^ExecStart=\/usr\/local\/bin\/peerkit relay /);
      understand(given!.split(/\s+/).slice(1));
    }
  });

  test("shows policies that are some", async () => {
    const shown = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text!);
    expect(shown).not.toEqual([]);
    for (const text of shown) expect(() => createRelay(JSON.parse(text))).not.toThrow();
  });
});
