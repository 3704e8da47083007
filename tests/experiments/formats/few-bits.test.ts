import {expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {answersByOrder} from "../../../src/lib/experiments/decoding/answers-by-order.js";
import {orderOfSums} from "../../../src/lib/experiments/decoding/order-of-sums.js";
import {fourBitTraining, TRAINING_LENGTHS} from "../../../src/lib/experiments/formats/four-bit-training.js";
import {gradientRounding} from "../../../src/lib/experiments/formats/gradient-rounding.js";
import {lossless} from "../../../src/lib/experiments/formats/lossless.js";
import {twoAndThreeValues} from "../../../src/lib/experiments/formats/two-and-three-values.js";

const data = await loadData(["runs/few-bit-training", ...lossless.needs, ...answersByOrder.needs]);

test.each(TRAINING_LENGTHS)(
  "every run of %s training has a curve that falls and an end beside the baseline's",
  async (length) => {
    const {rows, end} = await fourBitTraining.runTables({length}, {data});
    for (const name of new Set(rows.map((row) => row.name))) {
      const curve = rows.filter((row) => row.name === name);
      expect(curve.at(-1)!.loss).toBeLessThan(curve[0].loss);
      for (const row of curve) expect(row.lossLow <= row.loss && row.loss <= row.lossHigh).toBe(true);
    }
    const [base, ...others] = end;
    expect([base.recipe, base.above]).toEqual(["bf16", 0]);
    for (const row of others) {
      expect(row.above).toBeCloseTo(row.loss - base.loss, 5);
      expect(row.documentsLow! < row.above && row.above < row.documentsHigh!).toBe(true);
      expect(row.seeds).toBe(3);
    }
  },
);

test("weights of three values lose less than of two, and training takes most of it back", async () => {
  const rows = await twoAndThreeValues.run({rules: ["four-thirds"]}, {data});
  const of = (weights: number, activations: number, isTrained: boolean) =>
    rows.find(
      (row) => row.weights === weights && row.activations === activations && row.isTrained === isTrained,
    )!;
  for (const activations of [32, 8, 2, 1]) {
    const [two, three] = [1, 2].map((bits) => of(bits, activations, true));
    expect(three.perplexityHigh!).toBeLessThan(two.perplexityHigh!);
    expect(three.perplexity).toBeLessThan(of(2, activations, false).perplexityLow!);
  }
  const some = await twoAndThreeValues.run({activations: [8]}, {data});
  expect(some).toHaveLength(9);
});

test("a row's mean as the scale of three values loses most as it is rounded, and training makes up for it", async () => {
  const rows = await twoAndThreeValues.run({activations: [32]}, {data});
  const of = (rule: string, isTrained: boolean) =>
    rows.find((row) => row.weights === 2 && row.rule === rule && row.isTrained === isTrained)!;
  const rounded = ["survivors", "four-thirds", "mean"].map((rule) => of(rule, false).perplexity);
  expect(rounded).toEqual(rounded.toSorted((a, b) => a - b));
  for (const rule of ["survivors", "four-thirds", "mean"]) {
    expect(of(rule, true).seeds).toBe(3);
    expect(of(rule, true).perplexityHigh!).toBeLessThan(of(rule, false).perplexityLow!);
  }
});

test("of the roundings only Quartet's is right on average; the nearest one has the least error of a step", async () => {
  const rows = await gradientRounding.run({steps: 24}, {data});
  const of = (id: string) => rows.find(({rounding}) => rounding === id)!;
  expect(of("mxfp4").relativeMse).toBeLessThan(of("stochastic").relativeMse);
  expect(of("mxfp4").cosine).toBeGreaterThan(of("stochastic").cosine);
  expect(Math.abs(1 - of("stochastic").kept)).toBeLessThan(0.01);
  expect(of("mxfp4").kept).toBeLessThan(0.97);
  expect(of("stochastic").meanCosine).toBeGreaterThan(of("mxfp4").meanCosine);
});

test("a code is as long as the entropy asks and less than a bit more, and larger chunks have less beside it", async () => {
  const {rows, exponents} = await lossless.runTables({distribution: "weights/decoder-small"}, {data});
  for (const {entropy, coded} of rows) expect(coded >= entropy && coded < entropy + 1).toBe(true);
  const sizes = rows.map(({bitsPerElement}) => bitsPerElement);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  const mean = exponents.reduce((sum, {share, bits}) => sum + share * bits, 0);
  expect(mean).toBeCloseTo(rows[0].coded, 10);
});

test("a tree of any number of workers writes one text, and the more bits sums have, the fewer texts differ", async () => {
  const {rows, precisions} = await orderOfSums.runTables({texts: 1, tokens: 4}, {data});
  expect(precisions.map(({differsInTree}) => differsInTree)).toEqual([0, 0, 0, 0]);
  for (const row of rows) expect(row.token === 0 ? row.same === 1 : row.same <= 1).toBe(true);
  const bytes = precisions.map(({weightBytes}) => weightBytes);
  expect(bytes[2]).toBe(2 * bytes[3]);
});

test("answers end where the model ends them, and do not scatter where sums are taken in float32", async () => {
  const rows = await answersByOrder.run({operators: 1, problems: 1}, {data});
  for (const {length, orders} of rows) expect([length > 3 && length < 40, orders]).toEqual([true, 5]);
  for (const {differs, lengthDeviation, rightRange, chanceDeviation} of rows.slice(2)) {
    expect([differs, lengthDeviation, rightRange]).toEqual([0, 0, 0]);
    // Logits are near ten: float32 sums of them differ in their last bits.
    expect(chanceDeviation).toBeLessThan(2 ** -18);
  }
});
