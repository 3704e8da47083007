import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  foldIntoInput,
  foldIntoOutput,
  hadamard,
  hadamardFactors,
  hadamardMatrix,
  hadamardPadded,
} from "../../src/lib/tensor/hadamard.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../src/lib/tensor/tensor.js";

const ORDERS = [12, 20, 28, 40];
const LENGTHS = [1, 2, 4, 8, 64, 12, 24, 96, 20, 160, 28, 56, 40, 80, 320];

function normal(shape: readonly number[], seed = 1): Tensor {
  const stream = randomStream(seed, "hadamard test");
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({length: count}, () => stream.normal()),
    shape,
  );
}

/** y = H x / sqrt(n) from the whole matrix, in float64: the naive transform. */
function naive(x: Tensor, n: number): number[] {
  const matrix = hadamardMatrix(n);
  return Array.from(x.data, (_, k) => {
    const row = Math.floor(k / n) * n;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += matrix[(k % n) * n + i] * x.data[row + i];
    return sum / Math.sqrt(n);
  });
}

/** 1e-6 is a few float32 ulps: float64 sums in another order, each rounded once, inputs of size 1. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-6): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    expect(error, `index ${i}: ${actual[i]} against ${expected[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected[i])),
    );
  }
}

const norm = (x: Tensor): number => Math.sqrt(x.data.reduce((sum, v) => sum + v * v, 0));

describe("hadamardMatrix", () => {
  test.each(LENGTHS)("of order %i has orthogonal rows of +1 and -1", (n) => {
    const h = hadamardMatrix(n);
    expect(h.every((entry) => entry === 1 || entry === -1)).toBe(true);
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) {
        let dot = 0;
        for (let i = 0; i < n; i++) dot += h[a * n + i] * h[b * n + i];
        expect(dot, `rows ${a} and ${b}`).toBe(a === b ? n : 0);
      }
    }
  });

  test.each([
    [12, true],
    [20, false],
    [28, false],
    [40, false],
    [16, true],
  ])("of order %i is symmetric: %s", (n, symmetric) => {
    const h = hadamardMatrix(n);
    const same = h.every((entry, i) => entry === h[(i % n) * n + Math.floor(i / n)]);
    expect(same).toBe(symmetric);
  });

  test("of order 4 is Sylvester's, in natural order", () => {
    expect([...hadamardMatrix(4)]).toEqual([1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, 1]);
  });
});

describe("hadamardFactors", () => {
  test.each([
    [1, 1, 1],
    [4096, 1, 4096],
    [768, 12, 64],
    [1536, 12, 128],
    [2560, 40, 64],
    [5120, 40, 128],
    [20, 20, 1],
    [40, 40, 1],
    [28672, 28, 1024],
  ])("splits %i into %i times %i", (n, order, power) => {
    expect(hadamardFactors(n)).toEqual({order, power});
  });

  test.each([0, 3, 6, 36, 100, 2.5, -8, Number.NaN])("refuses %d", (n) => {
    expect(() => hadamardFactors(n)).toThrow(
      `hadamardFactors: n must be 2^k or 12, 20, 28 or 40 times 2^k, got ${n}. hadamardPadded takes any length.`,
    );
  });
});

describe("hadamard", () => {
  test.each(LENGTHS)("of %i values equals the product with the whole matrix", (n) => {
    const x = normal([3, n]);
    expectClose(hadamard(x).data, naive(x, n));
  });

  test.each(LENGTHS)("of %i values keeps norms, and its inverse undoes it", (n) => {
    const x = normal([2, n], 2);
    const y = hadamard(x);
    expect(norm(y)).toBeCloseTo(norm(x), 5);
    expectClose(hadamard(y, {inverse: true}).data, x.data);
  });

  test.each(ORDERS)("is its own inverse only where H_%i is symmetric", (n) => {
    const x = normal([1, n], 3);
    const twice = hadamard(hadamard(x)).data;
    const largest = Math.max(...twice.map((v, i) => Math.abs(v - x.data[i])));
    if (n === 12) expect(largest).toBeLessThan(1e-6);
    else expect(largest).toBeGreaterThan(0.1);
  });

  test("spreads one outlier evenly over the row", () => {
    const x = tensor(Float32Array.of(0, 0, 0, 16, ...new Array(12).fill(0)));
    expect([...hadamard(x).data].map(Math.abs)).toEqual(new Array(16).fill(4));
  });

  test("is linear", () => {
    const small = fc.array(fc.integer({min: -1000, max: 1000}), {minLength: 24, maxLength: 24});
    fc.assert(
      fc.property(small, small, (a, b) => {
        const sum = hadamard(tensor(a.map((v, i) => v + b[i]))).data;
        const ya = hadamard(tensor(a)).data;
        const yb = hadamard(tensor(b)).data;
        expectClose(
          sum,
          ya.map((v, i) => v + yb[i]),
          // Three roundings to float32 of values up to 2000 sqrt(24).
          3 * 2 ** -25 * 2000 * Math.sqrt(24),
        );
      }),
      {seed: 1},
    );
  });

  test("takes an order of 20 where 40 would fit too, if told so", () => {
    const x = normal([1, 40]);
    const forty = hadamard(x);
    const twenty = hadamard(x, {factors: {order: 20, power: 2}});
    expect([...twenty.data]).not.toEqual([...forty.data]);
    expectClose(hadamard(twenty, {factors: {order: 20, power: 2}, inverse: true}).data, x.data);
  });

  test("leaves its argument alone and gives an empty tensor for an empty one", () => {
    const x = tensor([1, 2, 3, 4]);
    hadamard(x);
    expect([...x.data]).toEqual([1, 2, 3, 4]);
    expect(hadamard(tensor([], [0, 5]))).toEqual(tensor([], [0, 5]));
    expect(hadamard(tensor([], [3, 0]))).toEqual(tensor([], [3, 0]));
  });

  test("spreads a NaN over its own row only", () => {
    const y = hadamard(tensor([1, Number.NaN, 2, 3, 1, 2, 3, 4], [2, 4]));
    expect([...y.data.subarray(0, 4)].every(Number.isNaN)).toBe(true);
    expect([...y.data.subarray(4)]).toEqual([5, -1, -2, 0]);
  });

  test("refuses factors that do not make the row length", () => {
    const x = normal([1, 24]);
    expect(() => hadamard(x, {factors: {order: 12, power: 4}})).toThrow(
      "hadamard: factors must multiply to the row length 24, got 12 * 4",
    );
    expect(() => hadamard(x, {factors: {order: 8, power: 3}})).toThrow(
      "hadamard: order must be one of 1, 12, 20, 28, 40, got 8",
    );
    expect(() => hadamard(x, {factors: {order: 12, power: 2.5}})).toThrow(
      "hadamard: power must be a power of two, got 2.5",
    );
  });
});

describe("hadamardPadded", () => {
  test("equals the transform where nothing is padded", () => {
    const x = normal([2, 32]);
    expect(hadamardPadded(x)).toEqual(hadamard(x));
  });

  test("transforms the zero-padded row and keeps the first outputs", () => {
    const x = normal([1, 100]);
    const padded = tensor([...x.data, ...new Array(28).fill(0)], [1, 128]);
    expect([...hadamardPadded(x).data]).toEqual([...hadamard(padded).data.subarray(0, 100)]);
    expect(norm(hadamardPadded(x))).toBeLessThan(norm(x));
  });

  test("refuses factors that do not hold a row", () => {
    expect(() => hadamardPadded(normal([1, 100]), {factors: {order: 12, power: 8}})).toThrow(
      "hadamardPadded: factors must hold the row length 100, got 12 * 8",
    );
  });
});

describe("weight fusion", () => {
  const product = (w: Tensor, y: Tensor): number[] => {
    const [outs, n] = w.shape;
    return Array.from({length: outs}, (_, o) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += w.data[o * n + i] * y.data[i];
      return sum;
    });
  };

  test.each(ORDERS)("cancels a rotation of order %i on the input side", (n) => {
    const w = normal([5, n]);
    const y = normal([n], 2);
    expectClose(product(foldIntoInput(w), hadamard(y)), product(w, y), 1e-5);
  });

  test.each(ORDERS)("makes a rotated output of order %i", (n) => {
    const w = normal([n, 7]);
    const y = normal([7], 2);
    expectClose(product(foldIntoOutput(w), y), hadamard(tensor(product(w, y))).data, 1e-5);
  });

  test("on the output side refuses what is no matrix", () => {
    expect(() => foldIntoOutput(normal([4]))).toThrow("foldIntoOutput: w must have shape [out, in], got [4]");
  });
});
