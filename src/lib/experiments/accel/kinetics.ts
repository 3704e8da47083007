import {
  coverage,
  KINETICS_FLOPS_PER_BYTE,
  type KineticsCost,
  type KineticsWorkload,
  kineticsBlockTopK,
  kineticsDense,
  kineticsTopK,
} from "../../accel/kinetics.js";
import {parameterCount} from "../../accel/model.js";
import {MODELS, modelById} from "../../accel/models.js";
import {experiment} from "../../experiment/experiment.js";
import {optionNames} from "../../technique/option-names.js";

const TRIALS = [1, 2, 4, 8, 16, 32, 64] as const;
const GENERATED = [256, 512, 1024, 2048, 4096, 8192, 16384, 32768] as const;
/** Successes are counted among this many trials, so that a share of them is a probability to two digits. */
const POOL = 1000;

/** Models with softmax attention in all layers: what Kinetics' formulas cover. */
const options = [...MODELS.values()]
  .filter(({groups, input}) => input === undefined && groups.every(({mixer}) => mixer.kind === "gqa"))
  .map(({id}) => id);

/** The sizes of a model as Kinetics puts them: layers times head size in one number. */
export function kineticsSizes(
  id: string,
): Pick<KineticsWorkload, "parameters" | "heads" | "kvHeads" | "headDim"> {
  const model = modelById(id);
  const [{mixer}] = model.groups;
  if (mixer.kind !== "gqa")
    throw new RangeError(`kineticsSizes: ${id} must have softmax attention, got ${mixer.kind}`);
  const layers = model.groups.reduce((sum, {count}) => sum + count, 0);
  return {
    parameters: parameterCount(model).active,
    heads: mixer.heads,
    kvHeads: mixer.kvHeads,
    headDim: mixer.headDim * layers,
  };
}

/** Costs of thinking longer or trying again, with dense and with sparse attention. */
export const kinetics = experiment({
  id: "accel/kinetics",
  title: "What test-time compute costs",
  question:
    "When a model thinks longer or tries again, what does it pay for: its weights or its memory of what it said?",
  source:
    "Kinetics, arXiv:2506.05333; formulas of Infini-AI-Lab/Kinetics, cost_model/utils.py, with the sum over steps in place of its closed forms",
  params: {
    model: {...modelParamOf(options), label: "Model"},
    generated: {
      kind: "choice",
      label: "Generation length",
      options: GENERATED,
      default: 8192,
    },
    budget: {
      kind: "integer",
      label: "KV budget of sparse attention",
      unit: "tokens",
      min: 16,
      max: 8192,
      log: true,
      default: 1024,
    },
    successRate: {
      kind: "number",
      label: "One trial succeeds with probability",
      help: "An assumption: trials that do not depend on one another, and sparse attention that changes nothing.",
      min: 0.01,
      max: 0.99,
      step: 0.01,
      default: 0.2,
    },
    context: {
      kind: "integer",
      label: "Prompt",
      unit: "tokens",
      min: 1,
      max: 131072,
      log: true,
      default: 1024,
      advanced: true,
    },
    blockSize: {
      kind: "integer",
      label: "Block size of the search",
      unit: "tokens",
      min: 1,
      max: 256,
      log: true,
      default: 16,
      advanced: true,
    },
    flopsPerByte: {
      kind: "number",
      label: "Operations that cost as much as a byte moved",
      help: "562.5 is Kinetics' value for its machine; a cached value has two bytes.",
      min: 1,
      max: 5000,
      log: true,
      default: KINETICS_FLOPS_PER_BYTE,
      advanced: true,
    },
  },
  columns: {
    attention: {type: "string", label: "Attention"},
    generated: {type: "integer", label: "Generation length", unit: "tokens"},
    trials: {type: "integer", label: "Trials"},
    compute: {type: "number", label: "Arithmetic", unit: "TFLOP", provenance: "modelled"},
    memory: {type: "number", label: "Memory, as arithmetic", unit: "TFLOP", provenance: "modelled"},
    cost: {type: "number", label: "Cost", unit: "equivalent TFLOP", provenance: "modelled"},
    memoryShare: {type: "number", label: "Of it memory", unit: "%", provenance: "modelled"},
    coverage: {type: "number", label: "Solved by at least one trial", unit: "%", provenance: "modelled"},
  },
  needs: [],
  sweep: [{}, {model: "llama-3.1-70b"}, {model: "tinyllama-1.1b"}, {model: "qwen2.5-7b"}],
  run({model, generated, budget, successRate, context, blockSize, flopsPerByte}) {
    const sizes = kineticsSizes(model);
    const topBlocks = Math.max(1, Math.floor(budget / blockSize));
    const methods: Readonly<Record<string, (w: KineticsWorkload) => KineticsCost>> = {
      dense: kineticsDense,
      "top-k": (w) => kineticsTopK(w, budget, "corrected"),
      "block top-k": (w) => kineticsBlockTopK(w, {local: 0, blockSize, topBlocks}, "corrected"),
    };
    const row = (attention: string, tokens: number, trials: number) => {
      const {compute, memory} = methods[attention]({
        ...sizes,
        context,
        generated: tokens,
        trials,
        flopsPerByte,
      });
      const cost = compute + memory;
      return {
        attention,
        generated: tokens,
        trials,
        compute,
        memory,
        cost,
        memoryShare: (100 * memory) / cost,
        coverage: 100 * coverage(POOL, Math.round(successRate * POOL), trials),
        provenance: "modelled" as const,
      };
    };
    return Object.keys(methods).flatMap((attention) => [
      ...GENERATED.map((tokens) => row(attention, tokens, 1)),
      ...TRIALS.slice(1).map((trials) => row(attention, generated, trials)),
    ]);
  },
});

function modelParamOf(ids: readonly string[]) {
  return {
    kind: "choice",
    label: "Model",
    options: ids,
    names: optionNames(MODELS.values()),
    default: "llama-3.1-8b",
  } as const;
}
