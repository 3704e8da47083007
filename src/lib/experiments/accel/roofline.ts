import {explainOperator, substituted} from "../../accel/explain.js";
import {
  EFFICIENCIES,
  type PricedOperator,
  type Prices,
  pricesOf,
  roofline as rooflineOf,
} from "../../accel/roofline.js";
import {buildOperators} from "../../accel/workload/build.js";
import {experiment} from "../../experiment/experiment.js";
import {formatById} from "../../formats/registry.js";
import {formatsOf, sparsityOf} from "./format-choice.js";
import {
  batchParam,
  configParam,
  contextParam,
  efficiencyParam,
  formatParam,
  machineJsonParam,
  machineOf,
  machineParam,
  modelOf,
  modelParam,
  sparsityParam,
} from "./params.js";

/** Elements times their bytes, tensor by tensor; what an operator does not move is left out. */
function bytesFormula({op}: PricedOperator, prices: Prices): string {
  const moved = [
    ["weights", op.weights, prices.weightBytes[op.kind]],
    ["activations", op.actRead + op.actWrite, prices.actBytes],
    ["KV", op.kvRead + op.kvWrite, prices.kvBytes],
    ["state", op.stateRead + op.stateWrite, prices.stateBytes],
  ] as const;
  const terms = moved.filter(([, elements]) => elements > 0);
  return terms.map(([name, elements, each]) => `${name} ${elements} * ${each}`).join(" + ") || "0";
}

/** The family of the format whose bytes an operator mostly reads. */
function familyOf(kind: string, {weights, kv}: {readonly weights: string; readonly kv: string}): string {
  if (kind === "linear" || kind === "head") return formatById(weights).family;
  return kind === "attention" ? formatById(kv).family : "baseline";
}

/** `formula = values put in`, for one number of an operator. */
function formulaOf(symbol: string, priced: PricedOperator, prices: Prices): string | null {
  const found = explainOperator(priced, prices).find((each) => each.symbol === symbol);
  return found ? `${found.formula} = ${substituted(found)}` : null;
}

/** Operators of a model on the roofline of a machine. */
export const roofline = experiment({
  id: "accel/roofline",
  title: "Operators on the roofline",
  question: "Which operators of a model wait for memory and which for arithmetic, on which machine?",
  source:
    "Roofline: Williams, Waterman and Patterson, CACM 52(4), 2009; operator counts from the models' public configurations",
  params: {
    phase: {
      kind: "choice",
      label: "Step",
      help: "Decode: one token a sequence, the context behind it. Prefill: the context is read.",
      options: ["decode", "prefill"],
      default: "decode",
    },
    weights: formatParam("Weights", "int4"),
    batch: {...batchParam, default: 16},
    kv: formatParam("KV cache", "fp16"),
    model: {...modelParam, advanced: true},
    machine: {...machineParam, advanced: true},
    context: {...contextParam, advanced: true},
    activations: {...formatParam("Activations", "fp16"), advanced: true},
    sparsity: {...sparsityParam, advanced: true},
    fused: {
      kind: "flag",
      label: "Fused",
      help: "Norms, activations and residuals are part of the operators beside them, and attention is one kernel.",
      default: true,
      advanced: true,
    },
    efficiency: efficiencyParam,
    config: configParam,
    machineJson: machineJsonParam,
  },
  columns: {
    operator: {type: "string", label: "Operator"},
    kind: {type: "string", label: "Kind"},
    family: {type: "string", label: "Family of the format that is mostly read"},
    runs: {type: "integer", label: "Runs a step"},
    flops: {type: "number", label: "Work of a run", unit: "FLOP", provenance: "modelled"},
    bytes: {type: "number", label: "Traffic of a run", unit: "B", provenance: "modelled"},
    intensity: {type: "number", label: "Intensity", unit: "FLOP/B", provenance: "modelled"},
    reachedTops: {type: "number", label: "Rate reached at most", unit: "TFLOP/s", provenance: "modelled"},
    seconds: {type: "number", label: "Time of all runs", unit: "s", provenance: "modelled"},
    share: {type: "number", label: "Share of the step", unit: "%", provenance: "modelled"},
    bound: {type: "string", label: "Bound by"},
    multipliedIn: {type: "string", label: "Multiplied in"},
    peakTops: {type: "number", label: "Peak in that format", unit: "TFLOP/s", provenance: "modelled"},
    bandwidthGBs: {type: "number", label: "Bandwidth", unit: "GB/s", provenance: "modelled"},
    flopsFormula: {type: "string", label: "Work", nullable: true},
    bytesFormula: {type: "string", label: "Traffic"},
    secondsFormula: {type: "string", label: "Time", nullable: true},
  },
  needs: [],
  sweep: (["decode", "prefill"] as const).flatMap((phase) =>
    ["fp16", "int4", "mxfp4"].flatMap((weights) => [1, 16].map((batch) => ({phase, weights, batch}))),
  ),
  run(setting) {
    const {phase, batch, context, sparsity, fused, efficiency} = setting;
    const prices = pricesOf(machineOf(setting), formatsOf(setting), {
      ...EFFICIENCIES[efficiency],
      sparsity: sparsityOf(sparsity),
    });
    const step =
      phase === "decode"
        ? {batch, tokens: 1, cached: context, fused}
        : {batch, tokens: context, cached: 0, fused};
    const {operators, seconds: whole} = rooflineOf(buildOperators(modelOf(setting), step), prices);
    return operators.map((priced) => {
      const {op, bytes, intensity, seconds, bound, format} = priced;
      return {
        operator: op.name,
        kind: op.kind,
        family: familyOf(op.kind, setting),
        runs: op.count,
        flops: op.flops,
        bytes,
        intensity,
        reachedTops: op.flops / seconds / 1e12,
        seconds: op.count * seconds,
        share: (100 * op.count * seconds) / whole,
        bound: bound === "compute" ? "arithmetic" : "memory",
        multipliedIn: format,
        peakTops: prices.rate[op.kind] / 1e12,
        bandwidthGBs: prices.bandwidth / 1e9,
        flopsFormula: formulaOf("flops", priced, prices),
        bytesFormula: bytesFormula(priced, prices),
        secondsFormula: formulaOf("seconds", priced, prices),
        provenance: "modelled" as const,
      };
    });
  },
});
