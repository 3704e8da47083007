import {experiment, type TensorSet} from "../../experiment/experiment.js";
import {applySwitches} from "../../formats/switches/quantize-switched.js";
import {
  type IntegerLinear,
  integerLinear,
  runIntegers,
  runSimulated,
} from "../../quant/integer-only/integer-linear.js";
import {linear} from "../../tensor/dense.js";
import {tensorError} from "../../tensor/error.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";

const MODEL = "decoder-small";

/** Inputs of a layer by the matrices that read them. */
const INPUT_OF: Readonly<Record<string, string>> = {
  q_proj: "self_attn.qkv.input",
  k_proj: "self_attn.qkv.input",
  v_proj: "self_attn.qkv.input",
  o_proj: "self_attn.o_proj.input",
  gate_proj: "mlp.gate_up.input",
  up_proj: "mlp.gate_up.input",
  down_proj: "mlp.down_proj.input",
};

interface Reader {
  readonly layer: number;
  readonly matrix: string;
  readonly weight: Tensor;
  readonly x: Tensor;
}

/** Every matrix of the model with the inputs that it reads. */
function readersOf(weights: TensorSet, inputs: TensorSet): Reader[] {
  return [...weights].flatMap(([name, weight]) => {
    const [, layer, matrix] = /^model\.layers\.(\d+)\..*\.(\w+)\.weight$/.exec(name) ?? [];
    if (layer === undefined || matrix === undefined) return [];
    const x = inputs.get(`model.layers.${layer}.${INPUT_OF[matrix]}`);
    return x === undefined ? [] : [{layer: Number(layer), matrix, weight, x}];
  });
}

const rowsOf = (x: Tensor, from: number, to: number): Tensor => {
  const {columns} = matrixSize(x);
  return {shape: [to - from, columns], data: x.data.slice(from * columns, to * columns)};
};

const productOf = (x: Tensor, weight: Tensor): Tensor => ({
  shape: [matrixSize(x).rows, matrixSize(weight).rows],
  data: Float32Array.from(linear(x.data, weight.data, matrixSize(x).columns, null)),
});

/** Outputs as codes stand for them. */
function valuesOf(codes: Uint8Array, {output: {grid}}: IntegerLinear): Float32Array {
  return Float32Array.from(codes, (code) => (code - (grid.zeroPoints?.[0] ?? 0)) * grid.scales[0]);
}

function compared({weight, x}: Reader, weightBits: number, bits: number) {
  const half = Math.floor(matrixSize(x).rows / 2);
  const seen = rowsOf(x, 0, half);
  const later = rowsOf(x, half, 2 * half);
  const layer = integerLinear({
    weight,
    seen: {inputs: seen, outputs: productOf(seen, weight)},
    bits,
    weightBits,
  });
  const [integers, simulated] = [runIntegers(later, layer), runSimulated(later, layer)];
  const exact = productOf(later, weight);
  let [differ, most] = [0, 0];
  integers.forEach((code, i) => {
    const away = Math.abs(code - simulated[i]);
    if (away > 0) differ++;
    if (away > most) most = away;
  });
  return {
    outputs: integers.length,
    differ,
    mostSteps: most,
    integerDb: tensorError(exact.data, valuesOf(integers, layer)).sqnrDb,
    simulatedDb: tensorError(exact.data, valuesOf(simulated, layer)).sqnrDb,
    outputDb: tensorError(exact.data, applySwitches(exact, layer.output).values.data).sqnrDb,
  };
}

/** Linear layers of a trained decoder in integers alone, beside the same layers simulated in floats. */
export const integerOnly = experiment({
  id: "formats/integer-only",
  title: "Integers from input to output",
  question: "Does a layer that computes with integers alone give what its simulation in floats promises?",
  source:
    "arXiv:2103.13630, section 4.1; Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference, arXiv:1712.05877",
  params: {
    weightBits: {kind: "choice", label: "Bits of weights", options: [2, 4, 8], default: 8},
    bits: {
      kind: "choice",
      label: "Bits of inputs and outputs",
      help: "With one static scale each, fitted to the first half of the tokens; the second half is measured.",
      options: [4, 6, 8],
      default: 8,
    },
  },
  columns: {
    weightBits: {type: "integer", label: "Bits of weights"},
    bits: {type: "integer", label: "Bits of inputs and outputs"},
    layer: {type: "integer", label: "Layer"},
    matrix: {type: "string", label: "Matrix"},
    outputs: {type: "integer", label: "Outputs"},
    differ: {
      type: "integer",
      label: "Outputs whose code is not that of the simulation",
      provenance: "measured",
    },
    mostSteps: {type: "integer", label: "Largest difference, in codes", provenance: "measured"},
    integerDb: {
      type: "number",
      label: "Signal to noise in integers",
      unit: "dB",
      provenance: "measured",
    },
    simulatedDb: {
      type: "number",
      label: "Signal to noise of the simulation",
      unit: "dB",
      provenance: "measured",
    },
    outputDb: {
      type: "number",
      label: "Signal to noise where outputs alone are rounded",
      unit: "dB",
      provenance: "measured",
    },
  },
  needs: [`weights/${MODEL}`, `activations/${MODEL}`],
  sweep: ([2, 4, 8] as const).map((weightBits) => ({weightBits})),
  async run({weightBits, bits}, {data, progress}) {
    const readers = readersOf(data.get(`weights/${MODEL}`), data.get(`activations/${MODEL}`));
    const rows = [];
    for (const [n, reader] of readers.entries()) {
      const {layer, matrix} = reader;
      await progress(n / readers.length, `layer ${layer}, ${matrix}`);
      const found = compared(reader, weightBits, bits);
      rows.push({weightBits, bits, layer, matrix, ...found, provenance: "measured" as const});
    }
    return rows;
  },
});
