import type {ModelRecord} from "../../architectures/model-record.js";
import {modelFingerprint} from "../../checkpoint/fingerprint.js";
import type {OpenTensors} from "../../checkpoint/open-tensors.js";
import {experiment, type Work} from "../../experiment/experiment.js";
import {formats as registry} from "../../formats/registry.js";
import {FormatError} from "../../io/format-error.js";
import {makePlan, type Part} from "../../plan/make-plan.js";
import {type RunningModel, runningModel} from "../../plan/running-model.js";
import {type FormatCost, isPlanned, tensorParts} from "../../plan/tensor-parts.js";
import type {ParamValues} from "../../technique/params.js";
import {elementCount} from "../../tensor/tensor.js";
import {formatIds} from "../formats/columns.js";
import {ownFile} from "../formats/own-file.js";
import {SHOWN_CACHE_IDS} from "../kv/caches.js";
import {type CacheOption, cacheDivergences, cacheErrors, openedCache, PLANNED_CACHES} from "./plan-caches.js";
import {
  choosingKl,
  formatDivergences,
  type Measuring,
  measuredOn,
  measuring,
  variantOf,
} from "./plan-damage.js";
import {
  type Chosen,
  cacheRows,
  type Damages,
  factsOf,
  type MeasuredResult,
  rowsOf,
  uniformRow,
} from "./plan-rows.js";
import {planTexts} from "./plan-texts.js";
import {openPlanned, type PlannedModel, sumOfFixed} from "./planned-model.js";

const DEFAULT_FORMATS = formatIds(
  ...["q2_K", "q3_K", "q4_K", "q5_K", "q6_K", "q4_0", "q8_0", "iq4_nl", "nvfp4"],
);

const params = {
  model: {
    kind: "file",
    label: "Model",
    help: "Safetensors or GGUF, in one file or several; a folder with its config.json says more.",
    holds: "folder",
    accepts: "model folder or file of tensors",
    required: true,
    default: null,
  },
  memory: {
    kind: "number",
    label: "Memory",
    unit: "GB",
    help: "For weights, cache, state and activations together; 0: no limit.",
    min: 0,
    max: 1e6,
    default: 0,
  },
  keepQuality: {
    kind: "number",
    label: "Damage allowed",
    help: "Then the plan is the smallest that keeps to it; 0: the least damage that fits the memory.",
    min: 0,
    max: 1000,
    default: 0,
  },
  context: {
    kind: "integer",
    label: "Context",
    unit: "tokens",
    help: "Of the one text whose cache has to fit; 0: 8192, or what the model was made for if that is less.",
    min: 0,
    max: 2 ** 30,
    default: 0,
  },
  formats: {kind: "choices", label: "Formats", options: Object.keys(registry), default: DEFAULT_FORMATS},
  caches: {
    kind: "choices",
    label: "Caches",
    options: PLANNED_CACHES,
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
  documents: {
    kind: "integer",
    label: "Documents",
    help: "Texts that the plan is chosen by, and as many for each of three seeds that its result is reported on.",
    min: 1,
    max: 256,
    default: 4,
  },
} as const;

type Setting = ParamValues<typeof params>;

const uniformColumn = <const L extends string, const U extends string | undefined = undefined>(
  label: L,
  unit?: U,
) =>
  ({
    type: "number",
    label,
    ...(unit !== undefined && {unit}),
    provenance: "measured",
    nullable: true,
  }) as const;

/** Formats of all tensors and a technique for the cache: the least damage that fits a memory, proven. */
export const plan = experiment({
  id: "models/plan",
  title: "Plan a checkpoint of your own",
  question: "Which format should each tensor have, and which form the cache, so that the model fits?",
  source:
    "multiple-choice knapsack over measured damages that are added up (linearity of small errors: arXiv:2411.17525)",
  params,
  columns: {
    tensor: {type: "string", label: "Tensor"},
    format: {type: "string", label: "Format"},
    storedAs: {type: "string", label: "Stored as"},
    elements: {type: "number", label: "Elements"},
    bytes: {type: "number", label: "Bytes", unit: "B", provenance: "measured"},
    damage: {type: "number", label: "Damage alone", provenance: "row"},
  },
  tables: {
    facts: {
      fact: {type: "string", label: "Fact"},
      value: {type: "number", label: "Value", provenance: "row", nullable: true},
      unit: {type: "string", label: "Unit", nullable: true},
      low: {type: "number", label: "Lower end of 95 %", provenance: "row", nullable: true},
      high: {type: "number", label: "Upper end of 95 %", provenance: "row", nullable: true},
      note: {type: "string", label: "Note", nullable: true},
    },
    costs: {
      tensor: {type: "string", label: "Tensor"},
      format: {type: "string", label: "Format"},
      bytes: {type: "number", label: "Bytes", unit: "B", provenance: "measured"},
      damage: {type: "number", label: "Damage alone", provenance: "row"},
    },
    caches: {
      cache: {type: "string", label: "Cache"},
      label: {type: "string", label: "Name"},
      technique: {type: "string", label: "Technique"},
      settings: {type: "string", label: "Parameters of the technique, as JSON"},
      bytes: {type: "number", label: "Bytes of one text", unit: "B", provenance: "modelled"},
      damage: {type: "number", label: "Damage alone", provenance: "row"},
      isChosen: {type: "boolean", label: "Chosen"},
    },
    uniform: {
      format: {type: "string", label: "Format of all tensors"},
      bytes: {type: "number", label: "Bytes of the weights", unit: "B", provenance: "measured"},
      damage: {type: "number", label: "Sum of the damages", provenance: "modelled"},
      klMean: uniformColumn("KL divergence, mean", "nats"),
      klLow: uniformColumn("KL divergence, lower end of 95 %", "nats"),
      klHigh: uniformColumn("KL divergence, upper end of 95 %", "nats"),
      perplexity: uniformColumn("Perplexity"),
      perplexityLow: uniformColumn("Perplexity, lower end of 95 %"),
      perplexityHigh: uniformColumn("Perplexity, upper end of 95 %"),
    },
    errors: ownFile.columns,
    fingerprint: {
      tensors: {type: "integer", label: "Tensors"},
      elements: {type: "number", label: "Elements"},
      digest: {type: "string", label: "Digest of names and shapes"},
    },
  },
  needs: [],
  sweep: [],
  async run(setting, {progress, memory: maxBytes}) {
    const {model: folder, memory, keepQuality} = setting;
    if (memory === 0 && keepQuality === 0)
      throw new RangeError("plan: memory or keepQuality must be above 0, got neither");
    const opened = await openPlanned(folder!, setting.context);
    const running = await measuringOf(setting, opened, maxBytes);
    const damages = await damagesOf(setting, opened, {running, progress});
    const parts = tensorParts([...opened.tensors.values()], damages.costs, opened.record);
    const {caches} = damages;
    const made = makePlan({
      parts: caches.length === 0 ? parts : [...parts, {names: ["cache"], options: caches}],
      fixedBytes: sumOfFixed(opened.fixed),
      memory: memory === 0 ? Number.POSITIVE_INFINITY : 1e9 * memory,
      ...(keepQuality > 0 && {mostDamage: keepQuality}),
    });
    await progress(0.95, "the plan as a whole");
    const chosen = {made, parts, cache: caches.length === 0 ? null : (made.chosen.at(-1) as CacheOption)};
    const measured = typeof running === "string" ? null : await measuredResult(running, chosen);
    return {
      rows: rowsOf(opened, damages, chosen),
      facts: factsOf({opened, damages, chosen, measured}),
      costs: damages.costs.map((cost) => ({...cost, provenance: damages.provenance})),
      caches: cacheRows(damages, chosen.cache),
      errors: [...damages.errors],
      uniform: await uniformRows({parts, opened, formats: setting.formats}, running),
      fingerprint: [{...modelFingerprint(opened.tensors.values()), provenance: "measured" as const}],
    };
  },
});

/** The reason why a model is not run, or the means to measure it. */
async function measuringOf(
  {model: folder, text, documents}: Setting,
  {open, record}: PlannedModel,
  maxBytes: number | undefined,
): Promise<Measuring | string> {
  if (record === null) return "no config.json says what the model is";
  const model = await runningOrReason(open, record, maxBytes);
  if (typeof model === "string") return model;
  const texts = await planTexts(model, folder!, {documents, text});
  return typeof texts === "string" ? texts : measuring(model, texts);
}

async function runningOrReason(
  open: OpenTensors,
  record: ModelRecord,
  maxBytes: number | undefined,
): Promise<RunningModel | string> {
  try {
    return await runningModel(open, record, maxBytes === undefined ? {} : {maxBytes});
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

/** Damages of formats and caches, and how they were found. */
async function damagesOf(
  {model: folder, formats, caches: ids}: Setting,
  {tensors, sizes, context}: PlannedModel,
  {running, progress}: {readonly running: Measuring | string; readonly progress: Work["progress"]},
): Promise<Damages> {
  const planned = [...tensors.values()].filter(isPlanned);
  if (planned.length === 0)
    throw new RangeError(
      `plan: model must have a matrix that a format can take, got ${tensors.size} other tensors`,
    );
  const names = planned.map(({name}) => name);
  const part =
    (from: number, to: number): Work["progress"] =>
    (share, what) =>
      progress(from + (to - from) * share, what);
  const errors = await ownFile.run(
    {file: folder, formats, tensors: names.join("\n")},
    {progress: (share, what) => void progress(share * (typeof running === "string" ? 0.95 : 0.2), what)},
  );
  if (typeof running === "string") {
    const weights = planned.reduce((sum, {shape}) => sum + elementCount(shape), 0);
    const caches = sizes === null ? [] : cacheErrors({sizes, context, ids}, {weights});
    const costs = weightedErrors(errors);
    return {errors, costs, caches, provenance: "measured", cacheProvenance: "modelled", whyNotRun: running};
  }
  const costs = await formatDivergences(running, names, formats, part(0.2, 0.8));
  const itself = await running.model.variant();
  const caches =
    sizes === null ? [] : await cacheDivergences(running, itself, {sizes, context, ids}, part(0.8, 0.95));
  return {errors, costs, caches, provenance: "measured", cacheProvenance: "measured", whyNotRun: null};
}

/** Every tensor's relative squared error times its share of the numbers that are planned. */
function weightedErrors(rows: Damages["errors"]): FormatCost[] {
  const elements = new Map(rows.map((row) => [row.tensor, row.elements]));
  const total = [...elements.values()].reduce((sum, count) => sum + count, 0);
  return rows.flatMap(({tensor, format, elements: count, bitsPerElement, sqnrDb}) => {
    if (bitsPerElement === null || sqnrDb === null) return [];
    const bytes = Math.ceil((count * bitsPerElement) / 8);
    return [{tensor, format, bytes, damage: (10 ** (-sqnrDb / 10) * count) / total}];
  });
}

/** The chosen formats and cache together, really run: on the texts of the choice, and on others. */
async function measuredResult(measure: Measuring, {made, parts, cache}: Chosen): Promise<MeasuredResult> {
  const variant = await variantOf(
    measure,
    parts,
    made.chosen.map(({id}) => id),
  );
  const start = (cache && openedCache(measure, variant, cache.choice)) ?? undefined;
  return {
    choosing: await choosingKl(measure, variant, start),
    reported: await measuredOn(measure, variant, measure.texts.reporting, start),
  };
}

/** All tensors in one format: those that cannot take it stay as they are stored. */
async function uniformRows(
  {
    parts,
    opened,
    formats,
  }: {readonly parts: readonly Part[]; readonly opened: PlannedModel; readonly formats: readonly string[]},
  running: Measuring | string,
) {
  const rows = [];
  for (const format of formats) {
    const options = parts.map(({options: all}) => all.find(({id}) => id === format) ?? all[0]);
    const variant =
      typeof running === "string"
        ? null
        : await variantOf(
            running,
            parts,
            options.map(({id}) => id),
          );
    const quality =
      variant && typeof running !== "string"
        ? await measuredOn(running, variant, running.texts.reporting)
        : null;
    rows.push(uniformRow(format, {options, others: opened.fixed.others}, quality));
  }
  return rows;
}
