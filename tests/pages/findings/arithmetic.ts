import {expect} from "vitest";
import {leastTile} from "../../../src/components/plots/accel/table-tiles.js";
import {arithmetics} from "../../../src/lib/arithmetic/registry.js";
import {halvesAdded} from "../../../src/lib/arithmetic/shift-add/shift-add-float.js";
import type {mixedElements} from "../../../src/lib/experiments/accel/mixed-elements.js";
import type {tableTiles} from "../../../src/lib/experiments/accel/table-tiles.js";
import type {frozenSigns} from "../../../src/lib/experiments/arithmetic/frozen-signs.js";
import type {lMul} from "../../../src/lib/experiments/arithmetic/l-mul.js";
import type {products} from "../../../src/lib/experiments/arithmetic/products.js";
import type {trainedShifts} from "../../../src/lib/experiments/arithmetic/trained-shifts.js";
import {e2m1} from "../../../src/lib/formats/element.js";
import {keptRows} from "../kept.js";
import {type Finding, findingsOf} from "./finding.js";

const counted = keptRows<typeof products>("arithmetic/products");
const replaced = keptRows<typeof lMul>("arithmetic/l-mul");
const shifts = keptRows<typeof trainedShifts>("arithmetic/trained-shifts");
const frozen = keptRows<typeof frozenSigns>("arithmetic/frozen-signs");
const arrays = keptRows<typeof mixedElements>("accel/mixed-elements").filter(({setting}) => setting === 0);
const allTiles = keptRows<typeof tableTiles>("accel/table-tiles");
const tiles = allTiles.filter(({setting}) => setting === 0);

/** Rows of an element by their group size. */
const ofElement = (id: string) =>
  arrays.filter(({element}) => element === id).toSorted((a, b) => a.groupSize - b.groupSize);

/** Findings of the page on products without a multiplier. */
export const arithmeticFindings: readonly Finding[] = findingsOf(
  "src/formats/multiplying-without-a-multiplier.md",
  {
    "Nine ways leave it out": () => {
      expect(arithmetics.all.length).toBe(9);
      expect(new Set(counted.map(({arithmetic}) => arithmetic)).size).toBe(9);
      // What is left are products by scales.
      for (const {multiplications} of counted) expect(multiplications).toBeLessThan(0.2);
    },
    "a weight in FP4 is a power of two, or one and a half of it, and half of a moved input is added for the latter":
      () => {
        for (const [code, value] of e2m1.values.entries()) {
          if (value === 0) continue;
          expect([1, 1.5]).toContain(Math.abs(value) / 2 ** Math.floor(Math.log2(Math.abs(value))));
          expect(halvesAdded(code)).toBe(Number.isInteger(Math.log2(Math.abs(value))) ? 0 : 1);
        }
      },
    "Such a product is exact": () => {
      for (const {arithmetic, arithmeticError} of counted) {
        if (arithmetic === "shift") expect(arithmeticError).toBeLessThan(1e-12);
      }
    },
    "for some products the arithmetic itself": () => {
      const own = counted.filter(({arithmeticError}) => arithmeticError > 1e-12);
      expect([...new Set(own.map(({exactness}) => exactness))]).toEqual(["approximate"]);
    },
    "every product replaced by an addition of bits, or those of attention alone": () => {
      expect([...new Set(replaced.map(({reach}) => reach))].sort()).toEqual(["all", "attention"]);
    },
    "Every network runs here twice, with products and with additions to exponents": () => {
      const ofPowers = shifts.filter(({way}) => way !== "int" && way !== "float");
      expect(ofPowers).toHaveLength(11);
      for (const {identical} of ofPowers) expect(identical).toBe(1);
    },
    "fewer and fewer weights change": () => {
      const dense = frozen.filter(({way, sigma}) => way === "dense-shift" && sigma === 0.001);
      for (const row of dense.filter(({step}) => step === 4000)) {
        const first = dense.find(
          ({part, bits, step}) => part === row.part && bits === row.bits && step === 100,
        );
        expect(row.same).toBeGreaterThan(first!.same + 0.2);
      }
    },
  },
);

/** Findings of the page on arrays without multipliers. */
export const arrayFindings: readonly Finding[] = findingsOf(
  "src/accelerators/arrays-without-multipliers.md",
  {
    "they take one multiplication a group in place of one a weight": () => {
      // One more a result is by the scale of its inputs.
      for (const {groupSize, scaleWork} of ofElement("mixpe-w4a8"))
        expect(scaleWork).toBeCloseTo(1 / groupSize + 1 / 4096, 12);
    },
    "Integers and the order of sums make nearly all of the difference": () => {
      for (const [i, own] of ofElement("mixpe-w4a8").entries()) {
        const [first, narrow] = [ofElement("dequantized")[i], ofElement("narrow")[i]];
        // Of both gains over dequantizing first, narrow multipliers with the same order have nine tenths or more.
        expect(first.cycles / narrow.cycles).toBeGreaterThan(0.9 * (first.cycles / own.cycles));
        expect(first.energy / narrow.energy).toBeGreaterThan(0.9 * (first.energy / own.energy));
      }
    },
    "Without a multiplier an element is no smaller than with one that is as narrow as the weights": () => {
      for (const [i, own] of ofElement("mixpe-w4a8").entries())
        expect(own.elementArea).toBeGreaterThanOrEqual(ofElement("narrow")[i].elementArea);
    },
    "Larger groups leave less to scale and more to round": () => {
      const own = ofElement("mixpe-w4a8");
      for (let i = 1; i < own.length; i++) {
        expect(own[i].scales).toBeLessThan(own[i - 1].scales);
        expect(own[i].error).toBeGreaterThan(own[i - 1].error ?? Number.NaN);
      }
    },
    "few rows should meet many columns": () => {
      for (const inputs of [2, 4, 8]) {
        const {rows, columns} = leastTile(tiles, inputs, "area")!;
        expect(columns).toBeGreaterThan(2 * (rows ?? Number.NaN));
      }
    },
    "so that cycles grow with them; a multiplier takes the same time for all": () => {
      const cycles = (way: string) =>
        tiles.filter((row) => row.kind === "bits" && row.way === way).map((row) => row.cycles!);
      const [tables, multipliers] = [cycles("half table"), cycles("dequantize")];
      for (const [i, each] of tables.entries()) expect(each / tables[0]).toBeCloseTo(i + 1, 8);
      expect(new Set(multipliers).size).toBe(1);
    },
  },
);
