import {type Combination, composeAll, type Figures} from "../../accel/compose.js";
import {paretoFront} from "../../accel/pareto.js";
import {EFFICIENCIES} from "../../accel/roofline.js";
import {experiment} from "../../experiment/experiment.js";
import {formatById, formats} from "../../formats/registry.js";
import {optionNames} from "../../technique/option-names.js";
import {composeParams} from "./compose.js";
import {FORMAT_IDS, formatChoice, SPARSITIES, sparsityOf} from "./format-choice.js";
import {type NoiseMeter, noiseMeter} from "./noise.js";
import {machineOf, modelOf} from "./params.js";

const formatList = <const L extends string>(label: L, chosen: readonly string[]) =>
  ({
    kind: "choices",
    label,
    options: FORMAT_IDS,
    names: optionNames(Object.values(formats)),
    default: FORMAT_IDS.filter((id) => chosen.includes(id)),
    advanced: true,
  }) as const;

const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096] as const;

/** Costs by the name of their axis, from a combination's figures; less is better. */
export const COSTS = {
  "time per token": ({timePerToken}: Figures) => timePerToken,
  "time per token of the whole batch": ({tokensPerSecond}: Figures) => 1 / tokensPerSecond,
  "time to first token": ({timeToFirstToken}: Figures) => timeToFirstToken,
  memory: ({memory}: Figures) => memory,
  "energy per token": ({joulesPerToken}: Figures) => joulesPerToken,
} as const;

/** A cost that may stand on the axis. */
export type Cost = keyof typeof COSTS;

/** A combination that can be, with its cost and the noise that its formats add. */
interface Priced {
  readonly combination: Combination & {readonly figures: Figures};
  readonly cost: number;
  readonly noise: number;
}

/** Noise of independent sources adds, relative to the signal of each. */
function noiseOf({composition: {formats, sparsity = null}}: Combination, meter: NoiseMeter): number {
  const {weights, activations, kv} = formats;
  return (
    meter.weights(weights.id) + meter.pruned(sparsity) + meter.activations(activations.id) + meter.kv(kv.id)
  );
}

const blank = {
  batch: null,
  weights: null,
  family: null,
  activations: null,
  kv: null,
  sparsity: null,
  cost: null,
  relativeError: null,
  memory: null,
  timeToFirstToken: null,
  timePerToken: null,
  tokensPerSecond: null,
  joulesPerToken: null,
  note: null,
};

function pricedRow({combination, cost, noise}: Priced, kind: "front" | "other", combinations: number) {
  const {workload, formats, sparsity} = combination.composition;
  return {
    ...blank,
    kind,
    combinations,
    batch: workload.batch,
    weights: formats.weights.id,
    family: formatById(formats.weights.id).family,
    activations: formats.activations.id,
    kv: formats.kv.id,
    sparsity: sparsity ? `${sparsity.n}:${sparsity.m}` : "dense",
    cost,
    relativeError: 100 * Math.sqrt(noise),
    ...combination.figures,
  };
}

const better = (a: Priced, b: Priced): Priced =>
  a.noise < b.noise || (a.noise === b.noise && a.cost <= b.cost) ? a : b;

/** Of all that share weights and cache, the one of least noise, and of those the cheapest. */
function representatives(priced: readonly Priced[]): Map<Priced, number> {
  const groups = new Map<string, {best: Priced; count: number}>();
  for (const each of priced) {
    const {weights, kv} = each.combination.composition.formats;
    const key = `${weights.id} ${kv.id}`;
    const group = groups.get(key);
    groups.set(key, {best: group ? better(group.best, each) : each, count: (group?.count ?? 0) + 1});
  }
  return new Map(Array.from(groups.values(), ({best, count}) => [best, count]));
}

function refusedRows(refused: readonly Combination[]) {
  const kinds = new Map<string, Combination[]>();
  for (const each of refused) {
    const kind = each.refused!.kind;
    kinds.set(kind, [...(kinds.get(kind) ?? []), each]);
  }
  return Array.from(kinds, ([kind, all]) => ({
    ...blank,
    kind: "refused" as const,
    combinations: all.length,
    note: `${kind}: for example ${all[0].refused!.reason}`,
  }));
}

/** Every combination of formats, sparsity and batch for a model on a machine: which does nothing else beat? */
export const composeFront = experiment({
  id: "accel/compose-front",
  title: "The front of all combinations",
  question: "Of all combinations of formats, sparsity and batch, which give the least noise for their cost?",
  source:
    "cost: roofline, footprint and energy models; noise: measured on the weights and activations of decoder-small",
  params: {
    model: composeParams.model,
    machine: composeParams.machine,
    context: {...composeParams.context, advanced: false},
    cost: {
      kind: "choice",
      label: "Cost",
      options: Object.keys(COSTS) as Cost[],
      default: "time per token",
    },
    output: composeParams.output,
    weightFormats: formatList("Weights", [
      "fp16",
      "int8",
      "fp8_e4m3",
      "mxfp6_e2m3",
      "mxfp4",
      "int4_g32",
      "nvfp4",
      "razer",
      "int4",
      "nf4",
      "int3",
    ]),
    activationFormats: formatList("Activations", ["fp16", "fp8_e4m3", "int8", "mxfp4"]),
    kvFormats: formatList("KV cache", [
      "fp16",
      "fp8_e4m3",
      "int8",
      "nvfp4",
      "mxfp4",
      "int4",
      "int4_asym",
      "int3",
      "int2",
    ]),
    sparsities: {
      kind: "choices",
      label: "Weights kept",
      options: SPARSITIES,
      help: "By magnitude and without retraining: the error is that of pruning alone.",
      default: ["dense", "2:4"],
      advanced: true,
    },
    batches: {kind: "choices", label: "Batches", options: BATCHES, default: BATCHES, advanced: true},
    efficiency: composeParams.efficiency,
    staticWatts: composeParams.staticWatts,
    config: composeParams.config,
    machineJson: composeParams.machineJson,
  },
  columns: {
    kind: {type: "string", label: "Kind"},
    combinations: {type: "integer", label: "Combinations it stands for"},
    batch: {type: "integer", label: "Batch", unit: "sequences", nullable: true},
    weights: {type: "string", label: "Weights", nullable: true},
    family: {type: "string", label: "Family of the weights' format", nullable: true},
    activations: {type: "string", label: "Activations", nullable: true},
    kv: {type: "string", label: "KV cache", nullable: true},
    sparsity: {type: "string", label: "Weights kept", nullable: true},
    cost: {type: "number", label: "Cost as chosen", provenance: "modelled", nullable: true},
    relativeError: {
      type: "number",
      label: "Error of all formats together, from errors measured on decoder-small",
      unit: "% of the signal, root mean square",
      provenance: "modelled",
      nullable: true,
    },
    memory: {type: "number", label: "Memory", unit: "B", provenance: "modelled", nullable: true},
    timeToFirstToken: {
      type: "number",
      label: "TTFT, time to first token",
      unit: "s",
      provenance: "modelled",
      nullable: true,
    },
    timePerToken: {
      type: "number",
      label: "TPOT, time per output token",
      unit: "s",
      provenance: "modelled",
      nullable: true,
    },
    tokensPerSecond: {
      type: "number",
      label: "Throughput",
      unit: "tokens/s",
      provenance: "modelled",
      nullable: true,
    },
    joulesPerToken: {
      type: "number",
      label: "Energy per token",
      unit: "J",
      provenance: "modelled",
      nullable: true,
    },
    note: {type: "string", label: "Note", nullable: true},
  },
  needs: ["weights/decoder-small", "activations/decoder-small"],
  sweep: [{}, {cost: "time per token of the whole batch"}, {cost: "memory"}, {cost: "energy per token"}],
  async run(setting, {data, progress}) {
    const {context, output, sparsities, batches, efficiency, staticWatts} = setting;
    const meter = noiseMeter(data.get("weights/decoder-small"), data.get("activations/decoder-small"));
    const combinations = composeAll(
      modelOf(setting),
      {prompt: context, output},
      {
        machines: [machineOf(setting)],
        batches,
        weights: setting.weightFormats.map(formatChoice),
        activations: setting.activationFormats.map(formatChoice),
        kv: setting.kvFormats.map(formatChoice),
        sparsities: sparsities.map(sparsityOf),
      },
      {efficiency: EFFICIENCIES[efficiency], staticWatts},
    );
    await progress(0.5, "noise of the formats");
    const costOf = COSTS[setting.cost];
    const priced = combinations.flatMap((combination): Priced[] =>
      combination.figures === null
        ? []
        : [
            {
              combination: combination as Priced["combination"],
              cost: costOf(combination.figures),
              noise: noiseOf(combination, meter),
            },
          ],
    );
    const front = paretoFront(
      priced.map(({cost, noise}) => [cost, noise]),
      ["min", "min"],
    ).map((i) => priced[i]);
    return [
      ...Array.from(representatives(priced), ([each, count]) => pricedRow(each, "other", count)),
      ...front.map((each) => pricedRow(each, "front", 1)),
      ...refusedRows(combinations.filter(({refused}) => refused !== null)),
    ].map((row) => ({...row, provenance: "modelled" as const}));
  },
});
