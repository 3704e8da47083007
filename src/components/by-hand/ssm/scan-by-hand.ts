import {selectiveScan} from "../../../lib/engine/scan/selective-scan.js";
import {selectiveScanMatrix} from "../../../lib/ssm/scan/scan-matrix.js";
import {largest} from "../../../lib/stats/extent.js";
import type {NumberParam, ParamValues} from "../../../lib/technique/params.js";
import {numberText} from "../../kit/text/number-text.js";

/** Tokens of the scan that is done by hand. */
export const TOKENS = 8;

/** Values that a reader sets for every token, by their names in the address. */
export const TOKEN_SERIES = {
  x: {label: "input x", min: -2, max: 2, step: 0.1, values: [1, -0.5, 1.5, 0.5, -1, 0.8, -0.3, 1]},
  delta: {label: "time step Δ", min: 0, max: 4, step: 0.05, values: [0.5, 0.5, 2, 0.1, 0.1, 0.1, 0.1, 0.5]},
  b: {label: "write B", min: -2, max: 2, step: 0.1, values: Array<number>(TOKENS).fill(1)},
  c: {label: "read C", min: -2, max: 2, step: 0.1, values: Array<number>(TOKENS).fill(1)},
} as const;
export type TokenSeries = keyof typeof TOKEN_SERIES;
export const SERIES_NAMES = Object.keys(TOKEN_SERIES) as readonly TokenSeries[];

type TokenParam = `${TokenSeries}${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

const tokenParams = Object.fromEntries(
  SERIES_NAMES.flatMap((series) => {
    const {label, min, max, step, values} = TOKEN_SERIES[series];
    return values.map((value, t): [string, NumberParam] => [
      `${series}${t + 1}`,
      {kind: "number", label: `${label} of token ${t + 1}`, min, max, step, default: value},
    ]);
  }),
) as Record<TokenParam, NumberParam>;

/** The parameters of the drawing: the decay rate and the token looked at, and four numbers for every token. */
export const byHandParams = {
  A: {kind: "number", label: "Decay rate A", min: -4, max: 0, step: 0.05, default: -1},
  token: {kind: "integer", label: "Token looked at", min: 1, max: TOKENS, default: 6},
  ...tokenParams,
} as const;

export type ByHand = ParamValues<typeof byHandParams>;

/** The parameters that the bars themselves set. */
export const barParams = Object.keys(tokenParams) as TokenParam[];

/** Step of one token, each number with those it is made of. */
export interface ScanStep {
  readonly x: number;
  readonly delta: number;
  readonly b: number;
  readonly c: number;
  /** exp(delta A): what is kept of the state before. */
  readonly decay: number;
  /** delta b x: what is added. */
  readonly input: number;
  readonly before: number;
  readonly state: number;
  readonly output: number;
}

export interface ByHandScan {
  readonly steps: readonly ScanStep[];
  /** [T, T]: what of each earlier token's x reaches each output. */
  readonly weights: Float64Array;
  /** Contribution of each token up to the selected one to its state, signed. */
  readonly remembered: readonly number[];
}

/** The token that the state holds most of at the selected one, and why, in a sentence. */
export function byHandFinding(values: ByHand): string {
  const {steps, remembered} = byHandScan(values);
  const total = remembered.reduce((sum, part) => sum + Math.abs(part), 0);
  if (total === 0) return `At token ${values.token} the state is empty: no token has written to it.`;
  const sizes = remembered.map(Math.abs);
  const most = sizes.indexOf(largest(sizes));
  const {delta, decay, input} = steps[most];
  return `Token ${most + 1} makes up ${numberText((100 * sizes[most]) / total, 2)} % of the state at token ${values.token}: its time step of ${numberText(delta, 3)} kept ${numberText(100 * decay, 3)} % of the state before and added ${numberText(input, 3)}.`;
}

/** One channel with one number of state through the library's own scan. */
export function byHandScan(values: ByHand): ByHandScan {
  const series = (name: TokenSeries) =>
    Float64Array.from({length: TOKENS}, (_, t) => values[`${name}${t + 1}` as TokenParam]);
  const [u, delta, B, C] = [series("x"), series("delta"), series("b"), series("c")];
  const input = {
    channels: 1,
    stateSize: 1,
    u,
    delta,
    A: Float64Array.of(values.A),
    B,
    C,
    deltaSoftplus: false,
  };
  const {y} = selectiveScan(input);
  // A reader C of 1 gives the state itself.
  const open = {...input, C: new Float64Array(TOKENS).fill(1)};
  const states = selectiveScan(open).y;
  const kept = selectiveScanMatrix(open, 0);
  const steps = Array.from(states, (state, t) => ({
    x: u[t],
    delta: delta[t],
    b: B[t],
    c: C[t],
    decay: Math.exp(delta[t] * values.A),
    input: delta[t] * B[t] * u[t],
    before: states[t - 1] ?? 0,
    state,
    output: y[t],
  }));
  const row = (values.token - 1) * TOKENS;
  const remembered = Array.from({length: values.token}, (_, j) => kept[row + j] * u[j]);
  return {steps, weights: selectiveScanMatrix(input, 0), remembered};
}

/** States worth a look, by what their button says. */
export const SCENES: Readonly<Record<string, Partial<ByHand>>> = {
  "Write once, hold": deltas([0.5, 0.5, 2, 0, 0, 0, 0, 0]),
  "Fade evenly": deltas(Array<number>(TOKENS).fill(0.5)),
  "Start anew at 5": deltas([0.5, 0.5, 0.5, 0.5, 4, 0.5, 0.5, 0.5]),
};

function deltas(values: readonly number[]): Partial<ByHand> {
  return Object.fromEntries(values.map((value, t) => [`delta${t + 1}`, value]));
}
