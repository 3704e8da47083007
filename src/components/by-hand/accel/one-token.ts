import {parameterCount} from "../../../lib/accel/model.js";
import {modelById} from "../../../lib/accel/models.js";
import {captioned} from "../../kit/text/captioned.js";
import {type FormulaLine, formulaLines} from "../../kit/text/formula-lines.js";
import {quantityText} from "../../kit/text/number-text.js";

const MODEL = modelById("llama-3.1-8b");

/** Controls of one decoded token. */
export const oneTokenParams = {
  bits: {
    kind: "number",
    label: "Bits per weight, scales included",
    min: 1,
    max: 32,
    step: 0.25,
    default: 4.25,
  },
  bandwidth: {
    kind: "number",
    label: "Memory bandwidth",
    unit: "GB/s",
    min: 10,
    max: 5000,
    log: true,
    default: 1008,
  },
} as const;

/** Bits of a weight and bandwidth in GB/s. */
export interface OneTokenState {
  readonly bits: number;
  readonly bandwidth: number;
}

/** Bytes of the weights, and the least seconds in which all of them are read once. */
export function oneToken({bits, bandwidth}: OneTokenState) {
  const bytes = (parameterCount(MODEL).total * bits) / 8;
  return {bytes, seconds: bytes / (bandwidth * 1e9)};
}

/** The calculation, a line each. */
export function oneTokenLines(state: OneTokenState): FormulaLine[] {
  const {bytes, seconds} = oneToken(state);
  const values = {parameters: parameterCount(MODEL).total, bits: state.bits};
  const bandwidth = state.bandwidth * 1e9;
  return [
    {symbol: "weights", formula: "parameters * bits / 8", values, result: bytes, unit: "B"},
    {
      symbol: "TPOT at least",
      formula: "weights / bandwidth",
      values: {weights: bytes, bandwidth},
      result: seconds,
      unit: "s",
    },
  ];
}

/** Least time of a token and the rate that follows, as a figure. */
export function oneTokenView(state: OneTokenState): HTMLElement {
  const {seconds} = oneToken(state);
  return captioned(
    "How fast can one sequence decode at most?",
    `${MODEL.title} reads all its weights for each token: at least ${quantityText(seconds, "s")}, so at most ${quantityText(1 / seconds, "tokens/s")}, before its cache is counted.`,
    formulaLines(oneTokenLines(state)),
  );
}
