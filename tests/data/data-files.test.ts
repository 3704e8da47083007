import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {DATA_SETS} from "../../src/data/data-sets.js";

test("every data set is a file of the site, or left out of it by name", () => {
  const source = readFileSync("src/components/kit/runs/model-data.ts", "utf8");
  const missing = Object.keys(DATA_SETS).filter((name) => !source.includes(`"${name}"`));
  expect(missing).toEqual([]);
});
