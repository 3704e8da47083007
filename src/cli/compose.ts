/** `paretoscope compose`: what models cost on machines in chosen formats, a row a combination. */
import {readFile} from "node:fs/promises";
import {basename, dirname, resolve} from "node:path";
import {type Composed, type Composition, compose as composed, type Figures} from "../lib/accel/compose.js";
import {modelFromConfig} from "../lib/accel/hf-config.js";
import type {Machine} from "../lib/accel/machine.js";
import {MACHINES} from "../lib/accel/machines.js";
import type {Model} from "../lib/accel/model.js";
import {MODELS} from "../lib/accel/models.js";
import {EFFICIENCIES} from "../lib/accel/roofline.js";
import {machinesFromJson, modelsFromJson} from "../lib/accel/tables.js";
import type {Columns} from "../lib/experiment/columns.js";
import {withGivenColumns} from "../lib/experiment/table.js";
import {compose, compositionRows} from "../lib/experiments/accel/compose.js";
import {FORMAT_IDS, formatsOf, SPARSITIES, sparsityOf} from "../lib/experiments/accel/format-choice.js";
import {rowsToJson} from "../lib/io/table-text.js";
import {tableWriter} from "./output.js";
import {type Call, notOneOf, type OptionSpecs, readCall, UsageError} from "./usage.js";

export const COMPOSE_OPTIONS = {
  model: {value: "IDS", help: `models between commas (llama-3.1-8b); ${[...MODELS.keys()].join(", ")}`},
  machine: {value: "IDS", help: `machines between commas (rtx-4090); ${[...MACHINES.keys()].join(", ")}`},
  context: {value: "TOKENS", help: "tokens of the prompt, between commas (8192)"},
  output: {value: "TOKENS", help: "tokens of the answer; one halfway through is timed (512)"},
  batch: {value: "SIZES", help: "sequences at once, between commas (1)"},
  weights: {value: "FORMATS", help: "formats between commas (fp16)"},
  activations: {value: "FORMATS", help: "formats between commas (fp16)"},
  kv: {value: "FORMATS", help: "formats of the KV cache between commas (fp16)"},
  sparsity: {value: "PATTERNS", help: `weights kept, between commas (dense); ${SPARSITIES.join(", ")}`},
  efficiency: {
    value: "NAME",
    help: `bound, or an assumption (bound); ${Object.keys(EFFICIENCIES).join(", ")}`,
  },
  staticWatts: {value: "WATTS", help: "power drawn whatever is done (0)"},
  config: {value: "FILE", help: "config.json of a model of your own, instead of --model"},
  modelsFile: {value: "FILE", help: "JSON with models of your own, to be named by --model"},
  machinesFile: {value: "FILE", help: "JSON with machines of your own, to be named by --machine"},
  operators: {help: "one combination operator by operator instead of a row each"},
  json: {help: "print JSON instead of aligned text"},
  out: {value: "FILE", help: "write the table as .arrow, .csv or .json instead of text on stdout"},
} as const satisfies OptionSpecs;

type Options = Call["options"];

const modelled = {type: "number", provenance: "modelled", nullable: true} as const;

const COLUMNS = {
  model: {type: "string", label: "Model"},
  machine: {type: "string", label: "Machine"},
  batch: {type: "integer", label: "Batch", unit: "sequences"},
  context: {type: "integer", label: "Context", unit: "tokens"},
  weights: {type: "string", label: "Weights"},
  activations: {type: "string", label: "Activations"},
  kv: {type: "string", label: "KV cache"},
  sparsity: {type: "string", label: "Weights kept"},
  memoryGB: {...modelled, label: "Memory", unit: "GB"},
  firstTokenMs: {...modelled, label: "Time to first token", unit: "ms"},
  perTokenMs: {...modelled, label: "Time per token", unit: "ms"},
  tokensPerSecond: {...modelled, label: "Throughput", unit: "tokens/s"},
  joulesPerToken: {...modelled, label: "Energy per token", unit: "J"},
  refused: {type: "string", label: "Why it cannot be", nullable: true},
} as const satisfies Columns;

/**
 * Runs `paretoscope compose …`.
 * @throws UsageError for a wrong call; Error if a file cannot be read or the only combination asked for cannot be.
 */
export async function composeCommand(args: readonly string[]): Promise<void> {
  const {options, positionals} = readCall("compose", args, COMPOSE_OPTIONS);
  if (positionals.length > 0) {
    throw new UsageError(`compose: choices must be given as options, got ${positionals.join(" ")}`);
  }
  const write = writerOf(options);
  const compositions = await compositionsOf(options);
  const [only] = compositions;
  if (options.get("operators") !== true) {
    const rows = compositions.map((composition) => summaryRow(composition, composed(composition)));
    if (rows.length === 1 && rows[0].refused !== null) throw new Error(`compose: ${rows[0].refused}`);
    return write({
      columns: withGivenColumns(COLUMNS),
      rows,
      metadata: {command: "compose", source: compose.source},
    });
  }
  if (compositions.length > 1) {
    throw new UsageError(`compose: --operators must be of one combination, got ${compositions.length}`);
  }
  const rows = compositionRows(only);
  if (rows[0].step === "refused") throw new Error(`compose: ${rows[0].note}`);
  await write({
    columns: withGivenColumns(compose.columns),
    rows,
    metadata: {command: "compose", source: compose.source},
  });
}

function writerOf(options: Options): ReturnType<typeof tableWriter> {
  const out = options.get("out") as string | undefined;
  if (options.get("json") !== true) return tableWriter("compose", out);
  if (out !== undefined) throw new UsageError("compose: --json prints; with --out the ending says the form");
  return async ({columns, rows}) => void process.stdout.write(rowsToJson(columns, rows));
}

function summaryRow(
  {model, machine, workload, formats, sparsity}: Composition,
  {figures, refused}: Composed,
) {
  return {
    model: model.id,
    machine: machine.id,
    batch: workload.batch,
    context: workload.prompt,
    weights: formats.weights.id,
    activations: formats.activations.id,
    kv: formats.kv.id,
    sparsity: sparsity ? `${sparsity.n}:${sparsity.m}` : "dense",
    ...figureCells(figures),
    refused: refused?.reason ?? null,
    provenance: "modelled" as const,
  };
}

function figureCells(figures: Figures | null) {
  return {
    memoryGB: figures ? figures.memory / 1e9 : null,
    firstTokenMs: figures ? figures.timeToFirstToken * 1e3 : null,
    perTokenMs: figures ? figures.timePerToken * 1e3 : null,
    tokensPerSecond: figures?.tokensPerSecond ?? null,
    joulesPerToken: figures?.joulesPerToken ?? null,
  };
}

/** Every combination of what the options list, in the order of the options. */
async function compositionsOf(options: Options): Promise<Composition[]> {
  const models = await modelsOf(options);
  const machines = await machinesOf(options);
  const formats = (name: "weights" | "activations" | "kv") => listed(options, name, "fp16", FORMAT_IDS);
  const sparsities = listed(options, "sparsity", "dense", SPARSITIES) as (typeof SPARSITIES)[number][];
  const [efficiency] = listed(options, "efficiency", "bound", Object.keys(EFFICIENCIES));
  const shared = {
    efficiency: EFFICIENCIES[efficiency as keyof typeof EFFICIENCIES],
    staticWatts: quantity(options),
  };
  const [output] = counts(options, "output", 512);
  const axes = [
    models,
    machines,
    counts(options, "context", 8192),
    counts(options, "batch", 1),
    formats("weights"),
    formats("activations"),
    formats("kv"),
    sparsities,
  ] as const;
  return product(axes).map(
    ([model, machine, prompt, batch, weights, activations, kv, sparsity]): Composition => ({
      ...shared,
      model,
      machine,
      workload: {batch, prompt, output},
      formats: formatsOf({weights, activations, kv}),
      sparsity: sparsityOf(sparsity),
    }),
  );
}

/** All ways to take one of each list, the last list moving fastest. */
function product<const T extends readonly (readonly unknown[])[]>(
  lists: T,
): {-readonly [K in keyof T]: T[K][number]}[] {
  return lists.reduce<unknown[][]>(
    (rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])),
    [[]],
  ) as {-readonly [K in keyof T]: T[K][number]}[];
}

function listed(options: Options, name: string, fallback: string, allowed: readonly string[]): string[] {
  const names = String(options.get(name) ?? fallback)
    .split(",")
    .map((item) => item.trim());
  const unknown = names.find((item) => !allowed.includes(item));
  if (unknown !== undefined) throw notOneOf(`compose: --${name}`, unknown, allowed);
  return [...new Set(names)];
}

const MOST = 2 ** 30;

function counts(options: Options, name: string, fallback: number): number[] {
  const texts = String(options.get(name) ?? fallback).split(",");
  return texts.map((text) => {
    const count = Number(text);
    if (text.trim() === "" || !Number.isInteger(count) || count < 1 || count > MOST) {
      throw new UsageError(
        `compose: --${name} must be integers from 1 to ${MOST} between commas, got ${JSON.stringify(text)}`,
      );
    }
    return count;
  });
}

function quantity(options: Options): number {
  const text = String(options.get("staticWatts") ?? "0");
  const watts = Number(text);
  if (text.trim() === "" || !(watts >= 0 && Number.isFinite(watts))) {
    throw new UsageError(
      `compose: --staticWatts must be a number of at least 0, got ${JSON.stringify(text)}`,
    );
  }
  return watts;
}

async function modelsOf(options: Options): Promise<Model[]> {
  const config = options.get("config") as string | undefined;
  if (config !== undefined) {
    if (options.has("model"))
      throw new UsageError("compose: --config and --model must not be given together");
    const folder = basename(dirname(resolve(config)));
    return [inFile(config, (json) => modelFromConfig(json, folder || "config"), await readJson(config))];
  }
  const file = options.get("modelsFile") as string | undefined;
  const table = file ? inFile(file, (json) => modelsFromJson(json, MODELS), await readJson(file)) : MODELS;
  return listed(options, "model", "llama-3.1-8b", [...table.keys()]).map((id) => table.get(id)!);
}

async function machinesOf(options: Options): Promise<Machine[]> {
  const file = options.get("machinesFile") as string | undefined;
  const table = file
    ? inFile(file, (json) => machinesFromJson(json, MACHINES), await readJson(file))
    : MACHINES;
  return listed(options, "machine", "rtx-4090", [...table.keys()]).map((id) => table.get(id)!);
}

/** Value of a file's JSON; an error begins with the file. */
function inFile<T>(file: string, read: (json: unknown) => T, json: unknown): T {
  try {
    return read(json);
  } catch (error) {
    throw new Error(`compose: ${file}: ${(error as Error).message}`);
  }
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new Error(`compose: ${file} could not be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`compose: ${file} must be JSON: ${(error as Error).message}`);
  }
}
