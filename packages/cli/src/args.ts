/**
 * Reads command lines, and says in words what is wrong with one.
 * @module
 */

import { isIPv4, isIPv6 } from "node:net";
import type { ParseArgsConfig } from "node:util";
import { parseArgs } from "node:util";
import { P2PError } from "@peerkit/core";
import { UsageError } from "./errors.ts";

/** The options of a command, as `node:util` has them. */
export type OptionSpecs = NonNullable<ParseArgsConfig["options"]>;

/** What a command line holds. */
export type Parsed<T extends OptionSpecs> = ReturnType<
  typeof parseArgs<{ options: T; allowPositionals: true; strict: true }>
>;

/**
 * Reads `args`; `command` is named in errors, such as `node` in "peerkit node --help". Throws
 * {@link UsageError} for an unknown option, a missing value, or more than `positionals` words.
 */
export function readArgs<const T extends OptionSpecs>(
  command: string,
  args: readonly string[],
  options: T,
  positionals = 0,
): Parsed<T> {
  let parsed: Parsed<T>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`${describe(error, args)}\n${seeHelp(command)}`);
  }
  const extra = parsed.positionals[positionals];
  if (extra !== undefined) {
    throw new UsageError(`unexpected argument "${extra}"\n${seeHelp(command)}`);
  }
  return parsed;
}

/** Reads a whole number from `min` to `max`; `option` is named in the {@link UsageError}. */
export function readNumber(text: string, option: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${option} takes a whole number from ${min} to ${max}, got "${text}"`);
  }
  return value;
}

/**
 * Reads what the core can read, such as an address. What is wrong with it is a {@link UsageError}, which
 * names `option` if there is one.
 */
export function readWith<T>(read: (text: string) => T, text: string, option?: string): T {
  try {
    return read(text);
  } catch (error) {
    if (!P2PError.is(error)) throw error;
    throw new UsageError(option === undefined ? error.message : `${option}: ${error.message}`);
  }
}

/** Checks IP addresses and networks like `10.0.0.0/8`; `option` is named in the {@link UsageError}. */
export function readNetworks(texts: readonly string[] = [], option: string): readonly string[] {
  for (const text of texts) {
    const [host = "", bits] = text.split("/");
    const most = isIPv4(host) ? 32 : isIPv6(host) ? 128 : -1;
    if (bits === undefined ? most > 0 : /^\d{1,3}$/.test(bits) && Number(bits) <= most) continue;
    throw new UsageError(
      `${option} takes an IP address or a network like 10.0.0.0/8, got "${text}"`,
    );
  }
  return texts;
}

/** The line that sends to the help of `command`, or with "" to that of `peerkit` itself. */
export function seeHelp(command: string): string {
  return `"peerkit ${command === "" ? "" : `${command} `}--help" lists what it takes`;
}

function describe(error: TypeError & { readonly code?: string }, args: readonly string[]): string {
  // Node's own sentences name the option in quotes first; its code says which kind it is.
  const option = /'(-[^' <]*)/.exec(error.message)?.[1];
  if (option === undefined) return error.message;
  if (error.code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") return `there is no option ${option}`;
  if (error.code !== "ERR_PARSE_ARGS_INVALID_OPTION_VALUE") return error.message;
  const long = /--[\w-]+/.exec(error.message)?.[0] ?? option;
  const withValue = args.some((arg) => arg.startsWith(`${long}=`));
  return withValue ? `${long} takes no value` : `${long} needs a value`;
}
