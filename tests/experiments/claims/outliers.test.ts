import {outlierClaims} from "../../../src/lib/experiments/claims/number-formats/outliers.js";
import {between, type Outcome, testOutcomes} from "./outcomes.js";

const gained = (low: number, high: number) => [between("perplexity gained", low, high)];
const lost = (low: number, high: number) => [between("perplexity lost", low, high)];

const ORDER: readonly Outcome[] = [
  ["agrees", gained(1, 4)],
  ["open", gained(-1, 4)],
  ["differs", gained(-4, -1)],
];
const LOSSLESS: readonly Outcome[] = [
  ["agrees", lost(-0.5, 1)],
  ["open", lost(-0.5, 8)],
  ["differs", lost(7, 9)],
];

testOutcomes(outlierClaims, {
  "olive-accuracy": ORDER,
  "llm-int8-lossless": LOSSLESS,
  "llm-int8-over-int8": ORDER,
  "fp6-lossless": [
    ["agrees", [...lost(-0.5, 1), ...gained(2, 3)]],
    ["differs", [...lost(7, 9), ...gained(2, 3)]],
    ["differs", [...lost(-0.5, 1), ...gained(-3, -2)]],
  ],
  "nupes-over-uniform": ORDER,
  "fp-diffusion-eight": LOSSLESS,
  "fp-diffusion-learned": ORDER,
});
