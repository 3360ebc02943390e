import { describe, expect, test } from "vitest";
import { readArgs, readNumber } from "./args.ts";
import { UsageError } from "./errors.ts";

const OPTIONS = { name: { type: "string" }, json: { type: "boolean" } } as const;

describe("readArgs", () => {
  test("reads options and words", () => {
    const { values, positionals } = readArgs("ping", ["--json", "a", "--name=b"], OPTIONS, 1);
    expect(values).toEqual({ json: true, name: "b" });
    expect(positionals).toEqual(["a"]);
  });

  test.each([
    [["--bogus"], "there is no option --bogus"],
    [["-x"], "there is no option -x"],
    [["--name"], "--name needs a value"],
    [["--name", "--json"], "--name needs a value"],
    [["--json=1"], "--json takes no value"],
    [["a", "b"], 'unexpected argument "b"'],
  ])("says what is wrong with %j and where to look", (args, message) => {
    const read = () => readArgs("ping", args, OPTIONS, 1);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
    expect(read).toThrow('"peerkit ping --help"');
  });
});

describe("readNumber", () => {
  test("takes both ends of its range", () => {
    expect(readNumber("1", "--n", 1, 5)).toBe(1);
    expect(readNumber("5", "--n", 1, 5)).toBe(5);
  });

  test.each(["0", "6", "", "1.5", "1e0", "-1", " 2", "two"])("refuses %j", (text) => {
    expect(() => readNumber(text, "--n", 1, 5)).toThrow(UsageError);
  });
});
