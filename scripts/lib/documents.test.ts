/**
 * READMEs say what the sources say; `npm run docs` brings them up to date.
 * @module
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DOCUMENTS, upToDate } from "./documents.mjs";
import { readOptions, withOptions } from "./options.mjs";

const root = new URL("../..", import.meta.url).pathname;
const read = (path: string): string => readFileSync(`${root}/${path}`, "utf8");

test.each(DOCUMENTS)("%s is as its sources are (npm run docs)", (path) => {
  expect(read(path)).toBe(upToDate(read(path), root));
});

test.each([
  [
    "packages/core/README.md",
    ["ServerOptions", "InboundLimit", "IdentityOptions", "NodeDatabaseOptions"],
  ],
  ["packages/tcp/README.md", ["TcpOptions"]],
  ["packages/ws/README.md", ["WebSocketOptions"]],
  [
    "packages/relay/README.md",
    ["RoomOptions", "RelayTransportOptions", "RelaySettings", "RelayPolicy"],
  ],
  ["packages/relay-nats/README.md", ["NatsDirectoryOptions", "NatsAccess", "NatsTls"]],
  ["packages/cli/README.md", ["ChatHubOptions", "ChatClientOptions"]],
])("%s has the tables of %j", (path, names) => {
  for (const name of names) expect(read(path)).toContain(`<!-- options ${name} from `);
});

test("packages/cli/README.md has a row for each option of peerkit node", () => {
  const [, table = ""] =
    /NODE_OPTIONS = \{([\s\S]*?)\n\}/.exec(read("packages/cli/src/node/config.ts")) ?? [];
  const flags = [...table.matchAll(/^ {2}"?([a-z-]+)"?: \{/gm)].map(([, flag]) => flag);
  expect(flags.length).toBeGreaterThan(10);
  for (const flag of flags.filter((each) => each !== "help")) {
    expect(read("packages/cli/README.md")).toMatch(new RegExp(`^\\| \`--${flag}[ \`]`, "m"));
  }
});

describe("a table of options", () => {
  const source = `
    /** Of something. */
    export interface Options {
      /** Peers at once. @default 50 */
      readonly maxPeers?: number | undefined;
      /**
       * Takes what {@link send} gives,
       * in ms.
       * @default one of
       *   our own
       */
      readonly take?: ((what: string) => void) | undefined;
      /** Modes. */
      readonly modes: readonly ("a" | "b")[];
      /** Whether. */
      readonly whether?: boolean;
    }
    interface Hidden { a: 1 }
    export interface More extends Options { /** B. */ b: 1 }
    export interface Bare { a: 1; /** A. */ b: 2 }
    export interface Mute { /** @default 1 */ a?: 1 }
    export interface Method { /** A. */ a(): void }
  `;

  test("has names, types, defaults and texts", () => {
    expect(readOptions("Options", "x.ts", () => source)).toEqual([
      { name: "maxPeers", type: "number", fallback: "50", text: "Peers at once." },
      {
        name: "take",
        type: "(what: string) => void",
        fallback: "one of our own",
        text: "Takes what `send` gives, in ms.",
      },
      { name: "modes", type: '("a" | "b")[]', fallback: "required", text: "Modes." },
      { name: "whether", type: "boolean", fallback: "none", text: "Whether." },
    ]);
  });

  test("has what it extends after its own, from the file that it is imported from", () => {
    const files: Record<string, string> = {
      "a/x.ts": `import type { Base } from "./more/base.ts";
        export interface All extends Base { /** Own. */ own: 1 }`,
      "a/more/base.ts": "export interface Base { /** Shared. */ shared: 2 }",
    };
    const options = readOptions("All", "a/x.ts", (path) => files[path] ?? "");
    expect(options.map(({ name }) => name)).toEqual(["own", "shared"]);
  });

  test.each([
    ["Hidden", "x.ts exports no interface Hidden"],
    ["Nothing", "x.ts exports no interface Nothing"],
    ["More", "x.ts: Options isn't imported"],
    ["Bare", "x.ts: Bare.a has no docstring"],
    ["Mute", "x.ts: the docstring of Mute.a says nothing"],
    ["Method", "x.ts: Method has a member that is no option"],
  ])("can't be made of %s", (name, message) => {
    expect(() => readOptions(name, "x.ts", () => source)).toThrow(message);
  });

  test("replaces the one before it, and touches nothing around it", () => {
    const marker = "<!-- options TcpOptions from packages/tcp/src/tcp.ts -->";
    const text = (table: string) => `before\n\n${marker}\n\n${table}\nafter\n`;
    const made = withOptions(text("| stale |\n| --- |\n"), root);
    expect(made).toContain("\n| `backlog` | `number` | 511 | ");
    expect(made).not.toContain("stale");
    expect(made.startsWith(`before\n\n${marker}\n\n| option |`)).toBe(true);
    expect(made.endsWith("|\n\nafter\n")).toBe(true);
    expect(withOptions(made, root)).toBe(made);
    expect(withOptions(text(""), root)).toBe(made);
  });

  test("escapes what would end a cell", () => {
    const marker = "<!-- options ServerOptions from packages/core/src/server/options.ts -->\n\n";
    const rows = withOptions(marker, root).trim().split("\n").slice(2);
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(6);
  });
});
