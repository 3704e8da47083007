import {OPERATION_ENERGY} from "../../accel/energy.js";
import type {Reach} from "../../arithmetic/lmul/multiplier.js";
import {lmulArithmetic} from "../../arithmetic/lmul/technique.js";
import type {Backend} from "../../engine/backend.js";
import {forward} from "../../engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds} from "../../evaluate/eval-texts.js";
import {evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {experiment} from "../../experiment/experiment.js";
import {optionNames} from "../../technique/option-names.js";
import {decoderWeights, SMALL_DECODERS} from "../shared/decoders.js";
import {qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";
import {MULTIPLIER_IDS, multiplierChoice} from "./multipliers.js";

const REACHES = ["attention", "all"] as const satisfies readonly Reach[];

/** A trained decoder whose products are additions of bits, or products of numbers in 8 bits. */
export const lMul = experiment({
  id: "arithmetic/l-mul",
  title: "Products by adding bits, in a trained decoder",
  question: "What does a model lose when its products become additions?",
  source: `${lmulArithmetic.source}; energy: Horowitz, ISSCC 2014`,
  params: {
    model: {kind: "choice", label: "Model", options: SMALL_DECODERS, default: "decoder-small"},
    products: {
      kind: "choices",
      label: "Ways to multiply",
      options: MULTIPLIER_IDS,
      names: optionNames(MULTIPLIER_IDS.map((id) => ({id, label: multiplierChoice(id, null).label}))),
      default: MULTIPLIER_IDS,
      rowsBy: "product",
    },
    reaches: {
      kind: "choices",
      label: "Products that are replaced",
      help: "Those of queries, keys and values in attention, or those with weights, too.",
      options: REACHES,
      default: REACHES,
      rowsBy: "reach",
    },
    places: {
      kind: "integer",
      label: "Places of the constant of L-Mul",
      help: "2^-places stands for the product of two mantissas. 0: as the paper has it for each mantissa.",
      min: 0,
      max: 8,
      default: 0,
    },
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "Of 128 tokens. More documents give narrower intervals.",
      min: 2,
      max: 16,
      default: 2,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    product: {type: "string", label: "Way to multiply"},
    label: {type: "string", label: "Name"},
    family: {type: "string", label: "Family"},
    reach: {type: "string", label: "Products that are replaced"},
    mantissaBits: {type: "integer", label: "Bits of a mantissa"},
    places: {type: "integer", label: "Places of the constant", nullable: true},
    meanError: {
      type: "number",
      label: "Error of a product on average, of the product",
      provenance: "measured",
    },
    meanMagnitude: {type: "number", label: "Magnitude of the error on average", provenance: "measured"},
    energy: {type: "number", label: "Energy of a product, 45 nm", unit: "pJ", provenance: "modelled"},
    energyShare: {type: "number", label: "Energy of a product, of one in float32", provenance: "modelled"},
    ...qualityColumns,
  },
  needs: SMALL_DECODERS.map((model) => `weights/${model}` as const),
  needsOf: ({model}) => [`weights/${model}`] as const,
  sweep: [{}],
  async run({model, products, reaches, places, documents}, {data, progress}) {
    const weights = decoderWeights(model, data);
    const base = await wasmBackend();
    const seeds = corpusSeeds({documents});
    const baseline = memoized(await readingBy(weights, base));
    const settings = products.flatMap((id) => reaches.map((reach) => ({id, reach})));
    const rows = [];
    for (const [n, {id, reach}] of settings.entries()) {
      const choice = multiplierChoice(id, places === 0 ? null : places);
      const what = `${choice.label}, ${reach}`;
      const step = watched(progress, {from: n / settings.length, to: (n + 1) / settings.length, what});
      const read = await readingBy(weights, choice.backend(base, reach));
      const {pooled} = await evaluateModel(read, baseline, seeds, step);
      const {mean, meanMagnitude} = choice.errors();
      rows.push({
        model,
        product: id,
        label: choice.label,
        family: choice.family,
        reach,
        mantissaBits: choice.mantissaBits,
        places: choice.places,
        meanError: mean,
        meanMagnitude,
        energy: choice.energy,
        energyShare: choice.energy / OPERATION_ENERGY.fp32Multiply.value,
        ...qualityCells(pooled),
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});

/** A decoder that is only read, by a backend. */
async function readingBy(weights: DecoderWeights, backend: Backend) {
  const model = await decoderOf(weights, {backend});
  return {logits: (ids: readonly number[]) => forward(model, ids), write: () => []};
}
