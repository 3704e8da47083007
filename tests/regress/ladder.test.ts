import fc from "fast-check";
import {expect, test} from "vitest";
import {typedTask} from "../../src/lib/experiments/regress/cost-tasks.js";
import {firstFormula, rooflineFormula} from "../../src/lib/experiments/regress/formulas.js";
import {handFeatures} from "../../src/lib/experiments/regress/hand-features.js";
import {
  operatorIds,
  operatorTokens,
  operatorVocabulary,
} from "../../src/lib/experiments/regress/operator-tokens.js";
import {scoresOf} from "../../src/lib/experiments/regress/scores.js";
import {kernelBytes, kernelWork, readKernelShape} from "../../src/lib/regress/kernels/kernel-shapes.js";
import {bagOfTokens, numbersInOrder} from "../../src/lib/regress/ladder/features.js";
import {nearestRows} from "../../src/lib/regress/ladder/nearest.js";
import {ridge} from "../../src/lib/regress/ladder/ridge.js";
import {pieceVocabulary} from "../../src/lib/regress/pieces.js";
import {labelledText} from "../../src/lib/tasks/cost-task.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const stream = randomStream(4);
const rows = Array.from({length: 40}, () => Float64Array.from({length: 3}, () => stream.normal()));

test("ridge finds a line, and a large penalty pulls it to the mean", () => {
  const values = Float64Array.from(rows, ([a, b]) => 2 + 3 * a - b);
  const exact = ridge(rows, values, 1e-9);
  for (const [i, row] of rows.entries()) expect(exact(row)).toBeCloseTo(values[i], 6);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(ridge(rows, values, 1e12)(rows[0])).toBeCloseTo(mean, 6);
  expect(() => ridge(rows, values, 0)).toThrow("ridge: penalty must be a finite number above 0, got 0");
});

test("the nearest row is itself", () => {
  const values = Float64Array.from(rows, (_, i) => i);
  const nearest = nearestRows(rows, values, 1);
  for (const [i, row] of rows.entries()) expect(nearest(row)).toBe(i);
});

test("a bag forgets the order, numbers in order do not", () => {
  const bag = bagOfTokens(pieceVocabulary(["ab"]));
  expect(bag("ab 12 3")).toEqual(bag("3 12 ab"));
  expect(numbersInOrder("12 3")).not.toEqual(numbersInOrder("3 12"));
});

test("scores of the truth itself are perfect", () => {
  const values = fc.uniqueArray(fc.integer({min: 1, max: 9999}), {minLength: 8, maxLength: 20});
  fc.assert(
    fc.property(values, (list) => {
      const truth = Float64Array.from(list);
      const {spearman, kendall, logError, exact, regret} = scoresOf(truth, truth);
      expect([spearman, kendall].map((value) => Math.round(1e9 * (value ?? 0)))).toEqual([1e9, 1e9]);
      expect([logError, exact, regret]).toEqual([0, 1, 0]);
    }),
    {seed: 9, numRuns: 10},
  );
});

test("a constant has no rank correlation", () => {
  const truth = Float64Array.of(1, 2, 3);
  expect(scoresOf(truth, new Float64Array(3).fill(2))).toMatchObject({
    spearman: null,
    kendall: null,
    regret: null,
  });
});

test("the first formula of a graph is its products over the array", () => {
  const formula = firstFormula("graph", 0);
  expect(formula?.("array 4x8 os\nx0:8x6\nx1=MatMul(x0):8x5\nx2=Relu(x1):8x5")).toBe((8 * 6 * 5) / 32);
  expect(firstFormula("program", 0)).toBeNull();
});

test("the roofline of a graph adds its lanes, that of a config.json its keys and values", () => {
  const text = "array 4x8 os\nx0:8x6\nx1=MatMul(x0):8x5\nx2=Softmax(x1):8x5";
  expect(rooflineFormula("graph", 0, [])?.(text)).toBe((8 * 6 * 5) / 32 + (3 * 8 * 5) / 8);
  expect(rooflineFormula("program", 0, [])).toBeNull();
  const sizes =
    '"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":128,"vocab_size":100';
  const memory = (batch: number) =>
    rooflineFormula("roofline", 1, [])?.(`{${sizes},"batch":${batch},"prompt":10,"output":4}`) ?? 0;
  // 2 layers, keys and values of 64 channels in 16 bits, 12 tokens of one sequence more.
  expect(memory(2) - memory(1)).toBeCloseTo((2 * 2 * 64 * 2 * 12) / 1e9, 12);
});

test("the roofline of a kernel finds rates that made its times", () => {
  const texts = [1, 8, 64, 512].flatMap((rows) =>
    [16, 256].map((size) => `linear rows=${rows} inputs=${size} outputs=64`),
  );
  const time = (text: string) => {
    const shape = readKernelShape(text);
    return 3e-3 * Math.max(kernelWork(shape), kernelBytes(shape) / 0.25);
  };
  const known = texts.map((text) => ({text, value: time(text)}));
  const predict = rooflineFormula("kernel", 0, known);
  for (const {text, value} of known) expect(predict?.(text)).toBeCloseTo(value, 9);
});

test("hand features are as many for every text of a task", () => {
  for (const id of ["roofline", "program", "graph"] as const) {
    const {task} = typedTask(id, new Map());
    const lengths = Array.from({length: 30}, (_, i) => handFeatures(id)(labelledText(task, "train", i).text));
    expect(new Set(lengths.map(({length}) => length)).size).toBe(1);
    for (const features of lengths) expect(features.every(Number.isFinite)).toBe(true);
  }
});

test("names of operators are the same whatever the shapes, tokens with shapes are not", () => {
  const [small, large] = [8, 16].map((rows) => `array 4x4 os\nx0:${rows}x8\nx1=Relu(x0):${rows}x8`);
  expect(operatorTokens(small, false)).toEqual(["xpu.relu"]);
  expect(operatorTokens(small, false)).toEqual(operatorTokens(large, false));
  expect(operatorTokens(small, true)).not.toEqual(operatorTokens(large, true));
  const texts = [["a", "b"], ["a", "b"], ["a", "c"], ["b"]];
  expect(operatorVocabulary(texts)).toEqual(["a", "b"]);
  expect([...operatorIds(["a", "b"], ["b", "c", "a"])]).toEqual([3, 1, 2]);
});
