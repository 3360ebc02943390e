/**
 * `peerkit key`: makes a node key, or shows what a key file holds.
 * @module
 */

import { bytesToHex, generatePrivateKey, nodeId, publicKeyOf } from "@peerkit/core";
import { readArgs, seeHelp } from "../args.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { createKeyFile, readKeyFile } from "../key-file.ts";

const HELP = `Usage: peerkit key new [--key-file <path>] [--private] [--json]
       peerkit key show --key-file <path> [--private] [--json]

Makes a node key, or shows what a key file holds: the node's id, its public key, and its
address without a host. A key file has 64 hex digits and is readable by its owner only.

Options:
  --key-file <path>  where the key is kept; "new" never overwrites a file
  --private          prints the private key too
  --json             prints one line of JSON
  --help             this text`;

const OPTIONS = {
  "key-file": { type: "string" },
  private: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Runs `peerkit key`. Exit codes: 0, 1 for a file that can't be used, 2 for bad usage. */
export async function keyCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs("key", args, OPTIONS, 1);
  if (values.help) {
    io.out(HELP);
    return 0;
  }
  const action = positionals[0];
  const file = values["key-file"];
  let key: Uint8Array;
  if (action === "new") key = await newKey(file, values.private ?? false);
  else if (action === "show") key = await showKey(file);
  else throw new UsageError(`key takes "new" or "show"\n${seeHelp("key")}`);
  print(key, values.private ?? false, values.json ?? false, io);
  return 0;
}

async function newKey(file: string | undefined, printed: boolean): Promise<Uint8Array> {
  if (file === undefined) {
    if (printed) return generatePrivateKey();
    throw new UsageError(
      "a new key needs a place: --key-file <path> keeps it, --private prints it",
    );
  }
  return createKeyFile(file);
}

async function showKey(file: string | undefined): Promise<Uint8Array> {
  if (file === undefined) throw new UsageError("key show needs --key-file <path>");
  return readKeyFile(file);
}

function print(key: Uint8Array, withPrivate: boolean, json: boolean, io: Io): void {
  const publicKey = publicKeyOf(key);
  const shown = {
    id: nodeId(publicKey),
    publicKey: bytesToHex(publicKey),
    enode: `enode://${bytesToHex(publicKey)}`,
    ...(withPrivate ? { privateKey: bytesToHex(key) } : {}),
  };
  if (json) {
    io.out(JSON.stringify(shown));
    return;
  }
  io.out(`id           ${shown.id}`);
  io.out(`public key   ${shown.publicKey}`);
  io.out(`enode        ${shown.enode}`);
  if (withPrivate) io.out(`private key  ${bytesToHex(key)}`);
}
