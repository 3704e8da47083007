import {expect} from "vitest";
import type {switches} from "../../../src/lib/experiments/formats/switches.js";
import type {mixedPrecision} from "../../../src/lib/experiments/models/mixed-precision.js";
import {keptRows} from "../kept.js";
import {findingsOf, rowWith} from "./finding.js";

const turned = keptRows<typeof switches>("formats/switches");
const gain = (distribution: string, to: string, bits: number) =>
  rowWith(turned, {distribution, to, bits}).gainDb;
const [WEIGHTS, INPUTS] = ["weights/decoder-small", "activations/decoder-small"];

const choices = keptRows<typeof mixedPrecision>("models/mixed-precision");
const choice = (model: string, way: string, budget: number) => rowWith(choices, {model, way, budget});

/** Findings of the map of quantization. */
export const mapFindings = findingsOf("src/formats/map.md", {
  "Finer scales help at every width": () => {
    for (const {distribution, to, gainDb} of turned)
      if (to === "channel" || to === "group") expect(gainDb, distribution).toBeGreaterThan(0.5);
  },
  "On weights a searched range and fitted levels help most where bits are few": () => {
    for (const to of ["mse", "lloyd"]) {
      const gains = [2, 3, 4, 6, 8].map((bits) => gain(WEIGHTS, to, bits));
      expect(gains).toEqual(gains.toSorted((a, b) => b - a));
    }
  },
  "so they lose much where bits are many": () => {
    for (const distribution of [WEIGHTS, INPUTS, "normal"])
      expect(gain(distribution, "log2", 8)).toBeLessThan(-10);
  },
  "a range that clips them, by percentile or by entropy, costs most of all": () => {
    for (const bits of [6, 8]) {
      const own = turned.filter((row) => row.distribution === INPUTS && row.bits === bits);
      const worst = own.toSorted((a, b) => a.gainDb - b.gainDb).slice(0, 2);
      expect(worst.map(({to}) => to).sort()).toEqual(["entropy", "percentile"]);
    }
  },
  "Rounding by chance is always worse": () => {
    for (const {to, gainDb} of turned) if (to === "stochastic") expect(gainDb).toBeLessThan(0);
  },
  "too small for the small decoder": () => {
    const {estimate, klLow} = choice("decoder-small", "exact", 2.5);
    expect(estimate).toBeLessThan(klLow!);
  },
  "too large for its twin with outlier channels": () => {
    const {estimate, klHigh} = choice("decoder-small-outliers", "uniform", 3);
    expect(estimate).toBeGreaterThan(klHigh!);
  },
  "one width for all is better than the choice": () => {
    const [exact, uniform] = ["exact", "uniform"].map((way) => choice("decoder-small-outliers", way, 3));
    expect(uniform.klHigh!).toBeLessThan(exact.klLow!);
  },
});
