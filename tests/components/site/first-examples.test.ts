import {describe, expect, test} from "vitest";
import {blockFinding} from "../../../src/components/by-hand/accel/integer-block.js";
import {
  oneAnswerFinding,
  oneAnswerLines,
  oneAnswerParams,
} from "../../../src/components/by-hand/accel/one-answer.js";
import {
  oneProduct,
  oneProductFinding,
  oneProductLines,
  oneProductParams,
  ridgeRows,
} from "../../../src/components/by-hand/accel/one-product.js";
import {oneTokenLines, oneTokenParams} from "../../../src/components/by-hand/accel/one-token.js";
import {
  smallProduct,
  smallProductFinding,
  smallProductParams,
} from "../../../src/components/by-hand/accel/small-product.js";
import {
  sparseRow,
  sparseRowFinding,
  sparseRowParams,
} from "../../../src/components/by-hand/accel/sparse-row.js";
import {
  oneBlock,
  oneBlockFinding,
  oneBlockParams,
} from "../../../src/components/by-hand/formats/one-block.js";
import {
  cacheByHandFinding,
  cacheByHandLines,
  cacheByHandParams,
} from "../../../src/components/by-hand/kv/cache-by-hand.js";
import {sharedBasis} from "../../../src/components/by-hand/kv/shared-basis.js";
import {sharedBasisParams} from "../../../src/components/by-hand/kv/shared-basis-view.js";
import {eightFactsParams, factsInState, VALUES} from "../../../src/components/by-hand/ssm/eight-facts.js";
import {type FormulaLine, filledIn, resultText} from "../../../src/components/kit/text/formula-lines.js";
import {quantityText, shortNumbers} from "../../../src/components/kit/text/number-text.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";
import type {Params} from "../../../src/lib/technique/params.js";

const opened = <P extends Params>(params: P) => checkParams("test", params, {});

/** The value of a formula of a line, with its own values. */
function evaluated({formula, values}: FormulaLine): number {
  return new Function(...Object.keys(values), `return ${formula}`)(...Object.values(values));
}

describe("block scaling: a finer scale fits better, and an outlier costs its neighbours", () => {
  const state = opened(oneBlockParams);
  const errors = ({outlier}: {outlier: number}) =>
    oneBlock({...state, outlier}).blocks.map(({view}) => view.squaredError);

  test("as it opens, MXFP4 loses more than NVFP4, and NVFP4 more than RaZeR, and the finding says so", () => {
    const [mxfp4, nvfp4, razer] = errors(state);
    expect(mxfp4).toBeGreaterThan(1.1 * nvfp4);
    expect(nvfp4).toBeGreaterThan(1.1 * razer);
    expect(oneBlockFinding(state)).toMatch(/largest: MXFP4 B16 \S+, NVFP4 \S+, RaZeR, weights \S+\./);
  });

  test("the larger the outlier, the larger the error of its neighbours, in every format", () => {
    const steps = [1, 2, 4, 8, 16].map((outlier) =>
      oneBlock({...state, outlier}).blocks.map(({neighbourError}) => neighbourError),
    );
    for (let i = 1; i < steps.length; i++) {
      for (const [format, error] of steps[i].entries()) {
        expect(error).toBeGreaterThan(steps[i - 1][format]);
      }
    }
  });

  test("a block takes 4.5 bits an element in all three, and what a tensor stores once is told apart", () => {
    const {blocks} = oneBlock(state);
    expect(blocks.map(({view}) => view.bitsPerElement)).toEqual([4.5, 4.5, 4.5]);
    expect(blocks.map(({view}) => view.bitsOnce)).toEqual([0, 32, 32]);
  });
});

describe("roofline: one row waits for memory, many for arithmetic", () => {
  const state = opened(oneProductParams);

  test("as it opens the product is bound by memory, and two operations are done a weight", () => {
    const {op, computeSeconds, memorySeconds} = oneProduct(state).priced;
    expect(op.flops).toBe(2 * 4096 * 4096);
    expect(memorySeconds).toBeGreaterThan(100 * computeSeconds);
    expect(oneProductFinding(state)).toMatch(/^Bound by memory: the product takes at least 33\.3\sµs/);
  });

  test.each([16, 4])(
    "with %i bits a weight the limit changes at the row that is named, not before",
    (bits) => {
      const ridge = ridgeRows(bits);
      const of = (rows: number) => oneProduct({rows, bits}).priced;
      expect(of(ridge).computeSeconds).toBeGreaterThanOrEqual(of(ridge).memorySeconds);
      expect(of(ridge - 1).computeSeconds).toBeLessThan(of(ridge - 1).memorySeconds);
      expect(of(Math.floor(ridge / 2)).seconds / of(1).seconds).toBeLessThan(1.5);
    },
  );
});

describe("test-time compute: the longer the answer, the larger the share of memory", () => {
  const state = opened(oneAnswerParams);
  const share = (generated: number) => Number(/is (\S+) %/.exec(oneAnswerFinding({...state, generated}))![1]);

  test("memory is most of an answer as it opens, and little of a short one", () => {
    expect(share(state.generated)).toBeGreaterThan(90);
    expect(share(64)).toBeLessThan(share(1024));
    expect(share(1024)).toBeLessThan(share(state.generated));
  });
});

describe("context: a cache grows with the text, and a shared basis makes it smaller", () => {
  const state = opened(cacheByHandParams);

  test("Llama 3.1 8B takes 131 kB a token, as the finding says", () => {
    expect(cacheByHandFinding(state)).toMatch(
      /^Every token adds 131\skB, in all 8\.59\sGB\..* 6\.02 times smaller\.$/,
    );
  });
});

describe("systolic array: a small product leaves the grid idle for most of its time", () => {
  const product = smallProduct(opened(smallProductParams));

  test("what leaves the grid is the product of the matrices", () => {
    const {A, B} = product;
    const sums = Array.from({length: 9}, (_, i) =>
      [0, 1, 2].reduce((sum, k) => sum + A.data[3 * Math.floor(i / 3) + k] * B.data[3 * k + (i % 3)], 0),
    );
    expect(Array.from(product.product.data)).toEqual(sums);
  });

  test("27 multiplications take 7 cycles of 9 places, in every dataflow at least that, and the finding says so", () => {
    expect(smallProductFinding(product)).toMatch(
      /^This product takes 7 cycles: 27 multiplications in 63 places keep the grid 42\.9 % busy;/,
    );
    for (const dataflow of ["ws", "is"] as const) {
      const other = smallProduct({...opened(smallProductParams), dataflow});
      expect(other.frames.reduce((sum, {active}) => sum + active, 0)).toBe(27);
      expect(other.frames.length).toBeGreaterThanOrEqual(7);
    }
  });

  test("as it opens, some elements work and some wait", () => {
    const {cycle} = opened(smallProductParams);
    expect(product.frames[cycle - 1].active).toBeGreaterThan(4);
    expect(product.frames[cycle - 1].active).toBeLessThan(9);
  });
});

describe("sparse slices: of every group the largest magnitudes are kept", () => {
  test.each(sparseRowParams.pattern.options)(
    "in %s no weight that is dropped is larger than one that is kept",
    (pattern) => {
      const {weights, kept, m} = sparseRow({...opened(sparseRowParams), pattern});
      for (let group = 0; group < weights.length; group += m) {
        const own = Array.from({length: m}, (_, i) => group + i);
        const sizes = (isKept: boolean) =>
          own.filter((i) => (kept[i] !== 0) === isKept).map((i) => Math.abs(weights[i]));
        expect(Math.max(...sizes(false))).toBeLessThanOrEqual(Math.min(...sizes(true)));
      }
    },
  );

  test("as it opens half of the products are left, in 5 bits a weight of 8, and the sum changes", () => {
    const state = opened(sparseRowParams);
    expect(sparseRowFinding(state)).toMatch(/^6 products are left of 12, and 5 bits per weight of 8\./);
    const {sum, dense} = sparseRow(state);
    expect(Math.abs(sum - dense)).toBeGreaterThan(0.1 * Math.abs(dense));
  });
});

test("sharing: as it opens one basis for both layers loses nothing; rotated, it does", () => {
  const {turned, rank, how} = opened(sharedBasisParams);
  expect([turned, rank, how]).toEqual([0, 1, "together"]);
  expect(sharedBasis(turned, rank, true)).toMatchObject({stored: 7});
  expect(sharedBasis(turned, rank, true).lost).toBeLessThan(1e-12);
  expect(Math.abs(sharedBasis(turned, rank, true).cosine)).toBeLessThan(1e-6);
  expect(sharedBasis(30, rank, true).lost).toBeGreaterThan(0.01);
});

test("state: four facts come back, the fifth disturbs all before it, and the page opens with five", () => {
  const {facts, kept} = opened(eightFactsParams);
  expect([facts, kept]).toEqual([5, 1]);
  const wrong = (count: number) =>
    factsInState(count, 1).read.filter((value, i) => Math.abs(value - VALUES[i]) > 0.5).length;
  expect([4, 5].map(wrong)).toEqual([0, 4]);
});

test("edge: shifts after the sum give the same product with fewer conversions", () => {
  const weights = {N: 1, K: 4, block: 2, codes: Int8Array.of(1, -2, 3, 4), exponents: Int8Array.of(-1, 2)};
  expect(blockFinding(Int8Array.of(5, 6, 7, 8), weights)).toMatch(
    /^Both ways give 209, equal to the last bit: with 2 shifts after the integer sums, or 4 conversions/,
  );
});

describe("every line of a calculation", () => {
  const lines = [
    ...oneProductLines(opened(oneProductParams)),
    ...oneProductLines({rows: 300, bits: 4.25}),
    ...oneTokenLines(opened(oneTokenParams)),
    ...oneAnswerLines(opened(oneAnswerParams)),
    ...cacheByHandLines(opened(cacheByHandParams)),
    ...cacheByHandLines({layers: 30, kvHeads: 4, tokens: 100_000, rank: 64}),
  ];

  test.each(lines)("$symbol = $formula gives its result", (line) => {
    const result = evaluated(line);
    expect(Math.abs(result - line.result)).toBeLessThanOrEqual(1e-9 * Math.abs(line.result));
  });

  test.each(lines)(
    "$symbol is told with names of quantities and at most three digits after those of counts",
    (line) => {
      const text = `${filledIn(line)} ${resultText(line)}`;
      expect(text).not.toMatch(/e[-+]\d|\d\.\d{3,}|\d{7}/);
      for (const name of line.formula.match(/[A-Za-z]\w*/g) ?? []) expect(name.length).toBeGreaterThan(3);
    },
  );
});

test("a quantity takes the prefix that leaves one to three digits before the point", () => {
  expect(quantityText(33_570_816, "B")).toBe("33.6\u00a0MB");
  expect(quantityText(2.0311e-7, "s")).toBe("203\u00a0ns");
  expect(quantityText(0.9996, "s")).toBe("1\u00a0s");
  expect(quantityText(999.9e6, "B")).toBe("1\u00a0GB");
  expect(quantityText(0, "B")).toBe("0\u00a0B");
});

test("long numbers in a formula of a row are told in three digits, short ones and names as they are", () => {
  expect(shortNumbers("max(tc, tm) = max(2.0311399515738498e-7, 0.000033304380952) + 0")).toBe(
    "max(tc, tm) = max(2.03·10⁻⁷, 3.33·10⁻⁵) + 0",
  );
  expect(shortNumbers("16777216 * 2 + 4.25 bits, llama-3.1-8b")).toBe(
    "16777216 * 2 + 4.25 bits, llama-3.1-8b",
  );
});
