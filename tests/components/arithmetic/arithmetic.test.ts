import {describe, expect, test} from "vitest";
import {addedSays} from "../../../src/components/by-hand/arithmetic/added-bits.js";
import {planePair, planeSays} from "../../../src/components/by-hand/arithmetic/plane-pairs.js";
import {shiftedSays} from "../../../src/components/by-hand/arithmetic/shifted-number.js";
import {chosenSums, tableSays} from "../../../src/components/by-hand/arithmetic/table-of-sums.js";
import {addedQuestion} from "../../../src/components/by-hand/questions/arithmetic.js";
import {type LMulRow, lMulFinding} from "../../../src/components/plots/arithmetic/l-mul.js";
import {type ProductRow, productsFinding} from "../../../src/components/plots/arithmetic/products.js";
import {
  type FixedRow,
  type FrozenRow,
  fewPowersFinding,
  fixedPointFinding,
  frozenFinding,
  type ShiftsRow,
  trainedShiftsFinding,
} from "../../../src/components/plots/arithmetic/trained.js";

describe("products by hand", () => {
  test("of added bits say how far off they are", () => {
    expect(addedSays({a: 2, b: 4, places: 0})).toMatch(/becomes 8 instead of 8: exactly/);
    expect(addedSays({a: 1.5, b: 1.5, places: 0})).toMatch(/becomes 2 instead of 2\.25: 11\.1 % too small/);
    expect(addedSays({a: 1, b: 1, places: 2})).toMatch(/25 % too large/);
  });

  test("of shifted exponents are exact", () => {
    expect(shiftedSays({x: 1.75, shift: 3})).toMatch(/1\.75 times 8 is 14, exactly/);
  });

  test("of tables are the sum of all four products", () => {
    // 3 · 3 + 1 · -1 · -1 … : 9 + 1 + 2 - 15.
    expect(chosenSums({w0: 3, w1: -1, w2: 1, w3: -3}).total).toBe(-3);
    expect(tableSays({w0: 3, w1: 3, w2: 3, w3: 3})).toMatch(/9 \+ 2 · 9 = 27/);
  });

  test("of bit planes follow from the bits that differ", () => {
    for (const inputs of [0, 3, 20]) {
      let total = 0;
      for (const weightBit of [0, 1]) {
        for (const inputBit of [0, 1]) {
          const found = planePair({inputs, weightBit, inputBit});
          total += 2 ** (weightBit + inputBit) * found.pair;
          expect(found.pair).toBe(found.width - 2 * found.differing);
        }
      }
      expect(planePair({inputs, weightBit: 0, inputBit: 0}).total).toBe(total);
    }
    expect(planeSays({inputs: 3, weightBit: 0, inputBit: 1})).toMatch(/of 8 bits differ/);
  });
});

describe("findings", () => {
  const product = (label: string, bits: number, arithmeticError: number, error: number, operations: number) =>
    ({label, bits, arithmeticError, error, operations}) as ProductRow;

  test("name products with an error of their own, and the least work", () => {
    const rows = [
      product("A", 4, 0.01, 0.02, 2),
      product("B", 3, 0, 0.005, 1.5),
      product("B", 4, 0, 0.001, 3),
    ];
    expect(productsFinding(rows)).toBe(
      "1 of 2 products lose nothing beyond the rounding of weights and inputs; A adds an error of its own. For an error below one in a hundred B with 3 bits does least: 1.5 operations for a weight.",
    );
    expect(productsFinding([])).toBe("No product is chosen.");
  });

  test("say what a model loses, and ask for it", () => {
    const row = (id: string, difference: number) =>
      ({
        product: id,
        reach: "all",
        label: id,
        difference,
        perplexity: 6 + difference,
        documents: 6,
      }) as LMulRow;
    const rows = [row("l-mul-7", 0.06), row("fp8-e4m3", 0.09)];
    expect(lMulFinding(rows)).toMatch(/rises by: l-mul-7 0\.06, fp8-e4m3 0\.09, over 6 documents/);
    expect(lMulFinding([...rows, row("l-mul-2", 3)])).toMatch(/documents\. Beyond the figure: l-mul-2 3\.$/);
    expect(lMulFinding([])).toBe("No product is replaced everywhere.");
    const {options, right} = addedQuestion(rows);
    expect(options[right]).toBe("by less than a twentieth");
  });

  test("compare trained networks of one width, and say if additions give the same", () => {
    const row = (way: string, right: number, identical: number | null, bits = 4) =>
      ({way, bits, sigma: 0.001, right, identical}) as ShiftsRow;
    const rows = [
      row("float", 0.75, null, 32),
      row("dense-shift", 0.5, 1),
      row("shift-zero", 0.6, 1),
      row("int", 0.7, null),
    ];
    expect(trainedShiftsFinding(rows)).toMatch(/With 4 bits DenseShift names 50 % .* to the last bit\.$/);
    expect(trainedShiftsFinding([...rows, row("shift-rounded", 0.6, 0.9)])).toMatch(/do not give/);
    expect(trainedShiftsFinding([])).toBe("There are no networks.");
  });

  test("say what is frozen at the ends of a training", () => {
    const row = (way: string, step: number, same: number) => ({way, step, same, sigma: 0.001}) as FrozenRow;
    const rows = [row("dense-shift", 100, 0.5), row("dense-shift", 400, 0.9), row("int", 400, 0.8)];
    expect(frozenFinding(rows, "signs")).toBe(
      "Of DenseShift's signs 50 % are what they were 100 steps before at step 100 and 90 % at the end; of the integers' 80 % then.",
    );
    expect(frozenFinding([], "signs")).toBe("There are no networks.");
  });

  test("name the word where trained points gain most, and what few powers of two leave", () => {
    const row = (way: string, word: number, right: number, terms = 0) =>
      ({way, word, right, terms, additions: 1.75}) as FixedRow;
    const rows = [4, 8].flatMap((word) => [
      row("after", word, word / 16),
      row("chosen", word, word / 16 + 0.1),
      row("trained", word, 0.6),
    ]);
    expect(fixedPointFinding(rows)).toMatch(/words of 4 bits: 60 % .* 35 % .* 25 %/);
    expect(fixedPointFinding([])).toBe("There are no networks.");
    const few = [row("hot-after", 8, 0.4, 1), row("hot-trained", 8, 0.5, 1), row("hot-after", 8, 0.6, 2)];
    expect(fewPowersFinding(few)).toMatch(/40 % .* 50 % .* 60 % without it, 1\.8 additions/);
    expect(fewPowersFinding([])).toBe("There are no networks.");
  });
});
