import {expect} from "vitest";
import type {pruning} from "../../../src/lib/experiments/sparse/pruning.js";
import type {structured} from "../../../src/lib/experiments/sparse/structured.js";
import {keptRows} from "../kept.js";
import {type Finding, findingsOf, rowWith} from "./finding.js";

const pruned = keptRows<typeof pruning>("sparse/pruning");
const smaller = keptRows<typeof structured>("sparse/structured");

/** Findings of the pages on sparse weights. */
export const sparseFindings: readonly Finding[] = findingsOf("src/sparse/which-weights-can-go.md", {
  "That half of them can go": () => {
    const half = pruned.filter(({model, pattern}) => model === "decoder-large" && pattern === "0.5");
    const lost = half.map(({perplexity, difference}) => difference / (perplexity - difference));
    expect(Math.min(...lost)).toBeLessThan(0.05);
  },
  "The bias lowers perplexity at every share that was tried": () => {
    const withBias = smaller.filter(({method}) => method === "flap");
    expect(withBias.length).toBeGreaterThan(10);
    for (const {model, ratio, calibrationSeed, perplexity} of withBias) {
      const without = rowWith(smaller, {model, ratio, calibrationSeed, method: "flap-no-bias"});
      expect(perplexity).toBeLessThan(without.perplexity);
    }
  },
  "the same share of every layer is better here with half of heads and channels gone": () => {
    for (const {model, calibrationSeed, perplexity} of smaller.filter(
      ({method, ratio}) => method === "flap" && ratio === 0.5,
    )) {
      const uniform = rowWith(smaller, {model, calibrationSeed, ratio: 0.5, method: "flap-uniform"});
      expect(uniform.perplexity).toBeLessThan(perplexity);
    }
  },
  "a step of the share can jump": () => {
    const small = smaller.filter(({model, method}) => model === "decoder-small" && method === "magnitude-sp");
    const heads = new Set(small.map((row) => row.heads));
    expect(heads.size).toBeLessThan(small.length);
  },
});
