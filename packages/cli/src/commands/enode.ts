/**
 * `peerkit enode`: the addresses of a node, from a record or from an address.
 * @module
 */

import type { NodeAddress } from "@peerkit/core";
import { bytesToHex, formatNodeAddress, nodeId, parseNodeAddresses } from "@peerkit/core";
import { readArgs, readWith, seeHelp } from "../args.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";

const HELP = `Usage: peerkit enode <address> [--json]

Reads an address, enode://..., enode+ws://... or a record enr:..., and prints each address that
can be dialed, one a line. Of a record these are TCP, wss and ws, in this order.

Options:
  --json  prints one line of JSON, with each address in its parts
  --help  this text

Exit codes: 0; 2 it is no address, or the command line is wrong.`;

const OPTIONS = {
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Runs `peerkit enode`. Exit codes: see its help. */
export async function enodeCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs("enode", args, OPTIONS, 1);
  if (values.help) {
    io.out(HELP);
    return 0;
  }
  const [text] = positionals;
  if (text === undefined) throw new UsageError(`enode takes an address\n${seeHelp("enode")}`);
  const addresses = readWith(parseNodeAddresses, text);
  if (values.json) io.out(JSON.stringify(addressesAsJson(addresses)));
  else for (const address of addresses) io.out(formatNodeAddress(address));
  return 0;
}

function addressesAsJson(addresses: readonly [NodeAddress, ...NodeAddress[]]): object {
  const [{ publicKey }] = addresses;
  return {
    id: nodeId(publicKey),
    publicKey: bytesToHex(publicKey),
    addresses: addresses.map(({ publicKey: _key, enr: _enr, ...parts }, i) => ({
      address: formatNodeAddress(addresses[i] ?? addresses[0]),
      ...parts,
    })),
  };
}
