import {modelFingerprint} from "../../checkpoint/fingerprint.js";
import {experiment, type Work} from "../../experiment/experiment.js";
import {makePlan, type Part, type PartOption} from "../../plan/make-plan.js";
import {tensorParts} from "../../plan/tensor-parts.js";
import type {ParamValues} from "../../technique/params.js";
import {ownFile} from "../formats/own-file.js";
import {type CacheOption, openedCache} from "./plan/caches.js";
import {inContainer, type WrittenModel} from "./plan/container.js";
import {choosingKl, type Measuring, measuredOn, variantOf} from "./plan/damage.js";
import {
  cacheDamages,
  completed,
  damageParams,
  type MeasuredDamages,
  measuringOf,
  plannedNames,
  tensorDamages,
  weightsOf,
  within,
} from "./plan/damages.js";
import {factsOf} from "./plan/facts.js";
import {knownDamages} from "./plan/known-damages.js";
import {openPlanned, sumOfFixed} from "./plan/planned-model.js";
import {type Chosen, cacheRows, type MeasuredResult, rowsOf} from "./plan/rows.js";
import type {MeasureWeights} from "./plan/terms.js";
import {uniformColumns, uniformRow} from "./plan/uniform.js";

const params = {
  ...damageParams,
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
  uniform: {
    kind: "flag",
    label: "Each format throughout",
    help: "The model in every format alone beside the plan, run where it runs.",
    default: true,
    advanced: true,
  },
  known: {
    kind: "text",
    label: "Known damages",
    help: "Rows of models/damages as JSON, so that nothing is measured twice.",
    maxLength: 2 ** 27,
    default: "",
    advanced: true,
  },
} as const;

type Setting = ParamValues<typeof params>;

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
    uniform: uniformColumns,
    errors: ownFile.columns,
    fingerprint: {
      tensors: {type: "integer", label: "Tensors"},
      elements: {type: "number", label: "Elements"},
      digest: {type: "string", label: "Digest of names and shapes"},
      container: {type: "string", label: "Kind of file that the plan is for"},
    },
  },
  needs: [],
  sweep: [],
  async run(setting, {progress, memory: maxBytes}) {
    const {model: folder, memory, keepQuality} = setting;
    if (memory === 0 && keepQuality === 0)
      throw new RangeError("plan: memory or keepQuality must be above 0, got neither");
    const planned = await openPlanned(folder!, setting.context);
    const opened = inContainer(planned, setting.container, setting.formats);
    const importance = await weightsOf(setting, maxBytes, within(progress, 0, 0.05));
    const weights = importance?.importance ?? null;
    const running = await measuringOf(setting, opened, {maxBytes, weights});
    const measured =
      knownDamages(setting.known) ?? (await measuredDamages(setting, {opened, running, weights}, progress));
    const damages = completed(measured, opened, running);
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
    const result =
      typeof running === "string"
        ? null
        : await measuredResult(running, chosen, within(progress, 0.95, 0.96));
    return {
      rows: rowsOf(opened, damages, chosen),
      facts: factsOf({opened, damages, chosen, measured: result, importance: importance?.about ?? null}),
      costs: damages.costs.map((cost) => ({...cost, provenance: damages.provenance})),
      caches: cacheRows(damages, chosen.cache),
      errors: [...damages.errors],
      uniform: setting.uniform
        ? await uniformRows({parts, opened, formats: setting.formats}, running, within(progress, 0.96, 1))
        : [],
      fingerprint: [
        {
          ...modelFingerprint(opened.tensors.values()),
          container: opened.container,
          provenance: "measured" as const,
        },
      ],
    };
  },
});

async function measuredDamages(
  setting: Setting,
  {
    opened,
    running,
    weights,
  }: {
    readonly opened: WrittenModel;
    readonly running: Measuring | string;
    readonly weights: MeasureWeights;
  },
  progress: Work["progress"],
): Promise<MeasuredDamages> {
  const wanted = {names: plannedNames(opened), running, weights};
  const tensors = await tensorDamages(setting, opened, wanted, within(progress, 0.05, 0.8));
  return {...tensors, caches: await cacheDamages(setting, opened, running, within(progress, 0.8, 0.95))};
}

/** The chosen formats and cache together, really run: on the texts of the choice, and on others. */
async function measuredResult(
  measure: Measuring,
  {made, parts, cache}: Chosen,
  tell: Work["progress"],
): Promise<MeasuredResult> {
  const variant = await variantOf(
    measure,
    parts,
    made.chosen.map(({id}) => id),
  );
  const start = (cache && openedCache(measure, variant, cache.choice)) ?? undefined;
  return {
    choosing: await choosingKl(measure, variant, start),
    reported: await measuredOn(measure, variant, measure.texts.reporting, {...(start && {start}), tell}),
  };
}

/** All tensors in one format: those that cannot take it stay as they are stored. */
async function uniformRows(
  {
    parts,
    opened,
    formats,
  }: {readonly parts: readonly Part[]; readonly opened: WrittenModel; readonly formats: readonly string[]},
  running: Measuring | string,
  tell: Work["progress"],
) {
  const rows = [];
  for (const [i, format] of formats.entries()) {
    await tell(i / formats.length, `all tensors in ${format}`);
    const options = parts.map(({names, options: all}) => {
      const own = opened.writtenFormat(opened.tensors.get(names[0])!, format);
      return all.find(({id}) => id === own) ?? all[0];
    });
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
        ? await measuredOn(running, variant, running.texts.reporting, {
            tell: within(tell, i / formats.length, (i + 1) / formats.length),
          })
        : null;
    rows.push(uniformRow(format, sizeOf(options, opened), quality));
  }
  return rows;
}

const sizeOf = (options: readonly PartOption[], {fixed}: WrittenModel) => ({
  bytes: fixed.others + options.reduce((sum, {bytes}) => sum + bytes, 0),
  damage: options.reduce((sum, {damage}) => sum + damage, 0),
});
