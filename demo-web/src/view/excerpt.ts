/**
 * Cuts the part out of a source file that is worth showing, and colours it.
 * @module
 */

/** A piece of code of one kind. */
export interface Token {
  readonly kind: "plain" | "keyword" | "string" | "comment" | "number";
  readonly text: string;
}

const TOKEN =
  /(\/\/.*|\/\*[\s\S]*?\*\/)|("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)|\b(import|export|from|const|let|async|await|for|of|if|else|try|catch|return|function|new|throw|type|interface|readonly)\b|\b(\d[\d_.]*|0x[\da-f]+)\b/g;

/** A source without its imports and doc comments, up to the end of its first function. */
export function excerpt(source: string): string {
  const bare = source
    .replace(/^[ \t]*\/\*\*[\s\S]*?\*\/\n/gm, "")
    .replace(/^import [\s\S]*?;\n/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  const end = bare.indexOf("\n}\n");
  return end < 0 ? bare : bare.slice(0, end + 2);
}

/** Splits TypeScript into pieces for colouring; their texts joined give `source` again. */
export function tokens(source: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  for (const match of source.matchAll(TOKEN)) {
    if (match.index > at) found.push({ kind: "plain", text: source.slice(at, match.index) });
    found.push({ kind: kindOf(match), text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < source.length) found.push({ kind: "plain", text: source.slice(at) });
  return found;
}

function kindOf(match: RegExpMatchArray): Token["kind"] {
  if (match[1] !== undefined) return "comment";
  if (match[2] !== undefined) return "string";
  return match[3] !== undefined ? "keyword" : "number";
}
