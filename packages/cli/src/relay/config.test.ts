import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readArgs } from "../args.ts";
import { CommandError, UsageError } from "../errors.ts";
import { RELAY_OPTIONS, readRelayConfig } from "./config.ts";
import { loadPolicy, policyError } from "./policy-file.ts";

const read = (...args: string[]) => readRelayConfig(readArgs("relay", args, RELAY_OPTIONS).values);

describe("readRelayConfig", () => {
  test("listens on loopback and allows nothing, unless told otherwise", () => {
    expect(read()).toMatchObject({
      http: { host: "127.0.0.1", port: 8080 },
      listen: [],
      policy: { allow: undefined, origins: undefined, dangerouslyAllowNetworks: undefined },
      trustedProxies: [],
      drainMs: 5_000,
    });
  });

  test("is open to the local network with --host, at the port that --http names", () => {
    expect(read("--host", "--http", "127.0.0.1:81").http).toEqual({ host: "0.0.0.0", port: 81 });
  });

  test("takes lists by repeating", () => {
    const { policy } = read("--allow", "a", "--allow", "b", "--origin", "https://a.example");
    expect(policy).toMatchObject({ allow: ["a", "b"], origins: ["https://a.example"] });
  });

  test("shares a directory, and says where it is reached", () => {
    const servers = ["nats://10.0.0.1:4222", "tls://10.0.0.2:4222"];
    const [first = "", second = ""] = servers;
    expect(read("--directory", first, "--directory", second).directory).toEqual({
      servers,
      replicas: 1,
    });
    const pipeUrl = "ws://10.0.0.5:8080/p2p";
    const flags = ["--host", "--pipe-url", pipeUrl, "--directory-replicas", "3"];
    const { directory } = read("--directory", first, ...flags);
    expect(directory).toEqual({ servers: [first], replicas: 3, pipeUrl });
  });

  test.each([
    [["--listen", "ws://127.0.0.1:1/"], "--listen takes tcp://"],
    [["--listen", "nonsense"], "--listen: bad address"],
    [["--tls-cert", "a"], "go together"],
    [["--max-pipes", "many"], "--max-pipes takes a whole number"],
    [["--http", "here"], "--http takes host:port"],
    [["--directory", "redis://a:1"], "--directory takes nats://host:port"],
    [["--directory", "nats://a:1", "--host"], "--directory needs --pipe-url"],
    [["--directory", "nats://a:1", "--pipe-url", "tcp://a:1"], "--pipe-url takes ws://"],
    [["--directory", "nats://a:1", "--directory-replicas", "2"], "takes 1, 3 or 5"],
    [["--pipe-url", "ws://a:1/p2p"], "go with --directory"],
  ])("refuses %j in words", (args, words) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(words);
  });
});

describe("the policy's file", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "peerkit-policy-"));
  });
  afterEach(() => rm(dir, { recursive: true }));

  async function load(text: string, flags = {}) {
    const path = join(dir, "policy.json");
    await writeFile(path, text);
    return loadPolicy(flags, path);
  }

  test("is added to the flags", async () => {
    const limits = { perKey: { pipes: 1 } };
    const file = { allow: ["b"], origins: ["https://b.example"], limits };
    expect(await load(JSON.stringify(file), { allow: ["a"] })).toEqual({
      allow: ["a", "b"],
      dangerouslyAllowNetworks: [],
      origins: ["https://b.example"],
      limits,
    });
  });

  test("doesn't keep every page out by being empty", async () => {
    expect((await load("{}")).origins).toBeUndefined();
    expect((await loadPolicy({}, undefined)).origins).toBeUndefined();
  });

  test.each([
    ["{", /is not JSON/],
    ["[]", /expected an object/],
    ['{"allows": []}', /there is no field allows/],
    ['{"allow": "a"}', /expected a list in allow/],
  ])("is refused in words: %s", async (text, words) => {
    await expect(load(text)).rejects.toThrow(CommandError);
    await expect(load(text)).rejects.toThrow(words);
  });

  test("names the file in what a wrong policy throws, and leaves our own mistakes alone", () => {
    expect(policyError(new RangeError("perKey.pipes: no"), "p.json")).toEqual(
      new CommandError("p.json: perKey.pipes: no"),
    );
    const ours = new Error("a bug");
    expect(policyError(ours, "p.json")).toBe(ours);
  });
});
