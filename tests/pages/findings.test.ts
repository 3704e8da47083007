import {describe, expect, test} from "vitest";
import {grouped} from "../../src/components/plots/series.js";
import {FINDINGS} from "./findings/all.js";
import {pages, proseOf} from "./prose.js";

const byPage = grouped(FINDINGS, ({page}) => page);

describe.each([...byPage])("results that %s states", (page, findings) => {
  const text = proseOf(page)
    .map((line) => line.text)
    .join("\n")
    .replace(/\s+/g, " ");

  test.each(findings.map(({says, holds}) => ({says, holds})))("“$says”", ({says, holds}) => {
    expect(text, `${page} must say this`).toContain(says);
    holds();
  });
});

test("are of pages that exist", () => {
  expect([...byPage.keys()].filter((page) => !pages().includes(page))).toEqual([]);
});
