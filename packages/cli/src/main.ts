/**
 * The `peerkit` command: finds the subcommand, runs it, and turns errors into words and exit codes.
 * @module
 */

import { P2PError } from "@peerkit/core";
import { seeHelp } from "./args.ts";
import { infoCommand, peersCommand } from "./commands/ask.ts";
import { enodeCommand } from "./commands/enode.ts";
import { enrCommand } from "./commands/enr.ts";
import { keyCommand } from "./commands/key.ts";
import { nodeCommand } from "./commands/node.ts";
import { pingCommand } from "./commands/ping.ts";
import { relayCommand } from "./commands/relay.ts";
import { CommandError, UsageError } from "./errors.ts";
import type { Command, Io } from "./io.ts";
import { processIo } from "./io.ts";
import { VERSION } from "./version.ts";

const HELP = `Usage: peerkit <command> [options]

Commands:
  node            runs a node with the demo protocols: foo/bar and a chat
  relay           runs a relay: pages reach TCP nodes and each other through it
  info, peers     ask a running node what it is, and who its peers are
  ping <address>  shakes hands with a node and says who it is
  key new|show    makes a node key, or shows what a key file holds
  enr [record]    shows what a node record says, or makes one
  enode <address> prints the addresses of a record or an address

Options:
  --help          this text; "peerkit <command> --help" says more
  --version       the version`;

const COMMANDS: Readonly<Record<string, Command>> = {
  node: nodeCommand,
  relay: relayCommand,
  ping: pingCommand,
  key: keyCommand,
  info: infoCommand,
  peers: peersCommand,
  enr: enrCommand,
  enode: enodeCommand,
};

/**
 * Runs a command line (without `node` and the script's name). Resolves with the exit code: 0 for
 * success, 1 for a failure, 2 for a command line that can't be run; `peerkit ping` has its own
 * meanings. Never rejects.
 */
export async function main(args: readonly string[], io: Io = processIo): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === "--help" || name === "-h") return say(io, HELP);
    if (name === "--version" || name === "-v") return say(io, VERSION);
    const command = name === undefined ? undefined : own(COMMANDS, name);
    if (command !== undefined) return await command(rest, io);
    throw new UsageError(
      name === undefined
        ? HELP
        : `there is no ${name.startsWith("-") ? "option" : "command"} ${name}\n${seeHelp("")}`,
    );
  } catch (error) {
    return report(error, io);
  }
}

function say(io: Io, text: string): number {
  io.out(text);
  return 0;
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function report(error: unknown, io: Io): number {
  if (error instanceof UsageError) {
    io.err(error.message.startsWith("Usage") ? error.message : `peerkit: ${error.message}`);
    return 2;
  }
  if (P2PError.is(error)) io.err(`peerkit: ${error.message} (${error.code})`);
  // The system's own errors name what failed; anything else is our mistake, and needs its stack.
  else if (error instanceof CommandError || (error instanceof Error && "syscall" in error)) {
    io.err(`peerkit: ${error.message}`);
  } else io.err(`peerkit: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  return 1;
}
