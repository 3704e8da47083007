import {execFileSync} from "node:child_process";
import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";
import {rowsToArrowInPage} from "../../../src/components/kit/rows/row-arrow.js";
import {arqueroSnippet} from "../../../src/components/kit/text/snippet.js";
import {loadData} from "../../../src/data/data-sets.js";
import {withGivenColumns} from "../../../src/lib/experiment/table.js";
import {systolic} from "../../../src/lib/experiments/accel/systolic.js";
import {blockScale} from "../../../src/lib/experiments/formats/block-scale.js";

test.each([blockScale, systolic])(
  "the lines for arquero sum up the downloaded rows of $id",
  async (experiment) => {
    const rows = (await experiment.run({}, {data: await loadData(experiment.needs)})) as readonly Record<
      string,
      unknown
    >[];
    const file = join(mkdtempSync(join(tmpdir(), "arquero-")), "rows.arrow");
    writeFileSync(file, rowsToArrowInPage(withGivenColumns(experiment.columns), rows as never));
    const code = arqueroSnippet(experiment);
    const name = /loadArrow\("([^"]+)"\)/.exec(code)?.[1] ?? "";
    expect(name).toBe(`${experiment.id.replace("/", "-")}.arrow`);
    expect(code.trim().split("\n")).toHaveLength(3);
    const printed = execFileSync(process.execPath, ["--input-type=module", "-"], {
      input: code.replace(name, file),
      encoding: "utf8",
    });
    const group = /groupby\("(\w+)"\)/.exec(code)?.[1] ?? "";
    const groups = new Set(rows.map((row) => row[group]));
    for (const each of groups) {
      const count = rows.filter((row) => row[group] === each).length;
      expect(printed).toMatch(new RegExp(`'${each}'.*│ ${count} +│`));
    }
  },
);
