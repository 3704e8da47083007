import {cacheNames} from "../../kv/cache-names.js";
/** Damages of formats and caches to a model: divergences where it is run, errors of its numbers elsewhere. */

import {parameterCount} from "../../../architectures/parameters.js";
import type {Work} from "../../../experiment/experiment.js";
import {formats as registry} from "../../../formats/registry.js";
import {FormatError} from "../../../io/format-error.js";
import type {ModelFolder} from "../../../io/model-folder.js";
import {PLANNED_FORMATS} from "../../../plan/planned-formats.js";
import {runningModel} from "../../../plan/running-model.js";
import {isPlanned} from "../../../plan/tensor-parts.js";
import {optionNames} from "../../../technique/option-names.js";
import type {ParamValues} from "../../../technique/params.js";
import {elementCount} from "../../../tensor/tensor.js";
import {formatIds} from "../../formats/columns.js";
import {SHOWN_CACHE_IDS} from "../../kv/caches.js";
import {checkpointParam} from "../checkpoint-param.js";
import {type FoundImportance, importanceFrom} from "../importance.js";
import {type CacheOption, cacheDivergences, cacheErrors, PLANNED_CACHES} from "./caches.js";
import {containerParam, type WrittenModel} from "./container.js";
import {formatDivergences, type Measuring, measuring} from "./damage.js";
import {measuredErrors, weightedErrors} from "./errors.js";
import type {PlannedModel} from "./planned-model.js";
import type {Damages} from "./rows.js";
import type {MeasureWeights} from "./terms.js";
import {planTexts} from "./texts.js";

const DEFAULT_FORMATS = formatIds(...PLANNED_FORMATS);

/**
 * Parameters of a model up to which it is run for every tensor in every format unless that is asked for, and up to which it is run
 * in each format as a whole.
 */
const [AUTO_PARAMETERS, AUTO_RUN] = [20e6, 200e6];

/** Parameters of what a plan is made of. */
export const damageParams = {
  model: checkpointParam,
  context: {
    kind: "integer",
    label: "Context",
    unit: "tokens",
    help: "Of the one text whose cache has to fit; 0: 8192, or what the model was made for if that is less.",
    min: 0,
    max: 2 ** 30,
    default: 0,
  },
  formats: {
    kind: "choices",
    label: "Formats",
    options: Object.keys(registry),
    names: optionNames(Object.values(registry)),
    default: DEFAULT_FORMATS,
  },
  caches: {
    kind: "choices",
    label: "Caches",
    options: PLANNED_CACHES,
    names: cacheNames(),
    default: PLANNED_CACHES.filter((id) => SHOWN_CACHE_IDS.includes(id)),
  },
  text: {
    kind: "file",
    label: "Text",
    help: "Of your own, for a model of another vocabulary than the corpus; the folder needs its tokenizer.json.",
    holds: "file",
    accepts: "text file",
    default: null,
  },
  importance: {
    kind: "file",
    label: "Importance",
    help: "Of the columns of matrices, by which errors are weighed: an importance matrix of llama.cpp's, or a text that the model reads for it.",
    holds: "file",
    accepts: "importance matrix or text file",
    default: null,
  },
  container: containerParam,
  damage: {
    kind: "choice",
    label: "Damage",
    help: `kl runs the model once for every tensor in every format, error looks at the numbers alone, auto is kl up to ${AUTO_PARAMETERS / 1e6} million parameters, and up to ${AUTO_RUN / 1e6} million error with the model run in each format as a whole.`,
    options: ["auto", "kl", "error"],
    default: "auto",
  },
  documents: {
    kind: "integer",
    label: "Documents",
    help: "Texts that the plan is chosen by, and as many for each of three seeds that its result is reported on.",
    min: 1,
    max: 256,
    default: 4,
  },
} as const;

/** The values of these parameters. */
export type DamageSetting = ParamValues<typeof damageParams>;

/** The model that was last opened in a folder to be measured, for as long as the folder is in use. */
const lastOpened = new WeakMap<ModelFolder, {readonly key: readonly unknown[]; readonly found: Opening}>();

type Opening = Promise<Measuring | string>;

/**
 * The reason why a model is not run, or the means to measure it: opened once for a folder, whose pieces may be asked for one by one.
 */
export function measuringOf(setting: DamageSetting, model: WrittenModel, terms: MeasuringTerms): Opening {
  const {model: folder, text, documents, damage} = setting;
  const key = [text, documents, damage, model.container, terms.maxBytes, terms.weights];
  const last = lastOpened.get(folder!);
  if (last?.key.every((each, i) => each === key[i])) return last.found;
  const found = openMeasuring(setting, model, terms);
  lastOpened.set(folder!, {key, found});
  return found;
}

interface MeasuringTerms {
  readonly maxBytes: number | undefined;
  readonly weights: MeasureWeights;
}

async function openMeasuring(
  {model: folder, text, documents, damage}: DamageSetting,
  {open, record, writtenFormat}: WrittenModel,
  {maxBytes, weights}: MeasuringTerms,
): Promise<Measuring | string> {
  if (record === null) return "no config.json says what the model is";
  if (damage === "error") return "errors were asked for";
  const {total} = parameterCount(record);
  if (damage === "auto" && total > AUTO_RUN)
    return `the model has ${total} parameters, with which a run in every format takes long: damage kl does it`;
  const givesDamages = damage === "kl" || total <= AUTO_PARAMETERS;
  try {
    const model = await runningModel(open, record, maxBytes === undefined ? {} : {maxBytes});
    const texts = await planTexts(model, folder!, {documents, text});
    return typeof texts === "string"
      ? texts
      : measuring(model, texts, {weights, writtenFormat, givesDamages});
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

/** Damages as they were measured: those of some tensors alone, too. */
export type MeasuredDamages = Pick<Damages, "errors" | "costs" | "caches">;

interface Wanted {
  /** Tensors to measure. */
  readonly names: readonly string[];
  readonly running: Measuring | string;
  readonly weights: MeasureWeights;
  readonly sampleElements?: number;
}

/** The importance that the setting names, with words about it; null without one. */
export async function weightsOf(
  {model: folder, importance}: DamageSetting,
  maxBytes: number | undefined,
  progress: Work["progress"],
): Promise<FoundImportance | null> {
  if (importance === null) return null;
  return importanceFrom(importance, folder!, {...(maxBytes !== undefined && {maxBytes}), progress});
}

/** Names of the tensors that a plan decides on. @throws RangeError if there is none. */
export function plannedNames({tensors}: PlannedModel): string[] {
  const planned = [...tensors.values()].filter(isPlanned);
  if (planned.length > 0) return planned.map(({name}) => name);
  throw new RangeError(
    `plan: model must have a matrix that a format can take, got ${tensors.size} other tensors`,
  );
}

/** Errors of some tensors, and where the model is run their divergences. */
export async function tensorDamages(
  {formats}: DamageSetting,
  opened: WrittenModel,
  {running, ...wanted}: Wanted,
  progress: Work["progress"],
): Promise<Pick<MeasuredDamages, "errors" | "costs">> {
  const runs = givesDamages(running);
  const {names} = wanted;
  const errors = await measuredErrors(opened, {...wanted, formats}, within(progress, 0, runs ? 0.2 : 1));
  if (!runs) return {errors, costs: []};
  return {errors, costs: await formatDivergences(running, names, formats, within(progress, 0.2, 1))};
}

/** Damages of the caches: divergences where the model is run, else relative errors. */
export async function cacheDamages(
  {caches: ids}: DamageSetting,
  {tensors, sizes, context}: PlannedModel,
  running: Measuring | string,
  progress: Work["progress"],
): Promise<readonly CacheOption[]> {
  if (sizes === null) return [];
  if (givesDamages(running))
    return cacheDivergences(running, await running.model.variant(), {sizes, context, ids}, progress);
  const planned = [...tensors.values()].filter(isPlanned);
  const weights = planned.reduce((sum, {shape}) => sum + elementCount(shape), 0);
  return cacheErrors({sizes, context, ids}, {weights});
}

/** Damages with their kinds; without divergences those of the tensors are errors, weighted by their numbers. */
export function completed(
  measured: MeasuredDamages,
  opened: WrittenModel,
  running: Measuring | string,
): Damages {
  const runs = givesDamages(running);
  return {
    ...measured,
    costs: runs ? measured.costs : weightedErrors(measured.errors, opened),
    provenance: "measured",
    cacheProvenance: runs ? "measured" : "modelled",
    whyNoDivergences: runs ? null : typeof running === "string" ? running : LARGE,
    whyNotRun: typeof running === "string" ? running : null,
  };
}

/** True where damages are divergences of a model that is run. */
export const givesDamages = (running: Measuring | string): running is Measuring =>
  typeof running !== "string" && running.givesDamages;

const LARGE = "the model is large, and a run for every tensor in every format takes long: damage kl does it";

/** Progress of a piece of work from one share of the whole to another. */
export const within =
  (progress: Work["progress"], from: number, to: number): Work["progress"] =>
  (share, what) =>
    progress(from + (to - from) * share, what);
