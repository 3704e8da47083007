import {describe, expect, test} from "vitest";
import {type MlaWeights, mlaAttention, mlaAttentionAbsorbed, mlaCache} from "../../../src/lib/kv/mla/mla.js";
import {normals} from "../random.js";

const [heads, width, latentDim, ropeDim, nopeDim, valueDim] = [3, 11, 5, 4, 6, 7];
const doubles = (seed: number, count: number) => Float64Array.from(normals(seed, count));
const weights: MlaWeights = {
  heads,
  width,
  latentDim,
  ropeDim,
  nopeDim,
  valueDim,
  down: doubles(1, width * latentDim),
  ropeKey: doubles(2, width * ropeDim),
  upKey: doubles(3, heads * latentDim * nopeDim),
  upValue: doubles(4, heads * latentDim * valueDim),
  query: doubles(5, heads * width * (nopeDim + ropeDim)),
  frequencies: Float64Array.of(1, 0.1),
};
const h = doubles(6, 8 * width);

describe.each([
  ["without a latent norm", weights],
  ["with a latent norm", {...weights, latentNorm: doubles(7, latentDim)}],
  ["with a scale of its own", {...weights, scale: 0.7}],
])("latent attention %s", (_, model) => {
  test("is the same rebuilt and absorbed", () => {
    const [explicit, absorbed] = [mlaAttention(h, model), mlaAttentionAbsorbed(h, model)];
    expect(explicit).toHaveLength(8 * heads * valueDim);
    explicit.forEach((value, i) => {
      expect(absorbed[i]).toBeCloseTo(value, 11);
    });
  });

  test("is causal: later tokens change nothing before them", () => {
    const half = mlaAttention(h.slice(0, 3 * width), model);
    expect([...half]).toEqual([...mlaAttention(h, model).slice(0, half.length)]);
  });
});

test("the cache holds a latent and one rotated key a token", () => {
  const {latent, ropeKeys} = mlaCache(h, weights);
  expect([latent.length, ropeKeys.length]).toEqual([8 * latentDim, 8 * ropeDim]);
});

test("refuses what does not have its shape", () => {
  expect(() => mlaAttention(h.slice(1), weights)).toThrow(/h must hold 88 values, got 87$/);
  expect(() => mlaAttention(h, {...weights, upKey: new Float64Array(2)})).toThrow(
    /upKey must hold 90 values, got 2$/,
  );
  expect(() => mlaAttention(h, {...weights, heads: 0})).toThrow(
    /heads must be an integer of at least 1, got 0$/,
  );
});
