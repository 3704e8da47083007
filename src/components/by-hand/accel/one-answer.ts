import {
  KINETICS_BYTES_PER_VALUE,
  KINETICS_FLOPS_PER_BYTE,
  kineticsDense,
} from "../../../lib/accel/kinetics.js";
import {kineticsSizes} from "../../../lib/experiments/accel/kinetics.js";
import {captioned} from "../../kit/text/captioned.js";
import {type FormulaLine, formulaLines} from "../../kit/text/formula-lines.js";
import {numberText} from "../../kit/text/number-text.js";

const tokens = (label: string, value: number) =>
  ({kind: "integer", label, unit: "tokens", min: 1, max: 65_536, log: true, default: value}) as const;

/** Controls of one answer. */
export const oneAnswerParams = {
  generated: tokens("Generation length", 4096),
  prompt: tokens("Prompt", 1024),
};

/** Tokens of prompt and answer. */
export interface AnswerState {
  readonly generated: number;
  readonly prompt: number;
}

/** Arithmetic and memory cost of one answer of Llama 3.1 8B with dense attention, in FLOP. */
export function oneAnswer({generated, prompt}: AnswerState) {
  const sizes = kineticsSizes("llama-3.1-8b");
  const {compute, memory} = kineticsDense({...sizes, context: prompt, generated, trials: 1});
  return {sizes, arithmetic: compute * 1e12, memory: memory * 1e12};
}

/** The calculation, a line a cost. */
export function oneAnswerLines(state: AnswerState): FormulaLine[] {
  const {generated, prompt} = state;
  const {sizes, arithmetic, memory} = oneAnswer(state);
  const {parameters, heads, kvHeads, headDim} = sizes;
  // The pairs of a token and one before it, twice over: each answer token sees the prompt and half of the answer.
  const pairs = (2 * prompt + generated) * generated;
  return [
    {
      symbol: "pairs",
      formula: "(2 * prompt + generated) * generated",
      values: {prompt, generated},
      result: pairs,
      unit: "(twice the pairs of two tokens)",
    },
    {
      symbol: "arithmetic",
      formula: "2 * parameters * generated + 2 * pairs * heads * width",
      values: {parameters, generated, pairs, heads, width: headDim},
      result: arithmetic,
      unit: "FLOP",
    },
    {
      symbol: "memory",
      formula: "pairs * KV_heads * width * bytes * FLOP_per_byte",
      values: {
        pairs,
        KV_heads: kvHeads,
        width: headDim,
        bytes: KINETICS_BYTES_PER_VALUE,
        FLOP_per_byte: KINETICS_FLOPS_PER_BYTE,
      },
      result: memory,
      unit: "FLOP",
      note: "in the same time",
    },
  ];
}

/** Shares of the two costs in a sentence. */
export function oneAnswerFinding(state: AnswerState): string {
  const {arithmetic, memory} = oneAnswer(state);
  const share = (100 * memory) / (arithmetic + memory);
  return `Reading the cache is ${numberText(share, 3)} % of the cost of this answer, arithmetic the rest.`;
}

/** The calculation as a figure. */
export function oneAnswerView(state: AnswerState): HTMLElement {
  return captioned(
    "What does one answer cost?",
    oneAnswerFinding(state),
    formulaLines(oneAnswerLines(state)),
  );
}
