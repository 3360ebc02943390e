import { expect, test } from "vitest";
import { openLog } from "./log.ts";

const AT = new Date("2026-01-02T03:04:05.006Z");

function lines(json: boolean, ...event: Parameters<ReturnType<typeof openLog>>): string[] {
  const out: string[] = [];
  const io = { out: (line: string) => void out.push(line) } as Parameters<typeof openLog>[0];
  openLog(io, json, () => AT)(...event);
  return out;
}

test("prints one line of JSON for an event, with the time", () => {
  const [line, more] = lines(true, { type: "said", text: "a\nb" }, "for", "people");
  expect(JSON.parse(line!)).toEqual({ time: AT.toISOString(), type: "said", text: "a\nb" });
  expect(more).toBeUndefined();
});

test("prints lines for people, with what a peer sent unable to move the cursor or the lines", () => {
  const printed = lines(false, { type: "said" }, "one", "eve: \u001b[2Jhi\nbob: \u202efake");
  expect(printed.map((line) => line.slice(8))).toEqual(["  one", "  eve: [2Jhi bob: fake"]);
});
