import {modelFromConfig} from "../../accel/hf-config.js";
import type {Machine} from "../../accel/machine.js";
import {MACHINES, machineById} from "../../accel/machines.js";
import type {Model} from "../../accel/model.js";
import {MODELS, modelById} from "../../accel/models.js";
import {EFFICIENCIES} from "../../accel/roofline.js";
import {machinesFromJson, modelsFromJson} from "../../accel/tables.js";
import {formats} from "../../formats/registry.js";
import {optionNames} from "../../technique/option-names.js";
import {DECODING_IDS} from "./decoding-choice.js";
import {decodingNames} from "./decoding-names.js";
import {FORMAT_IDS, SPARSITIES} from "./format-choice.js";

/** A config.json or a machine of a reader's own is no longer than this, in characters. */
const MAX_JSON = 65_536;

/** Parameter: the model whose work is counted. */
export const modelParam = {
  kind: "choice",
  label: "Model",
  options: [...MODELS.keys()],
  names: optionNames(MODELS.values()),
  default: "llama-3.1-8b",
} as const;

/** Parameter: a config.json in place of a listed model. */
export const configParam = {
  kind: "text",
  label: "config.json of your own",
  help: "The configuration of a checkpoint, used instead of the model; it stays on this machine.",
  maxLength: MAX_JSON,
  default: "",
  advanced: true,
} as const;

/** Parameter: a model as JSON in place of a listed one. */
export const modelJsonParam = {
  kind: "text",
  label: "Model of your own, as JSON",
  help: "id, title, source, hidden, vocab, tied, groups; used instead of the model.",
  maxLength: MAX_JSON,
  default: "",
  advanced: true,
} as const;

/** Parameter: the machine that runs it. */
export const machineParam = {
  kind: "choice",
  label: "Hardware",
  options: [...MACHINES.keys()],
  names: optionNames(MACHINES.values()),
  default: "rtx-4090",
} as const;

/** Parameter: a machine as JSON in place of a listed one. */
export const machineJsonParam = {
  kind: "text",
  label: "Hardware of your own, as JSON",
  help: "id, title, source, peakTops, bandwidthGBs, memoryGB, memoryKind; used instead of the machine.",
  maxLength: MAX_JSON,
  default: "",
  advanced: true,
} as const;

/** Parameter: the number format of one kind of tensor. */
export const formatParam = <const L extends string, const D extends string>(label: L, format: D) =>
  ({
    kind: "choice",
    label,
    options: FORMAT_IDS,
    names: optionNames(Object.values(formats)),
    default: format as string,
  }) as const;

/** Parameter: the share of weights that is kept. */
export const sparsityParam = {
  kind: "choice",
  label: "Weights kept",
  help: "Of every four weights of a linear; not of embedding and head.",
  options: SPARSITIES,
  default: "dense",
} as const;

/** Parameter: how tokens are written. */
export const decodingParam = {
  kind: "choice",
  label: "Decoding",
  help: "Drafts that a pass verifies, or layers left out, with counts measured on decoder-large, greedy; larger models may draft better or worse.",
  options: DECODING_IDS,
  names: decodingNames(),
  default: "plain",
} as const;

/** Parameter: sequences at a time. */
export const batchParam = {
  kind: "integer",
  label: "Batch",
  unit: "sequences",
  min: 1,
  max: 4096,
  log: true,
  default: 1,
} as const;

/** Parameter: tokens before the answer. */
export const contextParam = {
  kind: "integer",
  label: "Context",
  unit: "tokens",
  min: 1,
  max: 1_048_576,
  log: true,
  default: 8192,
} as const;

/** Parameter: tokens of the answer. */
export const outputParam = {
  kind: "integer",
  label: "Generation length",
  unit: "tokens",
  help: "Tokens to generate after the context; a token halfway through is timed.",
  min: 1,
  max: 131_072,
  log: true,
  default: 512,
  advanced: true,
} as const;

/** Parameter: the shares of the data sheet's rates that a machine reaches. */
export const efficiencyParam = {
  kind: "choice",
  label: "Efficiency",
  help: "bound: the data sheet, so every time is a lower bound. The others are assumptions.",
  options: Object.keys(EFFICIENCIES) as (keyof typeof EFFICIENCIES)[],
  names: {"tuned-gpu": "tuned GPU", cpu: "CPU"},
  default: "bound",
  advanced: true,
} as const;

function parsed(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${what} must be JSON: ${(error as Error).message}`);
  }
}

/**
 * The model of a setting: a published one, that of a config.json, or one given as JSON.
 * @throws RangeError if the text is none.
 */
export function modelOf({
  model,
  config,
  modelJson = "",
}: {
  readonly model: string;
  readonly config: string;
  readonly modelJson?: string;
}): Model {
  if (config.trim() !== "") return modelFromConfig(config, "own-model");
  if (modelJson.trim() === "") return modelById(model);
  const [own] = modelsFromJson(parsed("modelJson", modelJson)).values();
  if (own === undefined) throw new RangeError("modelJson must hold a model, got none");
  return own;
}

/** The machine of a setting: a published one, or one given as JSON. @throws RangeError if the text is none. */
export function machineOf({
  machine,
  machineJson,
}: {
  readonly machine: string;
  readonly machineJson: string;
}): Machine {
  if (machineJson.trim() === "") return machineById(machine);
  const [own] = machinesFromJson(parsed("machineJson", machineJson)).values();
  if (own === undefined) throw new RangeError("machineJson must hold a machine, got none");
  return own;
}
