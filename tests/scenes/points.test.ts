import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {pointSetDistances} from "../../src/lib/scenes/distances.js";
import {nearestPoints, pointTree} from "../../src/lib/scenes/point-tree.js";
import {
  deltasOf,
  dequantizePoints,
  fromDeltas,
  orderZeroEntropy,
  quantizePoints,
} from "../../src/lib/scenes/quantize.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

const cloud = (count: number, seed: number) => {
  const stream = randomStream(seed, "cloud");
  return draws(3 * count, () => stream.normal());
};

/** Few different coordinates, so that points meet and lie on planes. */
const crowded = fc
  .array(fc.tuple(fc.integer({min: 0, max: 3}), fc.integer({min: 0, max: 3}), fc.integer({min: 0, max: 3})), {
    minLength: 1,
    maxLength: 60,
  })
  .map((points) => Float32Array.from(points.flat()));

describe("the tree", () => {
  test("finds what a search through all points finds", () => {
    fc.assert(
      fc.property(crowded, crowded, (points, queries) => {
        const {squared, index} = nearestPoints(pointTree(points), queries);
        for (let q = 0; q < queries.length / 3; q++) {
          const distance = (i: number) =>
            [0, 1, 2].reduce((sum, axis) => sum + (points[3 * i + axis] - queries[3 * q + axis]) ** 2, 0);
          const least = Math.min(...Array.from({length: points.length / 3}, (_, i) => distance(i)));
          expect(squared[q]).toBe(least);
          expect(distance(index[q])).toBe(least);
        }
      }),
    );
  });

  test("refuses to be empty", () => {
    expect(() => pointTree([])).toThrow("pointTree: points must hold at least one, got 0");
  });
});

describe("distances", () => {
  test("are nothing between a set and itself, whatever its order", () => {
    const a = cloud(200, 1);
    const reversed = Float32Array.from({length: a.length}, (_, i) => a[a.length - 3 - i + 2 * (i % 3)]);
    const {fScore, ...lengths} = pointSetDistances(a, reversed, 0);
    expect(fScore).toBe(1);
    expect(Object.values(lengths)).toEqual([0, 0, 0, 0, 0]);
  });

  test("are the same from either side, but for the two that name one", () => {
    const [a, b] = [cloud(150, 2), cloud(90, 3)];
    const [there, back] = [pointSetDistances(a, b, 0.2), pointSetDistances(b, a, 0.2)];
    expect(there.chamfer).toBeCloseTo(back.chamfer, 14);
    expect(there.chamferSquared).toBeCloseTo(back.chamferSquared, 14);
    expect(there.hausdorff).toBe(back.hausdorff);
    expect(there.hausdorffFromReference).toBe(back.hausdorffFromPredicted);
    expect(there.fScore).toBeCloseTo(back.fScore, 14);
  });

  test("of sets far apart have an F-score of 0 and no NaN", () => {
    const a = cloud(20, 4);
    expect(
      pointSetDistances(
        a,
        a.map((value) => value + 1000),
        0.1,
      ).fScore,
    ).toBe(0);
  });
});

describe("quantized points", () => {
  test("lie within half a step of the original", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 16}), fc.integer({min: 0, max: 1000}), (bits, seed) => {
        const points = cloud(40, seed);
        const quantized = quantizePoints(points, bits);
        const half = quantized.extent / (2 ** bits - 1) / 2;
        const back = dequantizePoints(quantized);
        back.forEach((value, i) => {
          expect(Math.abs(value - points[i])).toBeLessThanOrEqual(half * (1 + 1e-9));
        });
      }),
    );
  });

  test("come back from their differences", () => {
    const {q} = quantizePoints(cloud(50, 5), 10);
    expect(fromDeltas(deltasOf(q))).toEqual(q);
  });

  test("of one point are 0, and take no information", () => {
    const {q, extent} = quantizePoints([3, 4, 5], 8);
    expect([...q, extent]).toEqual([0, 0, 0, 0]);
    expect(orderZeroEntropy(q)).toBe(0);
  });

  test("refuse a coordinate that is no number", () => {
    expect(() => quantizePoints([0, Number.NaN, 0], 8)).toThrow(
      "boxOf: coordinate 1 must be finite, got NaN",
    );
  });
});
