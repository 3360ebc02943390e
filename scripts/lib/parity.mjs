/**
 * Reads `docs/parity.md`: which of our names it claims to exist.
 * @module
 */

/** @typedef {{ names: readonly string[], commands: readonly string[], empty: readonly string[] }} Claims */

/** A name, or a type's name and one of its members. */
const NAME = /^[A-Za-z]\w*(?:\.\w+)?$/;
const COMMAND = /^peerkit (\w+)$/;

/**
 * The names and the subcommands in the middle columns of all tables, and the rows with an empty cell.
 * @param {string} markdown
 * @returns {Claims}
 */
export function readParity(markdown) {
  const rows = markdown
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| go-ethereum |"))
    .map((line) => line.slice(1, -1).split(/(?<!\\)\|/));
  const claims = rows.flatMap((cells) =>
    [...(cells[1] ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""),
  );
  const commands = claims.flatMap((claim) => COMMAND.exec(claim)?.[1] ?? []);
  const odd = claims.filter((claim) => !NAME.test(claim) && !COMMAND.test(claim));
  if (odd.length > 0) throw new Error(`neither a name nor a command: ${odd.join(", ")}`);
  return {
    names: [...new Set(claims.filter((claim) => NAME.test(claim)))],
    commands: [...new Set(commands)],
    empty: rows
      .filter((cells) => cells.length !== 3 || cells.some((cell) => cell.trim() === ""))
      .map((cells) => cells.join("|")),
  };
}

/**
 * A program that compiles when every name exists in one of the modules: values and types by import,
 * members by their type.
 * @param {readonly string[]} names
 * @param {(name: string) => string | undefined} moduleOf The module that exports a name.
 */
export function programFor(names, moduleOf) {
  const tops = [...new Set(names.map((name) => name.split(".")[0] ?? ""))];
  const imports = tops.map(
    (top) => `import type { ${top} } from "${moduleOf(top) ?? "@peerkit/core"}";`,
  );
  const uses = names.flatMap((name, i) => {
    const [top, member] = name.split(".");
    return member === undefined ? [] : [`export type Name${i} = ${top}["${member}"];`];
  });
  return `${[...imports, ...uses].join("\n")}\n`;
}
