/**
 * One colour per protocol, the same everywhere on the page and at every visit.
 * @module
 */

/** How many colours `style/tokens.css` has for protocols: `--protocol-0` and on. */
export const PROTOCOL_COLOURS = 8;

/** The base protocol's name in trace events. */
export const BASE_PROTOCOL = "p2p";

/** The colour of a protocol as a CSS value, by its name alone; the base protocol is grey. */
export function protocolColour(name: string): string {
  return name === BASE_PROTOCOL ? "var(--protocol-base)" : `var(--protocol-${slot(name)})`;
}

/** An inline style that sets `--p`, the colour that the rules of the page build on. */
export function protocolStyle(name: string): { readonly "--p": string } {
  return { "--p": protocolColour(name) };
}

/**
 * Colours for nodes, no two alike as far as the palette goes, as custom properties for
 * {@link nodeStyle}. Who knows the same ids gives them the same colours.
 */
export function nodeColours(ids: readonly string[]): Record<`--${string}`, string> {
  const taken = new Set<number>();
  const colours: Record<`--${string}`, string> = {};
  for (const id of ids.toSorted()) {
    let free = slot(id);
    while (taken.has(free) && taken.size < PROTOCOL_COLOURS) free = (free + 1) % PROTOCOL_COLOURS;
    taken.add(free);
    colours[propertyOf(id)] = `var(--protocol-${free})`;
  }
  return colours;
}

/** An inline style that sets `--p` to a node’s colour; to one of its own where it has none there. */
export function nodeStyle(id: string): { readonly "--p": string } {
  return { "--p": `var(${propertyOf(id)}, ${protocolColour(id)})` };
}

function propertyOf(id: string): `--${string}` {
  return `--node-${id.slice(0, 16)}`;
}

/** Where the hash begins: there the page's own protocols have a colour each. */
const BASIS = 0x811c9f40;

/** FNV-1a over the name's UTF-16 units, folded to a palette slot. */
function slot(name: string): number {
  let hash = BASIS;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % PROTOCOL_COLOURS;
}
