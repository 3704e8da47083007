import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {runJob} from "../../src/cli/files/file-work.js";
import type {ErrorRow, InventoryTables, PlanTables} from "../../src/components/report/report-data.js";
import {formatNamed} from "../../src/lib/formats/registry.js";

const PATH = "src/data/models/decoder-large";

/** The report that the page of a reader's checkpoint opens with. */
const shipped: {
  readonly command: string;
  readonly inventory: InventoryTables;
  readonly errors: readonly ErrorRow[];
  readonly plan: PlanTables;
} = JSON.parse(readFileSync("src/data/reports/decoder-large.json", "utf8"));

const rounded = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value, (_, each) => (typeof each === "number" ? Number(each.toPrecision(4)) : each)),
  );

const run = (id: string, params: object, file = "model") =>
  runJob({id, params: params as never, files: {[file]: PATH}, memory: 1e9}, () => {});

test("the shipped report has the headers, machines and caches that the code gives now", async () => {
  const {rows, machines, caches} = (await run("models/inventory", {})) as unknown as InventoryTables;
  expect(rounded(shipped.inventory.rows)).toEqual(rounded(rows));
  expect(rounded(shipped.inventory.machines)).toEqual(rounded(machines));
  expect(rounded(shipped.inventory.caches)).toEqual(rounded(caches));
  // The command that a reader can repeat: no path of the machine that made the report.
  expect(shipped.command).toMatch(
    /^paretoscope report decoder-large .* --out src\/data\/reports\/decoder-large\.json$/,
  );
});

test("the shipped report has the errors that the code measures now: npx tsx src/cli/main.ts report …, as it says", async () => {
  const [{tensor}] = shipped.errors;
  const own = shipped.errors.filter((row) => row.tensor === tensor);
  const formats = own.map(({format}) => format);
  expect(formats.every((id) => formatNamed(id) !== undefined)).toBe(true);
  const {rows} = await run("formats/own-file", {formats, tensors: tensor}, "file");
  expect(rounded(own)).toEqual(rounded(rows));
});

test("its plan is proven, and closer to the model than the formats of its size throughout", () => {
  const fact = (name: string) => shipped.plan.facts.find((each) => each.fact === name)?.value ?? Number.NaN;
  expect(fact("gap")).toBe(0);
  const larger = shipped.plan.uniform.filter(({bytes}) => bytes >= fact("weights"));
  expect(larger.some(({klMean}) => (klMean ?? 0) > fact("KL divergence"))).toBe(true);
});
