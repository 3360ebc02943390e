/**
 * Tables of options in Markdown, made from the interfaces that declare them: what is documented is
 * what the types say.
 * @module
 */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseSync } from "oxc-parser";

/**
 * One member of an interface.
 * @typedef {object} Option
 * @property {string} name
 * @property {string} type Without `readonly` and `| undefined`.
 * @property {string} fallback What holds when it is left out.
 * @property {string} text The docstring, on one line.
 */

const TABLE = /<!-- options (\w+) from (\S+) -->\n\n(?:\|.*\n)*/g;

/**
 * The text with every table of options as its interface has it now.
 * @param {string} markdown
 * @param {string} root the folder that the paths are in
 * @returns {string}
 */
export function withOptions(markdown, root) {
  return markdown.replace(TABLE, (_, name, path) => {
    const options = readOptions(name, path, (file) => readFileSync(resolve(root, file), "utf8"));
    return `<!-- options ${name} from ${path} -->\n\n${formatOptions(options)}`;
  });
}

/**
 * The members of an exported interface, in its order, then those of the interfaces that it extends.
 * @param {string} name
 * @param {string} path
 * @param {(path: string) => string} read
 * @returns {Option[]}
 */
export function readOptions(name, path, read) {
  const source = read(path);
  const { program, comments, errors } = parseSync(path, source);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const declared = program.body
    .map((statement) => ("declaration" in statement ? statement.declaration : undefined))
    .find((node) => node?.type === "TSInterfaceDeclaration" && node.id.name === name);
  if (declared?.type !== "TSInterfaceDeclaration") {
    throw new Error(`${path} exports no interface ${name}`);
  }
  const inherited = declared.extends.flatMap(({ expression }) => {
    const base = source.slice(expression.start, expression.end);
    return readOptions(base, fileOf(base, path, program.body), read);
  });
  const own = declared.body.body.map((member) => {
    if (member.type !== "TSPropertySignature" || member.key.type !== "Identifier") {
      throw new Error(`${path}: ${name} has a member that is no option`);
    }
    const { name: option } = member.key;
    const comment = comments.findLast(
      ({ start, end }) => end <= member.start && start >= declared.start,
    );
    const between = source.slice(comment?.end, member.start);
    if (!comment?.value.startsWith("*") || between.trim() !== "") {
      throw new Error(`${path}: ${name}.${option} has no docstring`);
    }
    const { text, fallback } = readDocstring(comment.value);
    if (text === "") throw new Error(`${path}: the docstring of ${name}.${option} says nothing`);
    const annotation = member.typeAnnotation?.typeAnnotation;
    return {
      name: option,
      type: tidyType(annotation ? source.slice(annotation.start, annotation.end) : "unknown"),
      fallback: fallback ?? (member.optional ? "none" : "required"),
      text,
    };
  });
  return [...own, ...inherited];
}

/**
 * The file that a name is imported from.
 * @param {string} name
 * @param {string} path of the file that imports it
 * @param {readonly import("oxc-parser").Statement[]} body
 */
function fileOf(name, path, body) {
  const from = body.find(
    (node) =>
      node.type === "ImportDeclaration" && node.specifiers.some(({ local }) => local.name === name),
  );
  if (from?.type !== "ImportDeclaration") throw new Error(`${path}: ${name} isn't imported`);
  return join(dirname(path), from.source.value);
}

/**
 * Markdown, with a line feed at the end.
 * @param {readonly Option[]} options
 */
function formatOptions(options) {
  const rows = options.map(({ name, type, fallback, text }) => [
    `\`${name}\``,
    `\`${type}\``,
    fallback,
    text,
  ]);
  return [["option", "type", "default", "what it is"], ["---", "---", "---", "---"], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`)
    .join("");
}

/** @param {string} comment A docstring without its outermost slashes and stars. */
function readDocstring(comment) {
  const line = comment
    .replace(/^\s*\* ?/gm, "")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .replace(/\s+/g, " ")
    .trim();
  const [text = "", fallback] = line.split(/\s*@default\s+/);
  return { text, fallback: fallback?.replace(/(?<=\d)_(?=\d)/g, ",") };
}

/** @param {string} type */
function tidyType(type) {
  return type
    .replace(/\s+/g, " ")
    .replace(/ \| undefined$/, "")
    .replace(/^readonly /, "")
    .replace(/^\((.*=> \w+)\)$/, "$1");
}
