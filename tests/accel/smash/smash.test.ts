import {describe, expect, test} from "vitest";
import {type Csr, csrOf, denseOf} from "../../../src/lib/accel/smash/csr.js";
import {addAlone, claim, EMPTY, homeOf, mergeRow} from "../../../src/lib/accel/smash/merge-rows.js";
import {RANDOM_MATRICES, randomMatrix} from "../../../src/lib/accel/smash/random-matrices.js";
import {HASHES, mergeWork, smashProduct} from "../../../src/lib/accel/smash/smash.js";
import {smashThreads} from "../../../src/lib/accel/smash/smash-threads.js";
import {productTraffic} from "../../../src/lib/accel/smash/traffic.js";
import {imbalance, SMASH_VERSIONS, slotsOf} from "../../../src/lib/accel/smash/versions.js";
import {partialProducts, rowWindows} from "../../../src/lib/accel/smash/windows.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

const TABLE = {slots: 64, hash: "low bits"} as const;
const sum = (numbers: Iterable<number>) => Array.from(numbers).reduce((all, x) => all + x, 0);

/** A matrix with empty rows and columns, of integers or of numbers that are none. */
function sample([rows, columns]: readonly [number, number], seed: number, isWhole = true): Csr {
  const stream = randomStream(seed, "sparse matrix");
  const data = Float64Array.from({length: rows * columns}, (_, i) => {
    const isEmpty = Math.floor(i / columns) % 5 === 2 || stream.uniform() > 0.3;
    const value = isWhole ? stream.integer(19) - 9 : stream.normal();
    return isEmpty ? 0 : value;
  });
  return csrOf(data, rows, columns);
}

function denseProduct(a: Csr, b: Csr): Float64Array {
  const [x, y] = [denseOf(a), denseOf(b)];
  return Float64Array.from({length: a.rows * b.columns}, (_, at) => {
    const [row, column] = [Math.floor(at / b.columns), at % b.columns];
    return sum(Array.from({length: a.columns}, (_, k) => x[row * a.columns + k] * y[k * b.columns + column]));
  });
}

/** Places of a product in which at least one partial product falls. */
function places(a: Csr, b: Csr): number {
  const ones = (m: Csr): Csr => ({...m, values: m.values.map(() => 1)});
  return denseProduct(ones(a), ones(b)).filter((count) => count > 0).length;
}

/** Entries of each row of the transposed matrix. */
const columnCounts = ({columns, indices}: Csr) =>
  Array.from({length: columns}, (_, column) => indices.filter((each) => each === column).length);

const SHAPES = [
  [
    [12, 9],
    [9, 17],
  ],
  [
    [1, 30],
    [30, 1],
  ],
  [
    [20, 20],
    [20, 20],
  ],
] as const;
const pairs = SHAPES.map(([left, right], i) => [sample(left, i), sample(right, i + 9)] as const);

describe("a sparse product", () => {
  test.each(HASHES)("equals the dense one by %s, however many windows it takes", (hash) => {
    for (const [a, b] of pairs) {
      for (const [slots, fill] of [
        [32, 1],
        [32, 0.3],
        [1024, 1],
      ] as const) {
        const {product, windows} = smashProduct(a, b, {slots, hash, fill});
        expect(denseOf(product)).toEqual(denseProduct(a, b));
        expect(windows.at(-1)?.[1]).toBe(a.rows);
        if (slots === 1024) expect(windows).toHaveLength(1);
      }
    }
  });

  test("has a slot for each place in which products fall, also where they cancel", () => {
    for (const [a, b] of pairs) expect(smashProduct(a, b, TABLE).product.values).toHaveLength(places(a, b));
    const cancels = smashProduct(
      csrOf(Float64Array.of(1, 1), 1, 2),
      csrOf(Float64Array.of(3, -3), 2, 1),
      TABLE,
    );
    expect(Array.from(cancels.product.values)).toEqual([0]);
  });

  test("merges a product for every entry of a column of a and of the row of b beside it", () => {
    for (const [a, b] of pairs) {
      const expected = sum(columnCounts(a).map((count, k) => count * (b.starts[k + 1] - b.starts[k])));
      const {partialProducts: merged, looks} = smashProduct(a, b, TABLE);
      expect([merged, sum(partialProducts(a, b))]).toEqual([expected, expected]);
      expect(looks).toBeGreaterThanOrEqual(merged);
    }
  });

  test("of fractions equals the dense one up to the order of its sums", () => {
    const [a, b] = [sample([20, 25], 1, false), sample([25, 20], 2, false)];
    const dense = denseProduct(a, b);
    denseOf(smashProduct(a, b, TABLE).product).forEach((value, i) => {
      expect(Math.abs(value - dense[i])).toBeLessThan(1e-6);
    });
  });

  test("of matrices without entries, rows or columns has none", () => {
    const none = (rows: number, columns: number) => csrOf(new Float64Array(rows * columns), rows, columns);
    for (const [a, b] of [
      [none(3, 4), none(4, 5)],
      [none(0, 4), sample([4, 5], 1)],
      [sample([5, 4], 1), none(4, 0)],
      [none(2, 0), none(0, 2)],
    ]) {
      const {product, looks} = smashProduct(a, b, TABLE);
      expect([product.rows, product.columns, product.values.length, looks]).toEqual([
        a.rows,
        b.columns,
        0,
        0,
      ]);
    }
  });
});

describe("refusals name what is wrong:", () => {
  const [a, b] = pairs[0];
  const broken = (fields: Partial<Csr>) => () => smashProduct({...a, ...fields}, b, TABLE);

  test("matrices that are none", () => {
    expect(broken({rows: -1})).toThrow(/smashProduct: a.rows must be/);
    expect(broken({rows: 2 ** 40})).toThrow(/a.rows must be an integer from 0 to 16777216/);
    expect(broken({starts: a.starts.subarray(1)})).toThrow(/a.starts must hold 13 values/);
    expect(broken({starts: a.starts.map((start, i) => (i === 1 ? 1e6 : start))})).toThrow(
      /a.starts\[1\] must be/,
    );
    expect(broken({indices: a.indices.map(() => 99)})).toThrow(
      /a.indices\[0\] must be an integer from 0 to 8/,
    );
    expect(broken({indices: a.indices.map(() => 0)})).toThrow(
      /a.indices\[1\] must be an integer from 1 to 8/,
    );
    expect(broken({values: a.values.map(() => Number.NaN)})).toThrow(/a.values must be finite, got NaN/);
    expect(() => smashProduct(b, a, TABLE)).toThrow(/b.rows must be an integer from 17 to 17, got 12/);
  });

  test("tables that do not fit", () => {
    for (const slots of [0, 1, 3, 48, 2 ** 30, Number.NaN])
      expect(() => smashProduct(a, b, {...TABLE, slots}), String(slots)).toThrow(/slots must be/);
    expect(() => smashProduct(a, b, {...TABLE, slots: 8})).toThrow(
      /slots must be at least \d+ for row \d+, got 8/,
    );
    expect(() => smashProduct(a, b, {...TABLE, fill: 0})).toThrow(/fill must be above 0/);
  });
});

describe("the table", () => {
  test("gives one slot to one key, and none when all are taken", () => {
    const keys = new Int32Array(4).fill(EMPTY);
    expect([7, 7, 11, 3, 15].map((key) => claim(keys, key, 3))).toEqual([0, 0, 1, 2, 3]);
    expect(claim(keys, 15, 0)).toBe(2);
    expect(claim(keys, 19, 3)).toBe(-1);
    expect(Array.from(keys)).toEqual([11, 3, 15, 7]);
  });

  test("that is too small for a row is refused by the loop that fills it", () => {
    const [a, b] = pairs[0];
    const [keys, sums] = [new Int32Array(2).fill(EMPTY), new Float64Array(2)];
    const merge = () =>
      mergeRow(mergeWork(a, b, {keys, sums, hash: 1}), 0, [0, 1], {homeOf, claim, add: addAlone, mergeRow});
    expect(merge).toThrow(/slots must be more than 2, all are taken/);
  });

  test("is searched as often as linear probing of random places is, by its load (Knuth, 6.4)", () => {
    const [bits, slots] = [12, 4096];
    for (const load of [0.25, 0.5, 0.75]) {
      const keys = new Int32Array(slots).fill(EMPTY);
      const stream = randomStream(5, "keys");
      let looks = 0;
      for (let i = 0; i < load * slots; i++) {
        const key = stream.integer(2 ** 30);
        looks += claim(keys, key, homeOf(key, 30, bits, HASHES.indexOf("multiplied"))) + 1;
      }
      const expected = (1 + 1 / (1 - load)) / 2;
      expect(Math.abs(looks / (load * slots) / expected - 1)).toBeLessThan(0.08);
    }
  });

  test("begins every search inside itself", () => {
    for (const hash of HASHES.keys()) {
      for (const [key, keyBits, tableBits] of [
        [0, 0, 1],
        [2 ** 31 - 2, 31, 4],
        [5, 3, 10],
      ]) {
        expect(homeOf(key, keyBits, tableBits, hash)).toBeGreaterThanOrEqual(0);
        expect(homeOf(key, keyBits, tableBits, hash)).toBeLessThan(2 ** tableBits);
      }
    }
  });
});

describe("threads", () => {
  const [a, b] = pairs[2];
  const plain = smashProduct(a, b, TABLE).product;

  test.each(["static", "dynamic"] as const)("give the same integers as one, rows dealt %s", async (rows) => {
    const product = await smashThreads(a, b, {...TABLE, threads: 3, rows, sums: "integers"});
    expect(product).toEqual(plain);
  });

  test("add fractions by the bits of float64", async () => {
    const fractions = sample([20, 20], 6, false);
    const product = await smashThreads(fractions, b, {
      ...TABLE,
      threads: 2,
      rows: "dynamic",
      sums: "float bits",
    });
    const dense = denseProduct(fractions, b);
    denseOf(product).forEach((value, i) => {
      expect(Math.abs(value - dense[i])).toBeLessThan(1e-6);
    });
  });

  test("are refused where integers would not hold the sums", async () => {
    const options = {...TABLE, threads: 1, rows: "static", sums: "integers"} as const;
    const halves = {...a, values: a.values.map((value) => value / 2)};
    await expect(smashThreads(halves, b, options)).rejects.toThrow(/a.values\[\d+\] must be an integer/);
    const large = {...a, values: a.values.map(() => 2 ** 28)};
    await expect(smashThreads(large, b, options)).rejects.toThrow(/sums must fit 32 bits/);
    await expect(smashThreads(a, b, {...options, threads: 0})).rejects.toThrow(/threads must be/);
  });
});

describe("words moved", () => {
  test("of the outer product are those of all partial products twice, and nothing else stores any", () => {
    for (const [a, b] of pairs) {
      const {product, partialProducts: merged} = smashProduct(a, b, TABLE);
      const [inner, outer, rowWise] = productTraffic(a, b, product.values.length);
      // Written and read once more, each a place and a value.
      expect([inner.stored, outer.stored, rowWise.stored]).toEqual([0, 4 * merged, 0]);
      expect(rowWise.read).toBe(2 * (a.values.length + merged));
      expect(new Set([inner, outer, rowWise].map(({written}) => written)).size).toBe(1);
    }
  });

  test("of the inner product are those of lists that go by, counted pair by pair", () => {
    const [a, b] = pairs[0];
    const [x, y] = [denseOf(a), denseOf(b)];
    let read = 2 * a.values.length;
    for (let row = 0; row < a.rows; row++) {
      if (a.starts[row] === a.starts[row + 1]) continue;
      for (let at = 0; at < y.length; at++) {
        if (y[at] === 0) continue;
        read += x[row * a.columns + Math.floor(at / b.columns)] === 0 ? 1 : 2;
      }
    }
    expect(productTraffic(a, b, 0)[0].read).toBe(read);
  });
});

describe("rows dealt to threads", () => {
  test("wait for the busiest of every window", () => {
    const costs = Float64Array.of(6, 1, 1, 1, 1, 2);
    expect(imbalance(costs, [[0, 6]], {threads: 2, rows: "static"})).toBeCloseTo(16 / 12, 12);
    expect(imbalance(costs, [[0, 6]], {threads: 2, rows: "dynamic"})).toBeCloseTo(12 / 12, 12);
    expect(
      imbalance(
        costs,
        [
          [0, 2],
          [2, 6],
        ],
        {threads: 2, rows: "dynamic"},
      ),
    ).toBeCloseTo((2 * 9) / 12, 12);
    expect(imbalance(costs, [[0, 6]], {threads: 1, rows: "static"})).toBe(1);
    expect(imbalance(new Float64Array(3), [[0, 3]], {threads: 4, rows: "dynamic"})).toBe(1);
    expect(() => imbalance(costs, [], {threads: 0, rows: "static"})).toThrow(/threads must be/);
  });

  test("need fewer windows where sums are in memory and keys have the scratchpad alone", () => {
    const matrix = randomMatrix("uniform", {scale: 7, perRow: 4}, 1);
    const windows = SMASH_VERSIONS.map((version) => rowWindows(matrix, matrix, slotsOf(version, 256)).length);
    expect(windows[0]).toBe(windows[1]);
    expect(windows[2]).toBeLessThan(windows[1]);
  });
});

test("random matrices are the same for a seed, and R-MAT's have rows of far more entries than uniform ones", () => {
  const longest = RANDOM_MATRICES.map((kind) => {
    const matrix = randomMatrix(kind, {scale: 8, perRow: 4}, 3);
    expect(randomMatrix(kind, {scale: 8, perRow: 4}, 3)).toEqual(matrix);
    expect(randomMatrix(kind, {scale: 8, perRow: 4}, 4)).not.toEqual(matrix);
    return Array.from({length: 256}, (_, row) => matrix.starts[row + 1] - matrix.starts[row]).sort(
      (x, y) => y - x,
    )[0];
  });
  expect(longest[1]).toBeGreaterThan(2 * longest[0]);
  expect(() => randomMatrix("R-MAT", {scale: 99, perRow: 1}, 0)).toThrow(/scale must be/);
});
