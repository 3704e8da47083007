import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {KEY_CONTESTS, keyRecords, memoryBound} from "../../../src/components/by-hand/site/speed-story.js";
import {SPEED_GROUPS, type SpeedRun, speedMachine} from "../../../src/components/by-hand/site/speed-table.js";

const run: SpeedRun = JSON.parse(readFileSync("bench/results.json", "utf8"));
const page = readFileSync("src/benchmarks.md", "utf8");

describe("the page on speed", () => {
  test("shows every contest of the committed run once, and no section is empty", () => {
    const shown = [...page.matchAll(/speedTable\(run, "(\w+)"\)/g)].map(([, group]) => group);
    expect(shown.toSorted()).toEqual(Object.keys(SPEED_GROUPS).toSorted());
    const sections: RegExp[] = Object.values(SPEED_GROUPS).map(([, names]) => names);
    for (const {name} of run.records) {
      expect(sections.filter((names) => names.test(name)).length, name).toBe(1);
    }
    for (const names of sections)
      expect(
        run.records.some(({name}) => names.test(name)),
        `${names}`,
      ).toBe(true);
  });

  test("has the comparisons that it opens with, and the copy that bounds a product", () => {
    expect(keyRecords(run).map(({ratio}) => Number(ratio) > 0)).toEqual(KEY_CONTESTS.map(() => true));
    expect(memoryBound(run)).toMatch(/ms, \d.* % of the .* ms/);
  });

  test("names the machine by its processor alone, the days and the loads", () => {
    const record = {...run.records[0], date: "2026-03-04", load: 0.5};
    const machine = {cpu: "Some CPU", cores: 4, node: "v20.1.0"};
    expect(speedMachine({...machine, records: [record]})).toBe(
      "Some CPU, 4 cores, Node v20.1.0, on 2026-03-04, at a load average of 0.5 to 0.5",
    );
    const later = {...record, date: "2026-03-01", load: 3.25};
    expect(speedMachine({...machine, records: [record, later]})).toBe(
      "Some CPU, 4 cores, Node v20.1.0, from 2026-03-01 to 2026-03-04, at a load average of 0.5 to 3.3",
    );
  });

  test("says how to measure again with the names that the bench knows", () => {
    const only = [...page.matchAll(/--only (\w+)/g)].map(([, name]) => name);
    expect(only.length).toBeGreaterThan(0);
    for (const name of only) expect(run.records.some((record) => record.name.startsWith(name))).toBe(true);
  });
});
