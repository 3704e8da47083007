/** `paretoscope report`: one self-contained page about a checkpoint. */
import {basename, extname} from "node:path";
import type {InventoryTables, PlanTables, ReportData} from "../components/report/report-data.js";
import {type ReportOrigin, reportPage} from "../components/report/report-page.js";
import type {TableRows} from "../lib/experiment/columns.js";
import {ownFile} from "../lib/experiments/formats/own-file.js";
import {inventory} from "../lib/experiments/models/inventory.js";
import {plan} from "../lib/experiments/models/plan.js";
import {formats} from "../lib/formats/registry.js";
import {type FileRunner, runOnFile} from "./files/file-process.js";
import {requirePlace, writeWhole} from "./files/write-file.js";
import {modelMemory} from "./options/model-memory.js";
import {modelPath} from "./options/model-path.js";
import {timeLimitOf} from "./options/time-limit.js";
import {PLAN_OPTIONS, planCallOf} from "./plan.js";
import {callText} from "./terminal/call-text.js";
import {say} from "./terminal/print.js";
import {progressLine} from "./terminal/progress.js";
import {type OptionSpecs, readCall, text, UsageError} from "./terminal/usage.js";
import {packageVersion} from "./version.js";

const {out: _out, format: _format, ...OPTIONS} = PLAN_OPTIONS;

/** The options of `paretoscope report`: those of its plan, and the file. */
export const REPORT_OPTIONS: OptionSpecs = {
  ...OPTIONS,
  memory: {value: "SIZE", help: "of the plan, as for plan (half of what weights and cache take now)"},
  out: {value: "FILE", help: "write the report as .html, or its rows as .json"},
};

/**
 * Runs `paretoscope report PATH --out report.html`.
 * @param run where the files are read: a child process, which is ended after the time limit
 * @throws UsageError for a wrong call; Error for a wrong model.
 */
export async function reportCommand(args: readonly string[], run: FileRunner = runOnFile): Promise<void> {
  const call = readCall("report", args, REPORT_OPTIONS);
  const path = modelPath("report", call.positionals);
  const out = text(call, "out");
  const ending = extname(out ?? "").toLowerCase();
  if (out === undefined || (ending !== ".html" && ending !== ".json"))
    throw new UsageError(`report: --out must be a file that ends in .html or .json, got ${out ?? "none"}`);
  requirePlace("report", out);
  const {params, files} = planCallOf("report", call, path);
  const {context} = params;
  const timeLimit = timeLimitOf("report", call.options);
  const line = progressLine();
  const options = {timeLimit, progress: line.update};
  const job = {memory: modelMemory(), files};
  try {
    const headers = {id: inventory.id, params: context === undefined ? {} : {context}, files: {model: path}};
    const found = (await run({...job, ...headers}, options)) as InventoryTables;
    const asked = {memory: halfOf(found), ...params};
    const planned = await run({...job, id: plan.id, params: asked}, options).then(
      (tables) => ({plan: tables as PlanTables, whyNoPlan: null}),
      (error: Error) => ({plan: null, whyNoPlan: error.message.replace(/^makePlan: /, "")}),
    );
    const errors = planned.plan?.errors ?? (await errorsOf(path, params, (each) => run(each, options)));
    const data = {...planned, name: basename(path), inventory: found, errors};
    const origin = {command: callText("report", args), maker: `Paretoscope ${await packageVersion()}`};
    const familyOf = (format: string) => formats[format].family;
    await writeWhole(
      out,
      ending === ".json" ? rowsText(data, origin) : reportPage({...data, familyOf}, origin),
    );
    line.stop();
    say(`report: ${out}`);
  } finally {
    line.stop();
  }
}

/** The rows of a report as JSON, numbers with seven digits; the errors of the plan stand there once. */
function rowsText(data: Omit<ReportData, "familyOf">, origin: ReportOrigin): string {
  const shortened = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value;
  const planned = data.plan && {...data.plan, errors: []};
  return `${JSON.stringify({...origin, ...data, plan: planned}, shortened)}\n`;
}

/** Half of what the weights and the cache in 16 bits take, in gigabytes. */
function halfOf({rows}: InventoryTables): number {
  const bytes = rows.filter(({fact}) => fact === "stored" || fact === "cache");
  return bytes.reduce((sum, {value}) => sum + (value ?? 0), 0) / 2e9;
}

/** The errors alone, where there is no plan to bring them. */
async function errorsOf(
  file: string,
  {formats: ids}: Readonly<Record<string, unknown>>,
  run: (job: Parameters<FileRunner>[0]) => ReturnType<FileRunner>,
): Promise<ReportData["errors"]> {
  const params = {formats: ids ?? plan.params.formats.default};
  const tables = await run({id: ownFile.id, params, files: {file}, memory: modelMemory()});
  return (tables as TableRows<(typeof ownFile)["columns"], (typeof ownFile)["tables"]>).rows;
}
