import {expect} from "vitest";
import {arithmetics} from "../../../src/lib/arithmetic/registry.js";
import type {lMul} from "../../../src/lib/experiments/arithmetic/l-mul.js";
import type {products} from "../../../src/lib/experiments/arithmetic/products.js";
import {keptRows} from "../kept.js";
import {type Finding, findingsOf} from "./finding.js";

const counted = keptRows<typeof products>("arithmetic/products");
const replaced = keptRows<typeof lMul>("arithmetic/l-mul");

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
  },
);
