/**
 * Colours, numbers and code listings of the page.
 * @module
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { nodeColours, nodeStyle, PROTOCOL_COLOURS, protocolColour } from "../src/colours.ts";
import { formatBytes, formatCode, formatCount, formatMs, plural, shortId } from "../src/format.ts";
import { excerpt, tokens } from "../src/view/excerpt.ts";

const MY_PROTOCOL = new URL("../../packages/cli/src/protocols/my-protocol.ts", import.meta.url);
const TOKENS_CSS = new URL("../src/style/tokens.css", import.meta.url);

describe("protocolColour", () => {
  test("tells the demo's protocols apart and keeps the base protocol grey", () => {
    const names = ["p2p", "MyProtocol", "talk", "draw", "relay", "rooms", "eth"];
    const colours = names.map(protocolColour);
    expect(new Set(colours).size).toBe(names.length);
    expect(colours[0]).toBe("var(--protocol-base)");
  });

  test("names only colours that the stylesheet has, light and dark", () => {
    const css = readFileSync(TOKENS_CSS, "utf8");
    for (let slot = 0; slot < PROTOCOL_COLOURS; slot++) {
      expect(css.split(`--protocol-${slot}:`)).toHaveLength(3);
    }
    for (let i = 0; i < 500; i++) {
      const slot = Number(/--protocol-(\d+)/.exec(protocolColour(`protocol ${i}`))?.[1]);
      expect(slot).toBeLessThan(PROTOCOL_COLOURS);
    }
  });
});

describe("the colours of nodes", () => {
  const ids = Array.from({ length: PROTOCOL_COLOURS }, (_, i) => `${i}`.repeat(64));

  test("are all different, as far as the palette goes, and the same for all who know the nodes", () => {
    const colours = nodeColours(ids);
    expect(new Set(Object.values(colours)).size).toBe(PROTOCOL_COLOURS);
    expect(nodeColours(ids.toReversed())).toEqual(colours);
    expect(Object.keys(nodeColours([...ids, "f".repeat(64)]))).toHaveLength(PROTOCOL_COLOURS + 1);
  });

  test("are used by their strokes, which keep one when the node is gone", () => {
    const [id = ""] = ids;
    const [property = ""] = Object.keys(nodeColours([id]));
    expect(nodeStyle(id)["--p"]).toBe(`var(${property}, ${protocolColour(id)})`);
  });
});

describe("the palette", () => {
  const css = readFileSync(TOKENS_CSS, "utf8");
  const dark = css.indexOf("@media");
  const value = (block: string, name: string): string =>
    new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(block)?.[1] ?? "";
  const slots = Array.from({ length: PROTOCOL_COLOURS }, (_, slot) => `protocol-${slot}`);
  const texts = ["ink", "ink-2", "accent", "warn", "protocol-base", ...slots];
  const grounds = ["ground", "surface", "sunken", "selected"];

  test.each([
    ["light", css.slice(0, dark)],
    ["dark", css.slice(dark)],
  ])("has AA contrast for every text on every ground, %s", (_, block) => {
    for (const text of texts) {
      for (const ground of grounds) {
        const ratio = contrast(value(block, text), value(block, ground));
        expect([text, ground, ratio >= 4.5, ratio]).toEqual([text, ground, true, ratio]);
      }
    }
    expect(contrast(value(block, "accent-ink"), value(block, "accent"))).toBeGreaterThan(4.5);
  });
});

/** The contrast ratio of WCAG 2. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe("numbers", () => {
  test.each([
    [0, "0 ms"],
    [0.421, "0.42 ms"],
    [18.34, "18.3 ms"],
    [432.1, "432 ms"],
    [1_204, "1.20 s"],
  ])("%d ms reads %s", (ms, words) => {
    expect(formatMs(ms)).toBe(words);
  });

  test("bytes, counts, codes and ids", () => {
    expect([87, 4_100, 1_000_000].map(formatBytes)).toEqual(["87 B", "4.1 KB", "1.00 MB"]);
    expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(["0", "999", "1 000", "1 234 567"]);
    expect([plural(1, "frame"), plural(2, "frame")]).toEqual(["1 frame", "2 frames"]);
    expect([formatCode(3), formatCode(0x100)]).toEqual(["0x03", "0x100"]);
    expect(shortId("0123456789abcdef".repeat(4))).toBe("01234567…89abcdef");
  });
});

describe("the listing", () => {
  const source = readFileSync(MY_PROTOCOL, "utf8");

  test("shows the protocol's whole definition and nothing around it", () => {
    const shown = excerpt(source);
    expect(shown).toContain("defineProtocol({");
    expect(shown).toContain('sendItems(rw, TEXT, "bar")');
    expect(shown).not.toContain("import ");
    expect(shown).not.toContain("/**");
    for (const line of shown.split("\n")) expect(source.split("\n")).toContain(line);
  });

  test("loses no character to colouring", () => {
    const joined = tokens(source)
      .map((token) => token.text)
      .join("");
    expect(joined).toBe(source);
  });

  test("colours strings and comments as such", () => {
    const kinds = tokens('const a = "x"; // y').map((token) => `${token.kind}:${token.text}`);
    expect(kinds).toContain('string:"x"');
    expect(kinds).toContain("comment:// y");
    expect(kinds).toContain("keyword:const");
  });
});
