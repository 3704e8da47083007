/** The help of the command line, made from the same definitions that it runs. */

import {DATA_SETS} from "../../data/data-sets.js";
import {SHIPPED_MODELS} from "../../data/shipped-models.js";
import {allTables, type Columns, MAIN_TABLE} from "../../lib/experiment/columns.js";
import type {Experiment} from "../../lib/experiment/experiment.js";
import {experiments, loadExperiment} from "../../lib/experiments/registry.js";
import {formats} from "../../lib/formats/registry.js";
import {largest} from "../../lib/stats/extent.js";
import {COMPOSE_OPTIONS} from "../compose.js";
import {DIFF_OPTIONS, DIFF_USAGE} from "../diff.js";
import {EVAL_OPTIONS} from "../eval.js";
import {EXPORT_ONNX_OPTIONS, EXPORT_ONNX_USAGE} from "../export-onnx.js";
import {GENERATE_OPTIONS} from "../generate.js";
import {INSPECT_OPTIONS, INSPECT_USAGE} from "../inspect.js";
import {LOGITS_USAGE} from "../logits.js";
import {paramOptions} from "../options/param-options.js";
import {PLAN_OPTIONS} from "../plan.js";
import {PREDICT_OPTIONS} from "../predict.js";
import {QUANTIZE_OPTIONS} from "../quantize.js";
import {REPORT_OPTIONS} from "../report.js";
import {experimentOf, RUN_OPTIONS} from "../run.js";
import {SWEEP_OPTIONS, WORKER_OPTIONS} from "../sweep.js";
import {TOKENIZE_OPTIONS} from "../tokenize.js";
import {notOneOf, type OptionSpecs} from "./usage.js";

const OVERVIEW = `paretoscope: trade-offs of efficient machine learning, really run

paretoscope list                         what there is: experiments, formats, data sets
paretoscope run EXPERIMENT [options]     one experiment's rows
paretoscope sweep EXPERIMENT [options]   its kept table, made here, in shards or by the workers of a queue
paretoscope worker --queue URL [options] runs settings of a queue
paretoscope quantize PATH [options]      the tensors of a file or a model folder in several formats, or written in one
paretoscope diff A B [options]           two checkpoints, tensor by tensor
paretoscope export-onnx MODEL --out DIR … a decoder as ONNX files of fixed shapes
paretoscope inspect PATH [options]       family, layers, parameters, cache and formats of a model on disk
paretoscope plan PATH --memory SIZE      a format for each tensor and a cache with the least damage that fits
paretoscope report PATH --out FILE.html  one page about a checkpoint that works from a mail
paretoscope compose [options]            memory, time and energy of a model on a machine, modelled
paretoscope eval MODEL [options]         what quantization does to a model's predictions
${LOGITS_USAGE.padEnd(40)} what a model folder computes
paretoscope tokenize PATH [options]      the tokens of a text, or the text of tokens
paretoscope predict --task TASK --text … what a text costs, as a small model that reads it says
paretoscope generate MODEL --prompt TEXT what a model writes, token by token
paretoscope conformance --out DIR FILE…  hold golden files against the library
paretoscope help [COMMAND|EXPERIMENT]    this, or the options of a command or an experiment
paretoscope --version

Exit codes: 0 done, 1 the work failed, 2 the call was wrong.
`;

const MODELS = `a folder, a GGUF file, or one of ${SHIPPED_MODELS.join(", ")}`;

/** Texts of the commands that have options of their own. */
const COMMANDS: Readonly<Record<string, () => string>> = {
  list: () => "paretoscope list\n",
  run: () => `paretoscope run EXPERIMENT [options]\n\n${optionLines(RUN_OPTIONS)}`,
  sweep: () => `paretoscope sweep EXPERIMENT [options]\n\n${optionLines(SWEEP_OPTIONS)}`,
  worker: () => `paretoscope worker --queue URL [options]\n\n${optionLines(WORKER_OPTIONS)}`,
  quantize: () =>
    `paretoscope quantize PATH [options]\n\nPATH: safetensors, GGUF, an index of shards, or a model folder\n\n${optionLines(QUANTIZE_OPTIONS)}`,
  diff: () =>
    `${DIFF_USAGE}\n\nA, B: safetensors, GGUF, indices of shards, or model folders\n\n${optionLines(DIFF_OPTIONS)}\nExit codes: 0 every tensor is the same, 1 one is not or the work failed, 2 the call was wrong.\n`,
  "export-onnx": () => `${EXPORT_ONNX_USAGE}\n\nMODEL: ${MODELS}\n\n${optionLines(EXPORT_ONNX_OPTIONS)}`,
  inspect: () => `${INSPECT_USAGE}\n\n${optionLines(INSPECT_OPTIONS)}`,
  plan: () =>
    `paretoscope plan PATH --memory SIZE [options]\n\nPATH: ${MODELS}; or safetensors alone\n\n${optionLines(PLAN_OPTIONS)}`,
  report: () =>
    `paretoscope report PATH --out FILE.html [options]\n\nPATH: ${MODELS}; or safetensors alone\n\n${optionLines(REPORT_OPTIONS)}`,
  compose: () => `paretoscope compose [options]\n\n${optionLines(COMPOSE_OPTIONS)}`,
  eval: () => `paretoscope eval MODEL [options]\n\nMODEL: ${MODELS}\n\n${optionLines(EVAL_OPTIONS)}`,
  logits: () => `${LOGITS_USAGE}\n\nMODEL: ${MODELS}\n`,
  tokenize: () =>
    `paretoscope tokenize PATH --text TEXT | --file FILE | --decode 5,17,3 [options]\n\n${optionLines(TOKENIZE_OPTIONS)}`,
  predict: () =>
    `paretoscope predict --task TASK --text TEXT | --file FILE [options]\n\n${optionLines(PREDICT_OPTIONS)}`,
  generate: () =>
    `paretoscope generate MODEL --prompt TEXT [options]\n\nMODEL: ${MODELS}\n\n${optionLines(GENERATE_OPTIONS)}`,
  conformance: () => "paretoscope conformance --out DIR FILE…\n",
  help: () => OVERVIEW,
};

/**
 * The text of `paretoscope help` for a command, an experiment, or everything.
 * @throws UsageError naming commands and experiments.
 */
export async function helpText(topic: string | undefined): Promise<string> {
  if (topic === undefined) return OVERVIEW;
  const command = Object.hasOwn(COMMANDS, topic) ? COMMANDS[topic] : undefined;
  if (command) return command();
  const topics = [...Object.keys(COMMANDS), ...Object.keys(experiments)];
  if (!topics.includes(topic)) throw notOneOf("help: a topic", topic, topics);
  return experimentHelp(await experimentOf("help", topic));
}

function experimentHelp(experiment: Experiment): string {
  const {id, title, question, source, needs} = experiment;
  return [
    `${title}\n${question}\nSource: ${source}${needs.length > 0 ? `\nNeeds: ${needs.join(", ")}` : ""}\n`,
    `paretoscope run ${id} [options]\n`,
    `Parameters\n${optionLines(paramOptions(experiment))}`,
    `Options\n${optionLines(RUN_OPTIONS)}`,
    ...Object.entries(allTables(experiment)).map(
      ([name, columns]) =>
        `${name === MAIN_TABLE ? "Columns" : `Columns of table ${name}`}\n${columnLines(columns)}`,
    ),
  ].join("\n");
}

function columnLines(columns: Columns): string {
  const lines = Object.entries(columns).map(
    ([name, {label, unit, provenance}]) =>
      [name, [label, unit && `in ${unit}`, provenance].filter(Boolean).join(", ")] as const,
  );
  return alignedLines([...lines, ["provenance", "measured, modelled or reported"]]);
}

/** The text of `paretoscope list`. */
export async function listText(): Promise<string> {
  const titles = await Promise.all(
    Object.keys(experiments).map(async (id) => [id, (await loadExperiment(id)).title] as const),
  );
  const formatLines = Object.values(formats).map(({id, convention}) => [id, convention] as const);
  const data = Object.entries(DATA_SETS);
  return [
    `Experiments\n${alignedLines(titles)}`,
    `Formats\n${alignedLines(formatLines)}`,
    `Data sets\n${alignedLines(data)}`,
  ].join("\n");
}

function optionLines(specs: OptionSpecs): string {
  return alignedLines(
    Object.entries(specs).map(
      ([name, {value, help}]) => [`--${name}${value ? ` ${value}` : ""}`, help] as const,
    ),
  );
}

function alignedLines(lines: readonly (readonly [string, string])[]): string {
  const width = largest(lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join("");
}
