import {existsSync, readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {ratioOf} from "../../bench/harness/record.js";
import {
  markdown,
  merged,
  number,
  type Run,
  sentence,
  textTable,
  withResults,
} from "../../bench/harness/report.js";

const record = {
  name: "thing",
  title: "a thing, 4 x 4",
  ours: 2,
  peer: 30,
  peerName: "other",
  ratio: 15,
  unit: "ms",
  oursQuartiles: [1, 3],
  peerQuartiles: [30, 30],
  samples: 21,
  peerSamples: 21,
  date: "2026-01-02",
  load: 0.5,
} as const;

const run: Run = {
  cpu: "Some CPU",
  cores: 2,
  memoryGB: 8,
  system: "linux x64",
  node: "v20.0.0",
  peers: {other: "1.2.3"},
  records: [
    record,
    {...record, peer: 10, peerName: "target", load: 1.5},
    {...record, peer: null, peerName: null, ratio: null},
  ],
};

describe("number", () => {
  test("shows three significant digits, and all before the point", () => {
    expect([0.01234, 1.234, 12.34, 123.4, 1234567].map(number)).toEqual([
      "0.0123",
      "1.23",
      "12.3",
      "123",
      "1,234,567",
    ]);
    expect(number(0)).toBe("0");
    expect(number(null)).toBe("–");
  });
});

describe("the tables", () => {
  test("align for a terminal", () => {
    const lines = textTable(run.records).split("\n");
    expect(lines.length).toBe(4);
    expect(new Set(lines.map((line) => line.indexOf("ms"))).size).toBe(2);
    expect(lines[3]).toContain("none here");
  });

  test("tell a target from a measured peer", () => {
    expect(markdown(run)).toContain("| a thing, 4 x 4 | 2.00 | 10.0 | ms | *target, not measured* | 15.0 |");
  });

  test("come with the machine, the date, the versions, and whether the machine was shared", () => {
    expect(sentence(run)).toBe(
      "Measured on 2026-01-02: Some CPU, 2 cores, 8 GB, linux x64, Node v20.0.0; " +
        "load average 0.5 to 1.5. Peers: other 1.2.3.",
    );
    const later = {...run, records: [record, {...record, load: 2.5, date: "2026-01-04"}]};
    expect(sentence(later)).toContain("Measured on 2026-01-02 to 2026-01-04: ");
    expect(sentence(later)).toContain("load average 0.5 to 2.5. The machine was shared with other work.");
    expect(sentence({...run, records: [record]})).toContain("load average 0.5. Peers");
  });
});

describe("merged", () => {
  const named = (name: string, ours: number) => ({...record, name, ours});

  test("replaces the records of the contests that ran again, adds new ones, and keeps the order of the contests", () => {
    const old = {...run, records: [named("a", 1), named("b", 1), named("b", 2), named("gone", 1)]};
    const later = {...run, records: [named("b", 3), named("new", 3)]};
    const {records} = merged(old, later, ["new", "a", "b"]);
    expect(records.map(({name, ours}) => [name, ours])).toEqual([
      ["new", 3],
      ["a", 1],
      ["b", 3],
    ]);
  });

  test("refuses to mix two machines", () => {
    expect(() => merged(run, {...run, cpu: "Other"}, [])).toThrow(
      new RangeError("merged: cpu must be Some CPU, as in the committed run, got Other; save a whole run"),
    );
  });
});

describe("withResults", () => {
  const page =
    "# Title\n\n<!-- results: written by `npm run bench -- --save` -->\nold\n<!-- end of results -->\n\nafter\n";

  test("replaces what is between the marks and nothing else", () => {
    const written = withResults(page, run);
    expect(written).not.toContain("old");
    expect(written.startsWith("# Title\n")).toBe(true);
    expect(written.endsWith("\n\nafter\n")).toBe(true);
    expect(withResults(written, run)).toBe(written);
  });

  test("refuses a page without the marks", () => {
    expect(() => withResults("# Title\n", run)).toThrow("withResults: page must hold the lines");
  });
});

describe("the committed run", () => {
  const committed: Run = JSON.parse(readFileSync("bench/results.json", "utf8"));

  test("is the one in the handbook", () => {
    const page = readFileSync("docs/benchmarks.md", "utf8");
    expect(withResults(page, committed)).toBe(page);
  });

  test("was measured with the peers of the lock file", () => {
    const {packages} = JSON.parse(readFileSync("bench/package-lock.json", "utf8"));
    for (const [name, version] of Object.entries(committed.peers)) {
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });

  test("has ratios that follow from its medians", () => {
    expect(committed.records.length).toBeGreaterThan(0);
    for (const {ours, peer, peerName, ratio, unit, samples} of committed.records) {
      // Beside a number that was set beforehand no noise of a peer counts.
      expect(samples).toBeGreaterThanOrEqual(peerName === "target" ? 3 : 15);
      expect(ratio).toBe(peer === null ? null : ratioOf(ours, peer, unit));
    }
  });
});

test("peers stay out of the main install", () => {
  const main = JSON.parse(readFileSync("package.json", "utf8"));
  const {dependencies, optionalDependencies} = JSON.parse(readFileSync("bench/package.json", "utf8"));
  const installed = new Set(Object.keys({...main.dependencies, ...main.devDependencies}));
  expect(
    Object.keys({...dependencies, ...optionalDependencies}).filter((name) => installed.has(name)),
  ).toEqual([]);
  expect(existsSync("bench/.npmrc")).toBe(true);
});
