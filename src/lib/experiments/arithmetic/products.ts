import type {Arithmetic, ArithmeticRun} from "../../arithmetic/arithmetic.js";
import {OPERATION_NAMES} from "../../arithmetic/counts.js";
import {arithmetics} from "../../arithmetic/registry.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds} from "../../evaluate/eval-texts.js";
import {recordPrefill} from "../../evaluate/recorded-prefill.js";
import {experiment} from "../../experiment/experiment.js";
import {optionNames} from "../../technique/option-names.js";
import {multiply} from "../../tensor/dense.js";
import {tensorError} from "../../tensor/error.js";
import type {Tensor} from "../../tensor/tensor.js";
import {transpose} from "../../tensor/transpose.js";
import {decoderWeights} from "../shared/decoders.js";

const MODELS = ["decoder-small", "decoder-large"] as const;
const BITS = [1, 2, 3, 4] as const;

const count = (label: string) => ({type: "number", label, provenance: "measured"}) as const;

/** One matrix of a trained model times its inputs, by every product without a multiplier. */
export const products = experiment({
  id: "arithmetic/products",
  title: "Products without a multiplier",
  question: "What does a product take that never multiplies, and how far off is it?",
  source: arithmetics.all.map(({label, source}) => `${label}: ${source}`).join("; "),
  params: {
    model: {
      kind: "choice",
      label: "Model",
      help: "The matrix is its up projection of a layer, the inputs those of an evaluation text.",
      options: MODELS,
      default: "decoder-small",
    },
    layer: {kind: "integer", label: "Layer", min: 0, max: 3, default: 1},
    arithmetics: {
      kind: "choices",
      label: "Products",
      options: arithmetics.ids,
      names: optionNames(arithmetics.all),
      default: arithmetics.ids,
      rowsBy: "arithmetic",
    },
    bits: {
      kind: "choices",
      label: "Bits of a weight",
      help: "Of a mantissa where numbers stay floating-point ones (L-Mul).",
      options: BITS,
      default: BITS,
      rowsBy: "bits",
    },
    inputBits: {
      kind: "integer",
      label: "Bits of an input, where inputs become integers",
      min: 1,
      max: 8,
      default: 8,
    },
    tableInputs: {kind: "integer", label: "Inputs of a table", min: 2, max: 8, default: 4},
    tokens: {kind: "integer", label: "Tokens", min: 1, max: 128, log: true, default: 32, advanced: true},
  },
  columns: {
    model: {type: "string", label: "Model"},
    arithmetic: {type: "string", label: "Product"},
    label: {type: "string", label: "Name"},
    family: {type: "string", label: "Family"},
    exactness: {type: "string", label: "Relation to the product of what was read"},
    bits: {type: "integer", label: "Bits of a weight, or of a mantissa"},
    arithmeticError: count("Error of the product itself: relative error of squares, of what was read"),
    error: count("Error in all: relative error of squares, of the product in float32"),
    operations: count("Operations for a weight, all kinds together"),
    additions: count("Additions for a weight"),
    shifts: count("Shifts for a weight"),
    lookups: count("Lookups for a weight"),
    wordOperations: count("XORs of 32 bits with their count, for a weight"),
    multiplications: count("Multiplications for a weight, by scales"),
  },
  needs: MODELS.map((model) => `weights/${model}` as const),
  needsOf: ({model}) => [`weights/${model}`] as const,
  sweep: [{}],
  async run({model, layer, arithmetics: ids, bits, inputBits, tableInputs, tokens}, {data, progress}) {
    const weights = decoderWeights(model, data);
    const decoder = await decoderOf(weights, {backend: await wasmBackend()});
    const [text] = corpusSeeds({documents: 1})[0].texts;
    const {tensors} = recordPrefill(decoder, text.tokens.slice(0, tokens));
    const found = tensors.find((each) => each.site === "mlp.input" && each.layer === layer)!;
    const matrix = weights.tensors.get(`model.layers.${layer}.mlp.up_proj.weight`)!;
    const inputs = {shape: [tokens, matrix.shape[1]], data: found.data};
    const exact = exactProduct(matrix, Float64Array.from(matrix.data), Float64Array.from(inputs.data));
    const rows = [];
    for (const [n, id] of ids.entries()) {
      await progress(n / ids.length, id);
      const arithmetic = arithmetics.byId(id);
      const [least, most] = arithmetic.weightBits;
      for (const each of bits.filter((wanted) => wanted >= least && wanted <= most)) {
        const setting = {weightBits: each, mantissaBits: each, inputBits, tableInputs};
        const run = arithmetic.product(matrix, inputs, setting);
        rows.push({
          model,
          bits: each,
          ...factsOf(arithmetic),
          ...cellsOf(run, matrix, exact),
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});

const factsOf = ({id, label, family, exactness}: Arithmetic) => ({arithmetic: id, label, family, exactness});

/** X W^T, [tokens, outputs]. */
function exactProduct({shape: [outputs, width]}: Tensor, w: Float64Array, x: Float64Array): Float64Array {
  return multiply(x, transpose(w, outputs, width), width);
}

/** Squares of the error, of those of the result. */
const errorOf = (exact: Float64Array, found: Float64Array) =>
  tensorError(Float32Array.from(exact), Float32Array.from(found)).relativeMse;

/** Errors of a run, and its operations for each pair of a weight and an input. */
function cellsOf({output, weights, inputs, counts}: ArithmeticRun, matrix: Tensor, exact: Float64Array) {
  const pairs = output.length * matrix.shape[1];
  const of = Object.fromEntries(OPERATION_NAMES.map((name) => [name, counts[name] / pairs]));
  const perPair = of as Record<(typeof OPERATION_NAMES)[number], number>;
  return {
    ...perPair,
    arithmeticError: errorOf(exactProduct(matrix, weights, inputs), output),
    error: errorOf(exact, output),
    operations: OPERATION_NAMES.reduce((sum, name) => sum + perPair[name], 0),
  };
}
