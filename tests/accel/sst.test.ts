import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {ELSA_MODELS, elsaLinears, elsaMacs, uniformLevels} from "../../src/lib/accel/sparse/elsa.js";
import {decodeNm, encodeNm, energyKept, SST_PATTERNS, storedBits} from "../../src/lib/accel/sst/encode.js";
import {networkSpeedup, SST_REPORTED, visionLayers} from "../../src/lib/accel/sst/network.js";
import {groupCycles, runSlice, sliceCycles, sliceFrames} from "../../src/lib/accel/sst/slice.js";
import {nmMask} from "../../src/lib/tensor/nm-mask.js";

const patterns = fc.constantFrom(...Object.values(SST_PATTERNS), {n: 3, m: 8}, {n: 2, m: 3});
const problems = fc
  .record({
    M: fc.integer({min: 1, max: 6}),
    N: fc.integer({min: 1, max: 6}),
    K: fc.integer({min: 1, max: 20}),
  })
  .chain(({M, N, K}) =>
    fc.record({
      M: fc.constant(M),
      N: fc.constant(N),
      K: fc.constant(K),
      x: fc.int8Array({minLength: M * K, maxLength: M * K}),
      w: fc.int8Array({minLength: N * K, maxLength: N * K}),
    }),
  );

/** The mask of rows that M need not divide. */
function masked(w: ArrayLike<number>, K: number, n: number, m: number): number[] {
  const groups = Math.ceil(K / m);
  const rows = w.length / K;
  const padded = Float64Array.from({length: rows * groups * m}, (_, i) => {
    const k = i % (groups * m);
    return k < K ? w[Math.floor(i / (groups * m)) * K + k] : 0;
  });
  const mask = nmMask(padded, groups * m, n, m);
  return Array.from({length: w.length}, (_, i) => w[i] * mask[Math.floor(i / K) * groups * m + (i % K)] + 0);
}

describe("N:M masks", () => {
  test("every group keeps exactly N, the largest", () => {
    fc.assert(
      fc.property(
        fc.float32Array({minLength: 12, maxLength: 12, noNaN: true}),
        fc.constantFrom(1, 2, 3, 4),
        (w, n) => {
          const mask = nmMask(w, 12, n, 4);
          for (let g = 0; g < 12; g += 4) {
            const kept = [0, 1, 2, 3].filter((i) => mask[g + i] === 1);
            expect(kept).toHaveLength(n);
            const dropped = [0, 1, 2, 3].filter((i) => mask[g + i] === 0);
            for (const a of kept)
              for (const b of dropped) expect(Math.abs(w[g + a])).toBeGreaterThanOrEqual(Math.abs(w[g + b]));
          }
        },
      ),
      {seed: 5},
    );
  });

  test("of equal magnitudes the lower index stays, NaN is never dropped for a number", () => {
    expect([...nmMask([1, -1, 1, 1], 4, 2, 4)]).toEqual([1, 1, 0, 0]);
    expect([...nmMask([5, Number.NaN, 3, 9], 4, 1, 4)]).toEqual([0, 1, 0, 0]);
    expect([...nmMask([0, 0, 0], 3, 0, 3)]).toEqual([0, 0, 0]);
    expect([...nmMask([], 4, 2, 4)]).toEqual([]);
  });

  test("refuses groups that do not fit", () => {
    expect(() => nmMask([1, 2, 3], 3, 1, 2)).toThrow(
      "nmMask: columns must be a multiple of M = 2, got 3. Pad the rows with zeros.",
    );
    expect(() => nmMask([1, 2], 2, 3, 2)).toThrow("nmMask: N must be at most M = 2, got 3");
  });
});

describe("encoding", () => {
  test("decoding gives the masked weights back", () => {
    fc.assert(
      fc.property(problems, patterns, ({w, K}, {n, m}) => {
        expect([...decodeNm(encodeNm(w, K, n, m))].map((v) => v + 0)).toEqual(masked(w, K, n, m));
      }),
      {seed: 6},
    );
  });

  test("indices ascend within a group, and zeros fill up from the lowest place", () => {
    const {values, indices} = encodeNm([0, 0, 0, 7, 0, 0, 0, 0], 8, 2, 4);
    expect([...indices]).toEqual([0, 3, 0, 1]);
    expect([...values]).toEqual([0, 7, 0, 0]);
  });

  test("8-bit weights take 5, 3.33 and 2.5 bits in 2:4, 1:3 and 1:4", () => {
    const w = new Int8Array(48).fill(1);
    const bits = (n: number, m: number) => storedBits(encodeNm(w, 12, n, m), 8) / 48;
    expect(bits(2, 4)).toBe(5);
    expect(bits(1, 3)).toBeCloseTo(10 / 3, 12);
    expect(bits(1, 4)).toBe(2.5);
    expect(bits(1, 1)).toBe(8);
  });

  test("Gaussian weights keep 0.867, 0.701 and 0.618 of their energy", () => {
    let state = 1;
    const uniform = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
    const w = Float64Array.from(
      {length: 600_000},
      () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
    );
    const kept: [number, number, number][] = [
      [2, 4, 0.867],
      [1, 3, 0.701],
      [1, 4, 0.618],
      [1, 2, 0.818],
      [2, 3, 0.936],
    ];
    for (const [n, m, share] of kept) expect(Math.abs(energyKept(w, 600, n, m) - share)).toBeLessThan(0.003);
    expect(energyKept([0, 0, 0, 0], 4, 2, 4)).toBe(1);
  });

  test("refuses patterns and lengths that are none", () => {
    expect(() => encodeNm([1, 2, 3, 4], 4, 5, 4)).toThrow(
      "encodeNm: n:m must be 1 <= n <= m <= 256, got 5:4",
    );
    expect(() => encodeNm([1, 2, 3], 2, 1, 2)).toThrow("encodeNm: weight must hold rows of 2, got 3 values");
  });
});

describe("a slice", () => {
  const sides = fc.record({P: fc.integer({min: 1, max: 4}), feed: fc.integer({min: 1, max: 5})});

  test("multiplies as the dense product of the masked weights, in the cycles of the formula", () => {
    fc.assert(
      fc.property(problems, patterns, sides, ({M, N, K, x, w}, {n, m}, {P, feed}) => {
        const {y, cycles} = runSlice(x, encodeNm(w, K, n, m), P, feed);
        const dense = masked(w, K, n, m);
        for (let row = 0; row < M; row++) {
          for (let column = 0; column < N; column++) {
            let sum = 0;
            for (let k = 0; k < K; k++) sum += x[row * K + k] * dense[column * K + k];
            expect(y[row * N + column]).toBe(sum);
          }
        }
        expect(cycles).toBe(sliceCycles({M, N, K}, {n, m}, P, feed));
      }),
      {seed: 7},
    );
  });

  test("never gains more than M / N, and less where the feed is narrow", () => {
    fc.assert(
      fc.property(patterns, sides, fc.integer({min: 1, max: 40}), ({n, m}, {P, feed}, groups) => {
        // Whole groups only: a group filled up with zeros takes as long as a full one.
        const gemm = {M: 9, N: 7, K: groups * m};
        const gain = sliceCycles(gemm, {n: 1, m: 1}, P, feed) / sliceCycles(gemm, {n, m}, P, feed);
        expect(gain).toBeLessThanOrEqual(m / n);
      }),
      {seed: 8},
    );
    expect(groupCycles(1, 4, 4)).toBe(1);
    expect(groupCycles(1, 4, 2)).toBe(2);
    expect(groupCycles(1, 4, 1)).toBe(4);
    expect(groupCycles(2, 4, 2)).toBe(2);
  });

  test("each multiplexer picks the activation that the index names", () => {
    const x = [10, 20, 30, 40];
    const weights = encodeNm([0, 5, 0, 7], 4, 2, 4);
    const picks = [...sliceFrames(x, weights, 1, 4)].flatMap((frame) => frame.picks);
    expect(picks.map(({index, weight, activation}) => [index, weight, activation])).toEqual([
      [1, 5, 20],
      [3, 7, 40],
    ]);
  });

  test("refuses activations of another length", () => {
    expect(() => runSlice([1, 2, 3], encodeNm([1, 2], 2, 1, 2), 2, 1)).toThrow(
      "sliceFrames: x must hold rows of 2, got 3 values",
    );
  });
});

describe("vision transformers", () => {
  const macsOf = (id: keyof typeof ELSA_MODELS) =>
    visionLayers(ELSA_MODELS[id]).reduce((sum, {M, N, K, count}) => sum + M * N * K * count, 0);

  test("their products are ELSA's multiply-accumulates without its norms", () => {
    for (const [id, model] of Object.entries(ELSA_MODELS) as [
      keyof typeof ELSA_MODELS,
      (typeof ELSA_MODELS)["deit-s"],
    ][]) {
      const counted = elsaMacs(model, uniformLevels(model, [4, 4]));
      const ratio = macsOf(id) / counted;
      expect(ratio).toBeLessThan(1);
      expect(ratio).toBeGreaterThan(0.997);
    }
    const tokens = 197;
    const norms = 12 * 2 * tokens * 384;
    expect(
      elsaMacs(ELSA_MODELS["deit-s"], uniformLevels(ELSA_MODELS["deit-s"], [4, 4])) - macsOf("deit-s"),
    ).toBe(norms);
  });

  test("uniform 1:4 cuts the work 3.14, 3.50 and 3.56 times", () => {
    const cut = (id: keyof typeof ELSA_MODELS) => {
      const model = ELSA_MODELS[id];
      return elsaMacs(model, uniformLevels(model, [4, 4])) / elsaMacs(model, uniformLevels(model, [1, 4]));
    };
    expect(cut("deit-s")).toBeCloseTo(3.144, 3);
    expect(cut("deit-b")).toBeCloseTo(3.501, 3);
    expect(cut("swin-b")).toBeCloseTo(3.557, 3);
  });

  test("a network gains less than its layers, and more with a wider feed", () => {
    const model = ELSA_MODELS["deit-b"];
    const gain = (level: readonly [number, number], feed: number) =>
      networkSpeedup(model, uniformLevels(model, level), {P: 16, feed}).speedup;
    expect(gain([1, 4], 4)).toBeGreaterThan(2.5);
    expect(gain([1, 4], 4)).toBeLessThan(SST_REPORTED.speedupOverDenseSlices);
    expect(gain([1, 4], 2)).toBeLessThan(gain([1, 4], 4));
    expect(gain([4, 4], 4)).toBe(1);
    expect(gain([2, 4], 4)).toBeLessThan(2);
  });

  test("a configuration names every linear", () => {
    expect(elsaLinears(ELSA_MODELS["swin-b"])).toBe(96);
    expect(() => elsaMacs(ELSA_MODELS["deit-s"], [[1, 4]])).toThrow(
      "elsaMacs: levels must have 48 entries, got 1",
    );
    const levels = uniformLevels(ELSA_MODELS["deit-s"], [5, 4]);
    expect(() => elsaMacs(ELSA_MODELS["deit-s"], levels)).toThrow(
      "elsaMacs: a level must have 0 <= N <= M, got 5:4",
    );
    expect(() => networkSpeedup(ELSA_MODELS["deit-s"], [[1, 4]], {P: 8, feed: 4})).toThrow(
      "networkSpeedup: levels must name linear 1 (block0.qkv), got 1",
    );
  });
});
