import { describe, expect, test } from "vitest";
import { readArgs } from "../args.ts";
import { UsageError } from "../errors.ts";
import { NODE_OPTIONS, readNodeConfig } from "./config.ts";

const KEY =
  "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" +
  "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

const read = (...args: string[]) => readNodeConfig(readArgs("node", args, NODE_OPTIONS).values);

describe("readNodeConfig", () => {
  test("listens on loopback unless told otherwise", () => {
    expect(read().listen).toEqual(["tcp://127.0.0.1:30303", "ws://127.0.0.1:30304"]);
    expect(read("--host").listen).toEqual(["tcp://0.0.0.0:30303", "ws://0.0.0.0:30304"]);
  });

  test("has a thread for handshakes when it is open to others, unless told otherwise", () => {
    expect(read().handshakeWorkers).toBe(0);
    expect(read("--host").handshakeWorkers).toBe(1);
    expect(read("--host", "--handshake-workers", "0").handshakeWorkers).toBe(0);
    expect(read("--handshake-workers", "4").handshakeWorkers).toBe(4);
  });

  test("serves metrics on loopback, unless a host is given", () => {
    expect(read().metrics).toBe(undefined);
    expect(read("--host", "--metrics", "9100").metrics).toEqual({ host: "127.0.0.1", port: 9100 });
    expect(read("--metrics", "[::]:0").metrics).toEqual({ host: "::", port: 0 });
    expect(() => read("--metrics", "here")).toThrow("--metrics takes host:port or a port");
  });

  test.each(["--key-file", "--data"])("refuses an empty path for %s", (option) => {
    expect(() => read(option, "")).toThrow(`${option} takes a path`);
  });

  test("takes listeners as they are given", () => {
    const given = ["tcp://127.0.0.1:1", "ws://[::1]:2/path"];
    expect(read("--host", "--listen", "tcp://127.0.0.1:1", "--listen=ws://[::1]:2/path")).toEqual(
      expect.objectContaining({ listen: given }),
    );
  });

  test("leaves WebSocket to the HTTP server when there is one", () => {
    expect(read("--http", "127.0.0.1:0").listen).toEqual(["tcp://127.0.0.1:30303"]);
  });

  test.each([
    [["--http", "127.0.0.1:80"], { host: "127.0.0.1", port: 80 }],
    [["--http", ":80"], { host: "127.0.0.1", port: 80 }],
    [["--http", "80"], { host: "127.0.0.1", port: 80 }],
    [["--http", "[::1]:0"], { host: "::1", port: 0 }],
    [["--http", "127.0.0.1:80", "--host"], { host: "0.0.0.0", port: 80 }],
  ])("reads %j", (args, http) => {
    expect(read(...args).http).toEqual(http);
  });

  test("lets one address in often, since many tabs may share it, unless told otherwise", () => {
    expect(read().inboundLimit).toEqual({ attempts: 120 });
    expect(read("--inbound-limit", "1").inboundLimit).toEqual({ attempts: 1 });
    expect(read("--inbound-limit", "off").inboundLimit).toBe(false);
  });

  test("trusts the proxies that it is told", () => {
    expect(read().trustedProxies).toEqual([]);
    const proxies = ["10.0.0.0/8", "127.0.0.1", "::1", "fd00::/8"];
    expect(read(...proxies.flatMap((proxy) => ["--trust-proxy", proxy])).trustedProxies).toEqual(
      proxies,
    );
  });

  test("reads the peers to dial", () => {
    const address = `enode+ws://${KEY}@127.0.0.1:1/p2p`;
    expect(read("--peer", address).peers).toEqual([address]);
  });

  test.each([
    [["--peer", "enode://abc@127.0.0.1:1"], "--peer"],
    [["--peer", `enode://${KEY}`], "--peer"],
    [["--listen", "nonsense"], "--listen"],
    [["--listen", "udp://127.0.0.1:1"], "--listen"],
    [["--http", "127.0.0.1"], "--http"],
    [["--http", "127.0.0.1:65536"], "--http"],
    [["--site", "dist"], "--site needs --http"],
    [["--name", ""], "--name"],
    [["--name", "x".repeat(33)], "--name"],
    [["--max-peers", "none"], "--max-peers"],
    [["--inbound-limit", "0"], "--inbound-limit"],
    [["--inbound-limit", "never"], "--inbound-limit"],
    [["--trust-proxy", "proxy.example"], "--trust-proxy"],
    [["--trust-proxy", "10.0.0.0/33"], "--trust-proxy"],
    [["--trust-proxy", "::1/"], "--trust-proxy"],
    [["--handshake-workers", "65"], "--handshake-workers"],
  ])("refuses %j, naming the option", (args, message) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(message);
  });
});
