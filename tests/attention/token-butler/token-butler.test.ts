import {describe, expect, test} from "vitest";
import {
  importanceStream,
  layerImportance,
  predictImportance,
  type TokenButlerShape,
  type TokenButlerWeights,
} from "../../../src/lib/attention/token-butler/token-butler.js";
import {
  tokenButlerDecodeCost,
  tokenButlerOverhead,
  tokenButlerParameters,
} from "../../../src/lib/attention/token-butler/token-butler-cost.js";
import {erf, gelu} from "../../../src/lib/tensor/activation.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

const SHAPE: TokenButlerShape = {
  width: 24,
  heads: 3,
  layers: 2,
  importanceDim: 4,
  hiddenDim: 10,
  reducedDim: 6,
};
const FREQUENCIES = {attention: Float64Array.of(1), importance: Float64Array.of(1, 0.1)};

function weightsOf(seed: number): TokenButlerWeights {
  const {width: E, heads: H, layers: N, importanceDim: D, hiddenDim: I, reducedDim: R} = SHAPE;
  const stream = randomStream(seed, "predictor");
  const normal = (n: number) => Float64Array.from({length: n}, () => 0.3 * stream.normal());
  return {
    input: normal(R * E),
    q: normal(R * R),
    k: normal(R * R),
    v: normal(R * R),
    normWeight: normal(R),
    normBias: normal(R),
    up: normal(2 * R * R),
    upBias: normal(2 * R),
    down: normal(2 * R * E),
    downBias: normal(E),
    queryHidden: normal(I * E),
    queryOut: normal(N * H * D * I),
    keyHidden: normal(I * E),
    keyOut: normal(N * H * D * I),
  };
}

const hidden = Float64Array.from({length: 24 * 7}, (_, i) => Math.sin(i * i));

describe("predictImportance", () => {
  const whole = predictImportance(hidden, SHAPE, weightsOf(1), FREQUENCIES);

  test("says of the tokens of half a text what it says in the whole", () => {
    const half = predictImportance(hidden.slice(0, 24 * 4), SHAPE, weightsOf(1), FREQUENCIES);
    for (let layer = 0; layer < 2; layer++) {
      const [all, first] = [layerImportance(whole, layer), layerImportance(half, layer)];
      for (let h = 0; h < 3; h++) {
        for (let i = 0; i < 4; i++) {
          for (let j = 0; j < 4; j++) {
            expect(first.data[(h * 4 + i) * 4 + j]).toBeCloseTo(all.data[(h * 7 + i) * 7 + j], 12);
          }
        }
      }
    }
  });

  test("gives layer n, head j the slot j · layers + n of the projection", () => {
    const scores = layerImportance(whole, 1).data;
    const slot = 2 * 2 + 1;
    let sum = 0;
    for (let c = 0; c < 4; c++) {
      sum += whole.queries[(slot * 7 + 6) * 4 + c] * whole.keys[(slot * 7 + 3) * 4 + c];
    }
    expect(scores[(2 * 7 + 6) * 7 + 3]).toBeCloseTo(sum / 2, 12);
  });

  test("refuses what does not fit", () => {
    const weights = {...weightsOf(1), up: new Float64Array(3)};
    expect(() => predictImportance(hidden, SHAPE, weights, FREQUENCIES)).toThrow(
      /up must hold 72 values, got 3$/,
    );
    expect(() => predictImportance(hidden.slice(1), SHAPE, weightsOf(1), FREQUENCIES)).toThrow(
      /hidden must hold 168 values, got 167$/,
    );
    expect(() => layerImportance(whole, 2)).toThrow(/layer must be from 0 to 1, got 2$/);
  });
});

describe("importanceStream", () => {
  const pushed = (...sizes: number[]) => {
    const stream = importanceStream(SHAPE, weightsOf(1), FREQUENCIES);
    let from = 0;
    const parts = sizes.map((tokens) => {
      const part = stream.push(hidden.slice(24 * from, 24 * (from + tokens)));
      from += tokens;
      return part;
    });
    return {stream, parts};
  };

  test.each([[[1, 1, 1, 1, 1, 1, 1]], [[4, 3]], [[1, 5, 1]]])(
    "says of a text in passes of %j what it says of the whole",
    (sizes) => {
      const whole = predictImportance(hidden, SHAPE, weightsOf(1), FREQUENCIES);
      const {parts} = pushed(...sizes);
      for (let layer = 0; layer < 2; layer++) {
        const all = layerImportance(whole, layer);
        let row = 0;
        for (const part of parts) {
          const {queries, keys, data} = layerImportance(part, layer);
          for (let i = 0; i < queries; i++, row++) {
            for (let h = 0; h < 3; h++) {
              for (let j = 0; j <= row; j++) {
                expect(data[(h * queries + i) * keys + j]).toBeCloseTo(all.data[(h * 7 + row) * 7 + j], 12);
              }
            }
          }
        }
        expect(row).toBe(7);
      }
    },
  );

  test("stores importance keys of all slots and its own keys and values in float32", () => {
    const {stream} = pushed(3);
    expect(stream.tokens).toBe(3);
    expect(stream.bytes()).toBe(4 * 3 * (2 * 3 * 4 + 2 * 6));
  });

  test("forgets what is cut off, and goes on as if it had not been", () => {
    const {stream} = pushed(3, 4);
    stream.truncate(3);
    expect(stream.tokens).toBe(3);
    const again = stream.push(hidden.slice(24 * 3));
    expect(again).toEqual(pushed(3, 4).parts[1]);
  });
});

describe("the cost of a predictor", () => {
  test("is the sum of its weights", () => {
    const stored = Object.values(weightsOf(1)).reduce((sum, part) => sum + part.length, 0);
    expect(tokenButlerParameters(SHAPE, {withUnusedNorm: false})).toBe(stored);
    expect(tokenButlerParameters(SHAPE)).toBe(stored + 48);
  });

  test("is the published share of the models", () => {
    const of = (width: number, heads: number, layers: number, importanceDim: number) =>
      tokenButlerParameters({width, heads, layers, importanceDim, hiddenDim: 1024, reducedDim: width / 8});
    // Parameters of the models: Llama-2-7B and Llama-3.1-8B.
    expect(100 * tokenButlerOverhead(of(4096, 32, 32, 32), 6_738_415_616)).toBeCloseTo(1.22, 2);
    expect(100 * tokenButlerOverhead(of(4096, 32, 32, 32), 8_030_261_248)).toBeCloseTo(1.02, 2);
  });

  test("grows with the text only where keys are scored; its cache is half of Llama-3.1-8B's", () => {
    const shape = {width: 4096, heads: 32, layers: 32, importanceDim: 32, hiddenDim: 1024, reducedDim: 512};
    const [none, some] = [0, 1000].map((L) => tokenButlerDecodeCost(shape, L));
    expect(some.flops - none.flops).toBe(2 * 32 * 31 * 32 * 1000);
    expect(some.cacheValuesPerToken).toBe(32768);
    expect(some.valuesRead).toBe(31 * 32 * 32 * 1000);
  });
});

test("erf and gelu are the functions themselves", () => {
  const known = [
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [3, 0.9999779095030014],
    [7, 1],
  ] as const;
  for (const [at, value] of known) {
    expect(erf(at)).toBeCloseTo(value, 14);
    expect(erf(-at)).toBeCloseTo(-value, 14);
  }
  expect(erf(Number.NaN)).toBeNaN();
  expect(gelu(1)).toBeCloseTo(0.8413447460685429, 14);
  expect(gelu(-40)).toBeCloseTo(0, 14);
});
