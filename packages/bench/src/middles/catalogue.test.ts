import { expect, test } from "vitest";
import { LOADERS } from "../contestants/catalogue.ts";
import { titleOf } from "../contestants/titles.ts";
import { ROWS } from "../rows/all.ts";
import { MIDDLE_LOADERS, MIDDLES } from "./catalogue.ts";

test("whoever has something between its sides is a contestant with a title, and that can be loaded", () => {
  for (const [contestant, middle] of Object.entries(MIDDLES)) {
    expect(LOADERS).toHaveProperty(contestant);
    expect(titleOf(contestant)).not.toBe(contestant);
    expect(MIDDLE_LOADERS).toHaveProperty(middle);
  }
});

test("what is between two sides can't be dialed", async () => {
  const relay = await MIDDLE_LOADERS.relay?.();
  await expect(relay?.dial("", () => () => {})).rejects.toThrow(TypeError);
});

test("each aim of a relay's rows is of a contestant that the row measures", () => {
  for (const { name, aims, contestants, metrics } of ROWS.filter((row) =>
    /^relay/.test(row.name),
  )) {
    for (const { contestant, metric, than = contestant } of aims) {
      expect(contestants, name).toEqual(expect.arrayContaining([contestant, than]));
      expect(
        metrics.map(({ key }) => key),
        name,
      ).toContain(metric);
    }
  }
});
