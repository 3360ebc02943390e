/**
 * The two ways a command can fail on its own account.
 * @module
 */

/** A command line that can't be run: exit code 2. The text says what to do instead. */
export class UsageError extends Error {
  override get name(): string {
    return "UsageError";
  }
}

/** Something stood in the way of a command that was understood: exit code 1. */
export class CommandError extends Error {
  override get name(): string {
    return "CommandError";
  }
}
