import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {FINDINGS} from "./findings/all.js";
import {KNOWN} from "./known-numbers.js";
import {numbersIn, type ProseNumber, pages, proseOf} from "./prose.js";

/** Numbers that no known piece of text holds, each with its place. */
function unknownNumbers(page: string, source: string, pieces: readonly string[]): string[] {
  return numbersIn(proseOf(page, source))
    .filter((found) => !pieces.some((piece) => holds(piece, found)))
    .map(({line, number, text}) => `${page}:${line}: ${number} in “${text.trim()}”`);
}

function holds(piece: string, {text, at, number}: ProseNumber): boolean {
  for (let from = text.indexOf(piece); from >= 0; from = text.indexOf(piece, from + 1)) {
    if (from <= at && at + number.length <= from + piece.length) return true;
  }
  return false;
}

describe.each(pages())("numbers in the prose of %s", (page) => {
  const source = readFileSync(page, "utf8");
  const known = KNOWN[page] ?? [];

  test("come from tables, or stand in tests/pages/known-numbers.ts with a reason", () => {
    const pieces = [...known, ...FINDINGS.filter((finding) => finding.page === page)].map(({says}) => says);
    expect(unknownNumbers(page, source, pieces)).toEqual([]);
  });

  test("are still what definitions, models and cells give", () => {
    const text = proseOf(page, source).map((line) => line.text);
    const missing = known.filter(({says}) => !text.some((line) => line.includes(says)));
    expect(missing.map(({says, why}) => `${page} must say “${says}” (${why})`)).toEqual([]);
  });
});

describe("a number that nothing holds", () => {
  test("is found with its line, in digits and in words", () => {
    const source = "---\ntitle: A page\n---\n\n# A page\n\nIt loses 3.7 % in W4A8.\n\nThat is a third.";
    expect(unknownNumbers("a.md", source, [])).toEqual([
      "a.md:7: 3.7 in “It loses 3.7 % in W4A8.”",
      "a.md:9: third in “That is a third.”",
    ]);
    expect(unknownNumbers("a.md", source, ["loses 3.7 %", "a third"])).toEqual([]);
  });

  test("is not one in code, in a cell, in an address or in what a cell puts in", () => {
    const source =
      '```ts\nconst a = 12;\n```\n\nSee [it](page-7), `x = 8`, VALUE tokens.\n\n<p class="cite">arXiv:2503.18893</p>'.replace(
        "VALUE",
        ["$", "{run.tokens * 2}"].join(""),
      );
    expect(unknownNumbers("a.md", source, [])).toEqual([]);
  });
});

test("every list of known numbers is of a page", () => {
  expect(Object.keys(KNOWN).filter((page) => !pages().includes(page))).toEqual([]);
});
