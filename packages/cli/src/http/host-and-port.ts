/**
 * Where an HTTP server listens, as a command line says it.
 * @module
 */

import { readNumber } from "../args.ts";
import { UsageError } from "../errors.ts";

/** Where an HTTP server listens. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** Reads where an HTTP server listens; a port alone is on `host`, and so is all with `everywhere`. */
export function readHttp(
  text: string | undefined,
  option: string,
  host: string,
  everywhere: boolean,
): HostAndPort | undefined {
  if (text === undefined) return undefined;
  const match = /^(?:(.*):)?(\d{1,5})$/.exec(text);
  if (match === null) throw new UsageError(`${option} takes host:port or a port, got "${text}"`);
  const port = readNumber(match[2] ?? "", `${option}'s port`, 0, 65_535);
  const named = match[1]?.replace(/^\[|\]$/g, "");
  return { host: named === undefined || named === "" || everywhere ? host : named, port };
}
