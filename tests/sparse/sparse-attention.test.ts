import {describe, expect, test} from "vitest";
import {bf16} from "../../src/lib/formats/float/float.js";
import {packedBytes} from "../../src/lib/formats/format.js";
import {magnitudePrune} from "../../src/lib/kv/sparse-kv/magnitude-prune.js";
import {packSparseKv, sparseAttention} from "../../src/lib/sparse/attention/sparse-attention.js";
import {sparseLinear} from "../../src/lib/sparse/products/sparse-linear.js";
import {wasmSparse} from "../../src/lib/sparse/products/wasm-sparse.js";
import {sparseForms} from "../../src/lib/sparse/registry.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

const [TOKENS, HEAD_DIM] = [48, 32];
const stream = randomStream(5, "sparse attention");
/** Keys and values that bfloat16 holds exactly. */
const numbers = (count: number) =>
  bf16.decode(bf16.encode({shape: [count], data: draws(count, stream.normal)})).data;
const [keys, values] = [numbers(TOKENS * HEAD_DIM), numbers(TOKENS * HEAD_DIM)];
const q = {shape: [2, HEAD_DIM], data: draws(2 * HEAD_DIM, stream.normal)};

/** Dense attention in float64, written out. */
function dense(k: Float32Array, v: Float32Array): number[] {
  return [0, 1].flatMap((row) => {
    const exps = Array.from({length: TOKENS}, (_, t) => {
      let score = 0;
      for (let i = 0; i < HEAD_DIM; i++) score += q.data[row * HEAD_DIM + i]! * k[t * HEAD_DIM + i]!;
      return Math.exp(score / Math.sqrt(HEAD_DIM));
    });
    const sum = exps.reduce((a, b) => a + b);
    return Array.from({length: HEAD_DIM}, (_, i) =>
      exps.reduce((out, each, t) => out + (each / sum) * v[t * HEAD_DIM + i]!, 0),
    );
  });
}

describe.each(["bitmap-bf16", "listed-bf16"] as const)("attention over %s", (id) => {
  const form = sparseForms.byId(id);

  test.each([0, 30, 50, 100])("is dense attention over what is left after pruning %i %%", async (percent) => {
    const [k, v] = [magnitudePrune(keys, percent), magnitudePrune(values, percent)];
    const packed = packSparseKv(k, v, HEAD_DIM, form);
    const expected = dense(k, v);
    const byDefinition = sparseAttention(
      q,
      (x) => sparseLinear(packed.keys, x),
      (x) => sparseLinear(packed.values, x),
    );
    const [keyProduct, valueProduct] = [await wasmSparse(packed.keys), await wasmSparse(packed.values)];
    const byKernel = sparseAttention(q, keyProduct.multiply, valueProduct.multiply);
    for (const {data} of [byDefinition, byKernel]) {
      const off = data.map((value, i) => Math.abs(value - expected[i]!));
      expect(off.reduce((most, each) => Math.max(most, each), 0)).toBeLessThan(1e-5);
    }
  });

  test("takes fewer bytes the more is pruned, as the formula counts them", () => {
    const bytesAt = (percent: number) => {
      const packed = packSparseKv(
        magnitudePrune(keys, percent),
        magnitudePrune(values, percent),
        HEAD_DIM,
        form,
      );
      return packedBytes(packed.keys) + packedBytes(packed.values);
    };
    expect(bytesAt(50)).toBeLessThan(bytesAt(30));
    expect(bytesAt(30)).toBeLessThan(bytesAt(0));
  });
});

test("packSparseKv refuses values of another number of tokens, and parts of tokens", () => {
  const form = sparseForms.byId("bitmap-bf16");
  expect(() => packSparseKv(keys, values.slice(1), HEAD_DIM, form)).toThrow(
    "values must hold 1536 numbers, got 1535",
  );
  expect(() => packSparseKv(keys.slice(1), values, HEAD_DIM, form)).toThrow("packSparseKv: tokens must be");
});
