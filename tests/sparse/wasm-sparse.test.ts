import {describe, expect, test} from "vitest";
import {sparseLinear} from "../../src/lib/sparse/products/sparse-linear.js";
import {wasmSparse} from "../../src/lib/sparse/products/wasm-sparse.js";
import {sparseForms} from "../../src/lib/sparse/registry.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../src/lib/tensor/tensor.js";

function weights(outputs: number, inputs: number, density: number): Tensor {
  const random = randomStream(3, `${outputs} x ${inputs}`);
  const values = draws(outputs * inputs, () => (random.uniform() < density ? random.normal() : 0));
  return tensor(values, [outputs, inputs]);
}

const activations = (rows: number, inputs: number): Tensor => {
  const random = randomStream(4, `${rows} x ${inputs}`);
  return tensor(draws(rows * inputs, random.normal), [rows, inputs]);
};

/** Outputs that are further from the definition than a sum of n float32 products may be: (n + 2) · 2^-24 · Σ|x·w|. */
function beyondBound(y: Tensor, expected: Tensor, x: Tensor, weight: Tensor): number {
  const [outputs, inputs] = weight.shape as [number, number];
  return y.data.filter((value, at) => {
    const [row, output] = [Math.floor(at / outputs), at % outputs];
    let magnitude = 0;
    for (let i = 0; i < inputs; i++) {
      magnitude += Math.abs(x.data[row * inputs + i]! * weight.data[output * inputs + i]!);
    }
    return Math.abs(value - expected.data[at]!) > (inputs + 2) * 2 ** -24 * magnitude;
  }).length;
}

const SIZES = [
  [16, 64, 1],
  [1, 1, 1],
  [37, 70, 1],
  [64, 200, 5],
  [48, 33, 2],
] as const;

describe.each(sparseForms.all)("the kernel on $id", (form) => {
  test.each(SIZES)("is the definition, %i outputs, %i inputs, %i rows", async (outputs, inputs, rows) => {
    for (const density of [0, 0.02, 0.5, 1]) {
      const packed = form.pack(weights(outputs, inputs, density));
      const x = activations(rows, inputs);
      const [y, expected] = [(await wasmSparse(packed)).multiply(x), sparseLinear(packed, x)];
      expect(y.shape).toEqual([rows, outputs]);
      if (form.id === "bitmap-int8") expect(y).toEqual(expected);
      else expect(beyondBound(y, expected, x, form.unpack(packed))).toBe(0);
    }
  });

  if ("threads" in form.params)
    test("reads matrices whose columns are shared by threads", async () => {
      const weight = weights(96, 64, 0.4);
      const x = activations(1, 64);
      const [alone, shared] = [1, 3, 6].map((threads) => form.pack(weight, {threads}));
      const y = (await wasmSparse(shared!)).multiply(x);
      expect(y).toEqual((await wasmSparse(alone!)).multiply(x));
    });

  test("gives the same for rows together and alone", async () => {
    const product = await wasmSparse(form.pack(weights(40, 96, 0.3)));
    const x = activations(3, 96);
    const together = product.multiply(x);
    for (let row = 0; row < 3; row++) {
      const alone = product.multiply(tensor(x.data.slice(row * 96, row * 96 + 96), [1, 96]));
      const off = alone.data.map((value, i) => Math.abs(value - together.data[row * 40 + i]!));
      expect(off.reduce((most, each) => Math.max(most, each), 0)).toBeLessThan(1e-4);
    }
  });

  test("refuses rows of other sizes", async () => {
    const product = await wasmSparse(form.pack(weights(16, 32, 1)));
    expect(() => product.multiply(activations(1, 31))).toThrow("wasmSparse: x must have 32 columns, got 31");
  });
});

test("sparseLinear is a product with the unpacked weights", () => {
  const form = sparseForms.byId("bitmap-bf16");
  const packed = form.pack(tensor([1, 0, 0, -2, 0.5, 0], [2, 3]));
  expect(sparseLinear(packed, tensor([1, 2, 3], [1, 3])).data).toEqual(Float32Array.of(1, -1));
});
