import {describe, expect, test} from "vitest";
import {linearCka, meanRowCosine, rankForEnergy, subspaceOverlap} from "../../../src/lib/kv/alignment.js";
import {
  xkvElements,
  xkvFactorize,
  xkvGroups,
  xkvReconstruct,
  xkvSvd,
  xkvTruncate,
} from "../../../src/lib/kv/xkv/xkv.js";
import {xkvBytes, xkvRatio} from "../../../src/lib/kv/xkv/xkv-bytes.js";
import {normals, relativeSquare} from "../random.js";

/** Layers that are different linear maps of the same few token directions, and a little noise. */
function sharedLayers(layers: number, tokens: number, width: number, rank: number): Float32Array[] {
  const basis = normals(1, tokens * rank);
  return Array.from({length: layers}, (_, layer) => {
    const [map, noise] = [normals(10 + layer, rank * width), normals(50 + layer, tokens * width)];
    return noise.map((value, i) => {
      let sum = 0.01 * value;
      for (let k = 0; k < rank; k++) {
        sum += basis[Math.floor(i / width) * rank + k] * map[k * width + (i % width)];
      }
      return sum;
    });
  });
}

describe("xkvGroups", () => {
  test("are consecutive, the last one shorter", () => {
    expect(xkvGroups(0, 6, 3)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(xkvGroups(2, 3, 4)).toEqual([[2, 3]]);
    expect(xkvGroups(0, 2, 1)).toEqual([[0], [1], [2]]);
  });

  test.each([
    [[-1, 2, 1], /first must be an integer of at least 0, got -1$/],
    [[3, 2, 1], /last must be an integer of at least 3, got 2$/],
    [[0, 2, 0], /groupSize must be an integer of at least 1, got 0$/],
  ] as const)("refuse %j", ([first, last, size], message) => {
    expect(() => xkvGroups(first, last, size)).toThrow(message);
  });
});

describe("xkvFactorize", () => {
  const layers = sharedLayers(4, 40, 10, 5);

  test("stores a basis and a factor a layer, and gives a layer back", () => {
    const group = xkvFactorize(layers, 10, 5);
    expect(xkvElements(group)).toBe(40 * 5 + 4 * 5 * 10);
    layers.forEach((layer, i) => {
      expect(relativeSquare(layer, xkvReconstruct(group, i))).toBeLessThan(1e-3);
    });
  });

  test("of layers that share token directions needs no larger rank than one of them", () => {
    const alone = layers.map((layer) => xkvFactorize([layer], 10, 2));
    const together = xkvFactorize(layers, 10, 5);
    expect(xkvElements(together)).toBeLessThan(alone.reduce((sum, group) => sum + xkvElements(group), 0) + 1);
    layers.forEach((layer, i) => {
      const error = relativeSquare(layer, xkvReconstruct(together, i));
      expect(error).toBeLessThan(relativeSquare(layer, xkvReconstruct(alone[i], 0)) / 10);
    });
  });

  test("has the error of the singular values that it drops", () => {
    const {s} = xkvSvd(layers, 10, 40);
    for (const rank of [1, 3, 7]) {
      const group = xkvFactorize(layers, 10, rank);
      const error = layers.reduce((sum, layer, i) => {
        const back = xkvReconstruct(group, i);
        return sum + layer.reduce((all, value, at) => all + (value - back[at]) ** 2, 0);
      }, 0);
      const dropped = s.slice(rank).reduce((sum, value) => sum + value * value, 0);
      expect(error / dropped).toBeCloseTo(1, 3);
    }
  });

  test("keeps everything at a rank beyond what there is", () => {
    const group = xkvFactorize(layers, 10, 999);
    expect(group.rank).toBe(40);
    // Float32 factors: 40 terms of 2^-24.
    layers.forEach((layer, i) => {
      expect(relativeSquare(layer, xkvReconstruct(group, i))).toBeLessThan((40 * 2 ** -24) ** 2);
    });
  });

  test("cut to fewer components is what factorizing at that rank gives", () => {
    const whole = xkvFactorize(layers, 10, 12);
    for (const rank of [0, 3, 11]) {
      const [cut, direct] = [xkvTruncate(whole, rank), xkvFactorize(layers, 10, rank)];
      expect(xkvElements(cut)).toBe(xkvElements(direct));
      layers.forEach((layer, i) => {
        const [a, b] = [xkvReconstruct(cut, i), xkvReconstruct(direct, i)];
        const difference = relativeSquare(
          layer,
          layer.map((x, at) => x + a[at] - b[at]),
        );
        expect(difference).toBeLessThan(1e-10);
      });
    }
    expect(xkvTruncate(whole, 12)).toBe(whole);
    expect(() => xkvTruncate(whole, 0.5)).toThrow(
      "xkvTruncate: rank must be an integer of at least 0, got 0.5",
    );
  });

  test("takes one token, and none", () => {
    const one = xkvFactorize([normals(1, 6), normals(2, 6)], 6, 3);
    expect(relativeSquare(normals(2, 6), xkvReconstruct(one, 1))).toBeLessThan(1e-12);
    expect(xkvReconstruct(xkvFactorize([new Float32Array(0)], 6, 3), 0)).toHaveLength(0);
  });

  test("refuses what does not fit", () => {
    expect(() => xkvFactorize([], 3, 1)).toThrow(/at least one, got none$/);
    expect(() => xkvFactorize([normals(1, 6), normals(1, 9)], 3, 1)).toThrow(
      /layer 1 must hold 2 x 3 values, got 9$/,
    );
    expect(() => xkvFactorize([normals(1, 7)], 3, 1)).toThrow(/whole tokens of 3 values, got 7$/);
    expect(() => xkvFactorize([normals(1, 6)], 3, 0.5)).toThrow(/rank must be an integer/);
    expect(() => xkvReconstruct(xkvFactorize([normals(1, 6)], 3, 1), 1)).toThrow(/from 0 to 0, got 1$/);
  });
});

describe("compression ratios", () => {
  const llama = {widths: new Array<number>(32).fill(1024)};

  test.each([
    [1, 320, 480, 2.52],
    [4, 1280, 1920, 2.41],
    [1, 128, 192, 6.3],
    [2, 256, 384, 6.21],
    [4, 512, 768, 6.02],
    [4, 384, 576, 8.03],
  ])("in groups of %i at ranks %i and %i are the published one", (groupSize, rankK, rankV, ratio) => {
    expect(xkvRatio(llama, 65_536, {groupSize, rankK, rankV})).toBeCloseTo(ratio, 2);
  });

  test.each([
    [1024, 1.76],
    [768, 2.2],
    [640, 2.51],
    [512, 2.94],
    [384, 3.53],
  ])("of a latent cache at rank %i are the published one", (rank, ratio) => {
    const sizes = {widths: new Array<number>(28).fill(0), latent: {latentDim: 512, ropeDim: 64}};
    const found = xkvRatio(sizes, 65_536, {groupSize: 4, rankK: rank, rankV: 0});
    // The figure's points were read to a hundredth.
    expect(Math.abs(found - ratio)).toBeLessThan(0.01);
  });

  test("count what factorizing stores, a short last group too", () => {
    const layers = sharedLayers(3, 20, 8, 2);
    const stored = xkvGroups(0, 2, 2).map((group) =>
      xkvElements(
        xkvFactorize(
          group.map((layer) => layers[layer]),
          8,
          3,
        ),
      ),
    );
    const ranks = {groupSize: 2, rankK: 3, rankV: 3};
    const numbers = (given: Partial<typeof ranks> = {}) =>
      xkvBytes({widths: [8, 8, 8]}, 20, {...ranks, ...given}) / 2;
    expect(numbers()).toBe(2 * (stored[0] + stored[1]));
    expect(numbers({rankV: 0})).toBe(stored[0] + stored[1] + 3 * 8 * 20);
    expect(() => numbers({rankV: -1})).toThrow(/rank must be an integer of at least 0, got -1$/);
  });
});

describe("alignment", () => {
  test("linear maps of the same tokens are aligned where their rows are not alike", () => {
    const [a, b] = sharedLayers(2, 60, 8, 3);
    expect(subspaceOverlap(a, b, 8, 3)).toBeGreaterThan(0.99);
    expect(linearCka(a, b, 8)).toBeGreaterThan(0.3);
    expect(Math.abs(meanRowCosine(a, b, 8))).toBeLessThan(0.4);
    const [c, d] = [normals(5, 480), normals(6, 480)];
    expect(subspaceOverlap(c, d, 8, 3)).toBeLessThan(0.3);
    expect(linearCka(c, d, 8)).toBeLessThan(0.4);
  });

  test("of a layer with itself is 1, whatever its scale", () => {
    const x = normals(3, 90);
    const scaled = x.map((value) => 3 * value);
    expect(meanRowCosine(x, scaled, 9)).toBeCloseTo(1, 6);
    expect(linearCka(x, scaled, 9)).toBeCloseTo(1, 6);
    expect(subspaceOverlap(x, scaled, 9, 4)).toBeCloseTo(1, 6);
    expect(meanRowCosine(new Float32Array(9), new Float32Array(9), 9)).toBe(0);
  });

  test("rankForEnergy is the least rank with the share", () => {
    const s = Float64Array.of(3, 1, 1);
    expect(rankForEnergy(s, 0.8)).toBe(1);
    expect(rankForEnergy(s, 0.9)).toBe(2);
    expect(rankForEnergy(s, 1)).toBe(3);
    expect(rankForEnergy(new Float64Array(2))).toBe(0);
  });
});
