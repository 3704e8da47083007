import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, test} from "vitest";

/** Modules that read Arrow: a page's shipped tables, of its own origin, and kept tables, of the repository. */
const READERS = [
  "src/components/kit/rows/shipped-table.ts",
  "src/data/best-choices.json.ts",
  "src/data/costs.json.ts",
  "src/data/sweep/kept-table.ts",
];

test("no page or command reads an Arrow file of a stranger: its readers believe every count in it", async () => {
  const names = (await readdir("src", {recursive: true})).map((name) => join("src", name));
  const sources = names.filter(
    (name) => /(?<!\.d)\.(ts|md)$/.test(name) && !/\.observablehq|\.cache/.test(name),
  );
  const texts = await Promise.all(sources.map((name) => readFile(name, "utf8")));
  const readers = sources.filter((_, n) => /\b(tableFromIPC|rowsFromArrow)\b/.test(texts[n]));
  expect(readers.sort()).toEqual([...READERS, "src/lib/io/arrow.ts"].sort());
  const inputs = texts.flatMap((text) => Array.from(text.matchAll(/type="file"[^>]*>/g), ([found]) => found));
  expect(inputs.length).toBeGreaterThan(0);
  for (const input of inputs) expect(input).not.toContain("arrow");
});
