import {expect} from "vitest";
import type {flashRnnExperiment} from "../../../src/lib/experiments/mixers/flash-rnn.js";
import type {matMulFreeExperiment} from "../../../src/lib/experiments/mixers/matmul-free.js";
import type {stateTracking} from "../../../src/lib/experiments/mixers/state-tracking.js";
import {keptRows, keptTable} from "../kept.js";
import {type Finding, findingsOf, rowWith} from "./finding.js";

const states = keptRows<typeof stateTracking>("mixers/state-tracking").filter(({seed}) => seed === "all");
const parity = (model: string) => rowWith(states, {task: "parity", model, length: 512});
const models = keptRows<typeof matMulFreeExperiment>("mixers/matmul-free").filter(({seed}) => seed === "all");
const executed = () => keptTable<typeof flashRnnExperiment, "executed">("mixers/flash-rnn", "executed");

/** Findings of the page on other mixers of tokens. */
export const otherMixerFindings: readonly Finding[] = findingsOf("src/mixers/other-mixers.md", {
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
