/**
 * `peerkit enr` and `peerkit enode`, run in this process.
 * @module
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { bytesToHex, formatRecord, publicKeyOf, signRecord } from "@peerkit/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createKeyFile } from "../key-file.ts";
import { main } from "../main.ts";

// The example of EIP-778.
const ENR =
  "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wB" +
  "gmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";
const ID = "a448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7";

let dir: string;
let keyFile: string;
let key: Uint8Array;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "peerkit-enr-"));
  keyFile = join(dir, "node.key");
  key = await createKeyFile(keyFile);
});
afterEach(() => rm(dir, { recursive: true }));

async function peerkit(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    stdin: new PassThrough(),
    onStop() {},
    onReload() {},
    exit() {},
  });
  return { code, out, err: err.join("\n") };
}

const enode = () => `enode://${bytesToHex(publicKeyOf(key))}`;

describe("peerkit enr", () => {
  test("shows what a record says", async () => {
    const { code, out } = await peerkit("enr", ENR);
    expect(code).toBe(0);
    expect(out).toEqual([
      `enr         ${ENR}`,
      `id          ${ID}`,
      "seq         1",
      "size        134 of 300 bytes",
      "  id        v4",
      "  ip        127.0.0.1",
      "  secp256k1 03ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd3138",
      "  udp       30303",
    ]);
    const json = JSON.parse((await peerkit("enr", ENR, "--json")).out[0] ?? "");
    expect(json).toMatchObject({
      ...{ enr: ENR, id: ID, seq: "1", addresses: [], endpoint: { ip: "127.0.0.1", udp: 30303 } },
      entries: { id: "v4", ip: "127.0.0.1", udp: 30303 },
    });
  });

  test("makes a record that it reads", async () => {
    const options = ["--ip", "192.0.2.1", "--ip6=2001:db8::1", "--tcp=1", "--udp=1"];
    const urls = ["--ws=ws://[::1]:8545/", "--wss", "wss://relay.example/p2p"];
    const made = await peerkit("enr", "--key-file", keyFile, ...options, ...urls, "--json");
    const json = JSON.parse(made.out[0] ?? "");
    expect(json.entries).toMatchObject({
      ip: "192.0.2.1",
      ip6: "2001:db8::1",
      tcp: 1,
      ws: "ws://[::1]:8545/",
      wss: "wss://relay.example:443/p2p",
    });
    expect(JSON.parse((await peerkit("enr", json.enr, "--json")).out[0] ?? "")).toEqual(json);
    const tail = enode().slice("enode".length);
    const addresses = [
      `${enode()}@192.0.2.1:1`,
      `enode+wss${tail}@relay.example:443/p2p`,
      `enode+ws${tail}@[::1]:8545`,
    ];
    expect(json.addresses).toEqual(addresses);
    expect((await peerkit("enode", json.enr)).out).toEqual(addresses);
  });

  test("shows what it doesn't know as it is, without control characters", async () => {
    const entries = [
      { key: "tcp", value: [1] },
      { key: "\u001b[31m", value: "x" },
    ];
    const { out } = await peerkit("enr", formatRecord(signRecord({ seq: 1n, entries }, key)));
    expect(out).toContain("  tcp       c101 (RLP, not known here)");
    expect(out.join("")).not.toContain("\u001b");
  });

  test.each([
    [["enr"], "takes a record, or --key-file"],
    [["enr", ENR, "--key-file", "x"], "takes a record, or --key-file"],
    [["enr", `${ENR}A`], "bad node record"],
    [["enr", "enode://x"], "expected enr: at the start"],
    [["enode"], "enode takes an address"],
    [["enode", ENR.slice(0, -4)], "bad node record"],
    [["enode", "enode://x"], "the public key must be 128 hex digits"],
  ])("refuses %j", async (args, words) => {
    const { code, out, err } = await peerkit(...args);
    expect([code, out]).toEqual([2, []]);
    expect(err).toContain(words);
  });

  test.each([
    ["--ip", "here", "ip: expected an IP address"],
    ["--tcp", "0", "--tcp takes a whole number from 1"],
    ["--ws", "wss://h", "--ws takes ws://host:port/path"],
    ["--wss", "wss://h?x", "--wss takes wss://host:port/path"],
    ["--ws", `ws://h/${"a".repeat(250)}`, "at most 300 fit"],
  ])("refuses %s %s", async (option, value, words) => {
    const { code, err } = await peerkit("enr", "--key-file", keyFile, option, value);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });
});

describe("peerkit enode", () => {
  test("prints an address in its one form, or its parts", async () => {
    const text = `${enode().toUpperCase().replace("ENODE", "enode")}@127.0.0.1:1?discport=1`;
    expect((await peerkit("enode", text)).out).toEqual([`${enode()}@127.0.0.1:1`]);
    const json = JSON.parse((await peerkit("enode", text, "--json")).out[0] ?? "");
    expect(json.addresses).toEqual([
      { address: `${enode()}@127.0.0.1:1`, scheme: "tcp", host: "127.0.0.1", port: 1 },
    ]);
    expect((await peerkit("enode", ENR)).out).toEqual([
      expect.stringMatching(/^enode:\/\/\w{128}$/),
    ]);
  });
});
