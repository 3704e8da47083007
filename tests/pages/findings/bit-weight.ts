import {expect} from "vitest";
import {digitRows, weightsRow} from "../../../src/components/plots/accel/bit-weight.js";
import {PUBLISHED_TERMS} from "../../../src/lib/accel/bit-weight/published.js";
import type {bitWeight} from "../../../src/lib/experiments/accel/bit-weight.js";
import {keptRows} from "../kept.js";
import {type Finding, findingsOf} from "./finding.js";

const rows = keptRows<typeof bitWeight>("accel/bit-weight");
/** Rows of lanes that wait after each operand, after some, and at the end. */
const [each, some] = [0, 1].map((place) => rows.filter(({setting}) => setting === place));

/** Findings of the page on digits that are zero. */
export const bitWeightFindings: readonly Finding[] = findingsOf("src/accelerators/bits-that-are-zero.md", {
  "Canonical signed digits are the fewest that there are": () => {
    const [fewest, ...others] = ["canonical signed digits", "EN-T, radix 4", "bits of the magnitude"].map(
      (name) => weightsRow(rows, name).digits,
    );
    for (const other of others) expect(fewest).toBeLessThan(other);
  },
  "If they wait after every operand, most of the gain is gone": () => {
    const {digits, cycles} = weightsRow(each, "EN-T, radix 4");
    expect(4 - cycles!).toBeLessThan(0.5 * (4 - digits));
  },
  "long and short operands even out": () => {
    const {digits, cycles} = weightsRow(some, "EN-T, radix 4");
    expect(4 - cycles!).toBeGreaterThan(0.5 * (4 - digits));
  },
  "and follow EN-T's encoder as published": () => {
    const ours = digitRows(some, "EN-T, radix 4");
    expect(ours).toHaveLength(PUBLISHED_TERMS.sigma.length);
    ours.forEach(({digits}, i) => {
      expect(Math.abs(digits / PUBLISHED_TERMS["K = 128"][i] - 1)).toBeLessThan(0.03);
    });
  },
});
