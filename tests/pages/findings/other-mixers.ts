import {expect} from "vitest";
import type {ecoformerExperiment} from "../../../src/lib/experiments/mixers/ecoformer.js";
import type {flashRnnExperiment} from "../../../src/lib/experiments/mixers/flash-rnn.js";
import type {kroneckerExperiment} from "../../../src/lib/experiments/mixers/kronecker.js";
import type {matMulFreeExperiment} from "../../../src/lib/experiments/mixers/matmul-free.js";
import type {stateTracking} from "../../../src/lib/experiments/mixers/state-tracking.js";
import type {triples} from "../../../src/lib/experiments/mixers/triples.js";
import {keptRows, keptTable} from "../kept.js";
import {type Finding, findingsOf, rowWith} from "./finding.js";

const states = keptRows<typeof stateTracking>("mixers/state-tracking").filter(({seed}) => seed === "all");
const parity = (model: string) => rowWith(states, {task: "parity", model, length: 512});
const models = keptRows<typeof matMulFreeExperiment>("mixers/matmul-free").filter(({seed}) => seed === "all");
const executed = () => keptTable<typeof flashRnnExperiment, "executed">("mixers/flash-rnn", "executed");

const triplesRows = keptRows<typeof triples>("mixers/triples").filter(({seed}) => seed === "all");
const polynomials = keptRows<typeof kroneckerExperiment>("mixers/kronecker");
const energies = keptTable<typeof ecoformerExperiment, "energy">("mixers/ecoformer", "energy");
const codedRows = keptRows<typeof ecoformerExperiment>("mixers/ecoformer");

const ofRecurrence = findingsOf("src/mixers/recurrence-without-attention.md", {
  "A recurrent network whose gates read their own state just keeps the answer": () => {
    for (const model of ["lstm", "gru", "slstm"]) expect(parity(model).right).toBeGreaterThan(0.99);
    for (const model of ["gated", "transformer"]) expect(parity(model).rightHigh).toBeLessThan(0.55);
  },
  "Both forms are executed here as well and give the same bits": () => {
    for (const {difference} of executed()) expect(difference).toBe(0);
  },
  "Neither of the two recurrences finds them again, while the transformer finds nearly all": () => {
    for (const model of ["matmul-free-small", "matmul-free-small-float"])
      expect(rowWith(models, {model}).answersHigh).toBeLessThan(0.05);
    expect(rowWith(models, {model: "decoder-iso-flop"}).answersLow).toBeGreaterThan(0.9);
  },
  "here the small state costs more than the rounding does": () => {
    const of = (model: string) => Math.log(rowWith(models, {model}).perplexity);
    const rounding = of("matmul-free-small") - of("matmul-free-small-float");
    expect(of("matmul-free-small-float") - of("decoder-iso-flop")).toBeGreaterThan(rounding);
  },
});

const ofCodesAndPairs = findingsOf("src/mixers/attention-over-codes-and-pairs.md", {
  "its weights are written down and not learned": () => {
    expect(rowWith(triplesRows, {head: "tensor, written down"}).right).toBe(1);
  },
  "Taylor's series is best near zero": () => {
    for (const row of polynomials.filter(({kind, degree}) => kind === "taylor" && degree > 1)) {
      const other = rowWith(polynomials, {kind: "chebyshev", degree: row.degree, bound: row.bound});
      expect(row.error).toBeLessThanOrEqual(other.error + 1e-15);
    }
  },
  "a code decides what is added and what is subtracted": () => {
    for (const row of energies.filter(({mixer}) => mixer === "codes, once they are there"))
      expect(row.additions).toBeGreaterThan(10 * row.multiplications);
  },
  "Learned codes read no better than random ones here": () => {
    const of = (mixer: string) => rowWith(codedRows, {mixer, layer: "all", setting: 0});
    expect(of("learned codes").ratioHigh).toBeGreaterThan(of("random codes").ratio);
    expect(of("learned codes").ratioLow).toBeLessThan(of("random codes").ratio);
  },
  "in the last layer the released slip reads better than the kernel": () => {
    const of = (mixer: string) => rowWith(codedRows, {mixer, layer: "3", setting: 0});
    expect(of("learned codes, released bias").ratioHigh).toBeLessThan(of("learned codes").ratioLow!);
  },
});

/** Findings of the pages on other mixers of tokens. */
export const otherMixerFindings: readonly Finding[] = [...ofRecurrence, ...ofCodesAndPairs];
