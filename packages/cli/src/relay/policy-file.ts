/**
 * A relay's policy in a file: JSON with the fields of `RelayPolicy`, read again on SIGHUP.
 * @module
 */

import { readFile } from "node:fs/promises";
import { P2PError } from "@peerkit/core";
import type { RelayPolicy } from "@peerkit/relay/server";
import { CommandError } from "../errors.ts";

const FIELDS: readonly (keyof RelayPolicy)[] = [
  "allow",
  "dangerouslyAllowNetworks",
  "origins",
  "limits",
];

/**
 * The policy of the flags and of the file together; lists are joined. Rejects with CommandError for a
 * file that can't be read or has something else in it.
 */
export async function loadPolicy(
  flags: RelayPolicy,
  path: string | undefined,
): Promise<RelayPolicy> {
  const file = path === undefined ? {} : await readPolicy(path);
  return {
    allow: [...(flags.allow ?? []), ...(file.allow ?? [])],
    dangerouslyAllowNetworks: [
      ...(flags.dangerouslyAllowNetworks ?? []),
      ...(file.dangerouslyAllowNetworks ?? []),
    ],
    // Without a list there is none: an empty one would keep every page out.
    origins:
      flags.origins || file.origins
        ? [...(flags.origins ?? []), ...(file.origins ?? [])]
        : undefined,
    limits: file.limits,
  };
}

/** What applying a policy threw, as what a user has to change. */
export function policyError(error: unknown, path: string | undefined): unknown {
  const isInput = error instanceof RangeError || error instanceof TypeError || P2PError.is(error);
  if (!isInput) return error;
  return new CommandError(`${path ?? "the policy"}: ${error.message}`);
}

async function readPolicy(path: string): Promise<RelayPolicy> {
  const text = await readFile(path, "utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CommandError(
      `${path} is not JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new CommandError(`${path}: expected an object with ${FIELDS.join(", ")}`);
  }
  for (const [name, field] of Object.entries(value)) {
    if (!FIELDS.some((each) => each === name)) {
      throw new CommandError(`${path}: there is no field ${name}, only ${FIELDS.join(", ")}`);
    }
    if (name !== "limits" && !Array.isArray(field)) {
      throw new CommandError(`${path}: expected a list in ${name}`);
    }
  }
  return value;
}
