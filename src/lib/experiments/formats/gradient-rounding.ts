import {experiment} from "../../experiment/experiment.js";
import {
  gradientRoundings,
  product,
  roundedGradients,
  transposedMatrix,
} from "../../quant/training/quartet.js";
import {draws, randomStream} from "../../tensor/random.js";
import {type Tensor, tensor} from "../../tensor/tensor.js";

const [TOKENS, WIDTH] = [256, 64];

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

/** A gradient of the output, inputs and weights of a linear map, all standard normal. */
function drawn(seed: number): Readonly<Record<"grad" | "x" | "w", Tensor>> {
  const {normal} = randomStream(seed, "gradient of a linear map");
  const matrix = (rows: number) => tensor(draws(rows * WIDTH, normal), [rows, WIDTH]);
  return {grad: matrix(TOKENS), x: matrix(TOKENS), w: matrix(WIDTH)};
}

/** Error of rounding against what it does to the gradient of the weights. */
export const gradientRounding = experiment({
  id: "formats/gradient-rounding",
  title: "Rounding a gradient",
  question: "Which rounding of a gradient's products loses least, and which is right on average?",
  source: "Quartet, arXiv:2505.14669, sections 4.2 and 4.3",
  params: {
    steps: {
      kind: "integer",
      label: "Roundings",
      help: "Of the same gradient, each with signs and chances of its own.",
      min: 1,
      max: 256,
      log: true,
      default: 64,
    },
    seed: {kind: "integer", label: "Seed", min: 0, max: 9999, default: 0, advanced: true},
  },
  columns: {
    rounding: {type: "string", label: "Id"},
    name: {type: "string", label: "Rounding"},
    relativeMse: {
      type: "number",
      label: "Squared error of a rounded factor over its square",
      provenance: "measured",
    },
    cosine: {type: "number", label: "Cosine of a rounded gradient with the gradient", provenance: "measured"},
    kept: {type: "number", label: "Share of the gradient that is left along it", provenance: "measured"},
    meanCosine: {
      type: "number",
      label: "Cosine of the mean of all roundings with the gradient",
      provenance: "measured",
    },
    steps: {type: "integer", label: "Roundings"},
  },
  needs: [],
  sweep: [{}],
  async run({steps, seed}, {progress}) {
    const parts = drawn(seed);
    const exact = product(transposedMatrix(parts.grad), transposedMatrix(parts.x)).data;
    const rows = [];
    for (const [index, rounding] of gradientRoundings.entries()) {
      await progress(index / gradientRoundings.length, rounding.name);
      const stream = randomStream(seed, rounding.id);
      const {data} = rounding.round(parts.grad, stream);
      const error = parts.grad.data.map((value, i) => data[i] - value);
      const sum = new Float64Array(exact.length);
      let single = 0;
      for (let step = 0; step < steps; step++) {
        const {w} = roundedGradients(parts, rounding, stream);
        for (let i = 0; i < sum.length; i++) sum[i] += w.data[i];
        single += cosine(w.data, exact) / steps;
      }
      rows.push({
        rounding: rounding.id,
        name: rounding.name,
        relativeMse: dot(error, error) / dot(parts.grad.data, parts.grad.data),
        cosine: single,
        kept: dot(sum, exact) / steps / dot(exact, exact),
        meanCosine: cosine(sum, exact),
        steps,
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});
