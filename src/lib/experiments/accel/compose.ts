import {type Composed, type Composition, compose as composed, type Figures} from "../../accel/compose.js";
import {energyPrices, operatorEnergy, totalEnergy} from "../../accel/energy.js";
import {draftBytes, fitMemory} from "../../accel/footprint.js";
import {EFFICIENCIES, type Roofline, sparseSpeed} from "../../accel/roofline.js";
import {experiment} from "../../experiment/experiment.js";
import {DECODING_IDS, decodingOf, perplexityTimesOf} from "./decoding-choice.js";
import {formatsOf, sparsityOf} from "./format-choice.js";
import {
  batchParam,
  configParam,
  contextParam,
  decodingParam,
  efficiencyParam,
  formatParam,
  machineJsonParam,
  machineOf,
  machineParam,
  modelJsonParam,
  modelOf,
  modelParam,
  outputParam,
  sparsityParam,
} from "./params.js";

/** Parameters that decide a composition, by the names that page, command line and address use. */
export const composeParams = {
  model: modelParam,
  machine: machineParam,
  weights: formatParam("Weights", "mxfp4"),
  kv: formatParam("KV cache", "fp16"),
  decoding: decodingParam,
  context: {...contextParam, advanced: true},
  batch: {...batchParam, advanced: true},
  activations: {...formatParam("Activations", "fp16"), advanced: true},
  sparsity: {...sparsityParam, advanced: true},
  output: outputParam,
  efficiency: efficiencyParam,
  staticWatts: {
    kind: "number",
    label: "Static power",
    unit: "W",
    help: "Power that is drawn at all times; data sheets do not give it.",
    min: 0,
    max: 1000,
    step: 5,
    default: 0,
    advanced: true,
  },
  config: configParam,
  modelJson: modelJsonParam,
  machineJson: machineJsonParam,
} as const;

/** A composition by the ids of a setting. */
export interface Setting {
  readonly model: string;
  readonly config: string;
  readonly modelJson?: string;
  readonly machine: string;
  readonly machineJson: string;
  readonly context: number;
  readonly output: number;
  readonly batch: number;
  readonly weights: string;
  readonly activations: string;
  readonly kv: string;
  readonly sparsity: "dense" | "2:4" | "1:4";
  readonly efficiency: keyof typeof EFFICIENCIES;
  readonly staticWatts: number;
  readonly decoding?: string;
}

/** The composition that a setting stands for. @throws RangeError naming what is not known or not allowed. */
export function compositionOf(setting: Setting): Composition {
  const {context, output, batch, sparsity, efficiency, staticWatts} = setting;
  return {
    model: modelOf(setting),
    machine: machineOf(setting),
    workload: {batch, prompt: context, output},
    formats: formatsOf(setting),
    sparsity: sparsityOf(sparsity),
    decoding: decodingOf(setting.decoding ?? "plain", setting.weights),
    efficiency: EFFICIENCIES[efficiency],
    staticWatts,
  };
}

const blank = {runs: null, flops: null, bytes: null, seconds: null, joules: null, waits: null, note: null};

type Works = Extract<Composed, {readonly refused: null}>;

function memoryRows(composition: Composition, {footprint}: Works) {
  const {model, machine, workload, formats, sparsity = null} = composition;
  const residence = {batch: workload.batch, context: workload.prompt + workload.output, chunk: 2048};
  const beside = draftBytes(model, composition.decoding ?? null);
  const {maxContext, maxBatch, available} = fitMemory(model, machine, formats, residence, sparsity, beside);
  const {total, draft, ...others} = footprint;
  const parts = draft > 0 ? {...others, draft} : others;
  const limits = [
    Number.isFinite(maxContext)
      ? `up to ${maxContext} tokens with this batch`
      : "any context with this batch",
    Number.isFinite(maxBatch) ? `up to ${maxBatch} sequences of this length` : "any batch of this length",
  ];
  return [
    ...Object.entries(parts).map(([part, bytes]) => ({...blank, step: "memory", part, bytes})),
    {
      ...blank,
      step: "free",
      part: machine.id,
      bytes: Number.isFinite(available) ? available - total : null,
      note: limits.join("; "),
    },
  ];
}

function stepRows(
  step: "prefill" | "decode" | "draft",
  {operators}: Roofline,
  {machine, sparsity = null, staticWatts = 0}: Composition,
  {prices}: Pick<Works, "prices">,
) {
  const energy = energyPrices(machine, prices, staticWatts);
  const density = 1 / sparseSpeed(machine, sparsity);
  return operators.map(({op, bytes, seconds, bound}) => ({
    ...blank,
    step,
    part: op.name,
    runs: op.count,
    flops: op.count * op.flops,
    bytes: op.count * bytes,
    seconds: op.count * seconds,
    joules: op.count * totalEnergy(operatorEnergy(op, prices, energy, density)),
    waits: bound === "compute" ? "arithmetic" : "memory",
  }));
}

/** A composition as rows: memory, then every operator of both steps, or the one reason why it cannot be. */
function compositionRows(composition: Composition, result: Composed) {
  if (result.refused) {
    const {kind, reason} = result.refused;
    return [{...blank, step: "refused", part: kind, note: reason, provenance: "modelled" as const}];
  }
  return [
    ...memoryRows(composition, result),
    ...stepRows("prefill", result.prefill.roofline, composition, result),
    ...stepRows("decode", result.decode.roofline, composition, result),
    ...(result.draft ? stepRows("draft", result.draft.roofline, composition, result.draft) : []),
  ]
    .map((row) => ({...row, provenance: "modelled" as "modelled" | "measured"}))
    .concat(measuredRows(composition));
}

/** What was measured of a way to decode, on decoder-large; nothing of plain decoding. */
function measuredRows({decoding}: Composition) {
  if (!decoding) return [];
  const {id, tokensPerPass} = decoding;
  const times = perplexityTimesOf(id);
  const note =
    tokensPerPass > 1
      ? `${tokensPerPass} tokens of a pass on decoder-large, greedy; the text stays the model's own`
      : `perplexity ${times} times that of all layers, on decoder-large`;
  return [{...blank, step: "measured", part: id, note, provenance: "measured" as const}];
}

/** A composition in one row: what it is, and its figures or why it cannot be. */
function figuresRow(
  {model, machine, workload, formats, sparsity, decoding}: Composition,
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
    decoding: decoding?.id ?? "plain",
    tokensPerPass: decoding?.tokensPerPass ?? 1,
    perplexityTimes: perplexityTimesOf(decoding?.id ?? "plain"),
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

const modelled = {type: "number", provenance: "modelled", nullable: true} as const;

/** One model on one machine with one choice of formats: where memory, time and energy go, or why it cannot be. */
export const compose = experiment({
  id: "accel/compose",
  title: "Compose a model, a machine and formats",
  question: "What do these formats cost on this machine, and where do memory, time and energy go?",
  source: "roofline, footprint and energy models with the constants of the machine's and the models' tables",
  params: composeParams,
  columns: {
    step: {type: "string", label: "Step"},
    part: {type: "string", label: "Part"},
    runs: {type: "number", label: "Runs for each token", nullable: true},
    flops: {type: "number", label: "Work", unit: "FLOP", provenance: "modelled", nullable: true},
    bytes: {type: "number", label: "Bytes", unit: "B", provenance: "modelled", nullable: true},
    seconds: {type: "number", label: "Time", unit: "s", provenance: "modelled", nullable: true},
    joules: {type: "number", label: "Energy", unit: "J", provenance: "modelled", nullable: true},
    waits: {type: "string", label: "Bound by", nullable: true},
    note: {type: "string", label: "Note", nullable: true},
  },
  tables: {
    figures: {
      model: {type: "string", label: "Model"},
      machine: {type: "string", label: "Hardware"},
      batch: {type: "integer", label: "Batch", unit: "sequences"},
      context: {type: "integer", label: "Context", unit: "tokens"},
      weights: {type: "string", label: "Weights"},
      activations: {type: "string", label: "Activations"},
      kv: {type: "string", label: "KV cache"},
      sparsity: {type: "string", label: "Weights kept"},
      decoding: {type: "string", label: "Decoding"},
      tokensPerPass: {type: "number", label: "Tokens of a pass, on decoder-large", provenance: "measured"},
      perplexityTimes: {
        type: "number",
        label: "Perplexity over that of all layers, on decoder-large",
        provenance: "measured",
      },
      memoryGB: {...modelled, label: "Memory", unit: "GB"},
      firstTokenMs: {...modelled, label: "TTFT, time to first token", unit: "ms"},
      perTokenMs: {...modelled, label: "TPOT, time per output token", unit: "ms"},
      tokensPerSecond: {...modelled, label: "Throughput", unit: "tokens/s"},
      joulesPerToken: {...modelled, label: "Energy per token", unit: "J"},
      refused: {type: "string", label: "Why it cannot be", nullable: true},
    },
  },
  needs: [],
  sweep: [
    {},
    {weights: "fp16"},
    {weights: "nvfp4"},
    {weights: "razer"},
    {weights: "int4"},
    ...DECODING_IDS.slice(1).map((decoding) => ({decoding, weights: "fp16"})),
  ],
  run(setting) {
    const composition = compositionOf(setting);
    const result = composed(composition);
    return {rows: compositionRows(composition, result), figures: [figuresRow(composition, result)]};
  },
});
