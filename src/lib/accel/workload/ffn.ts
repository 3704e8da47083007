import type {DenseFfn, ExpertFfn, Ffn} from "../model.js";
import {type Formulas, type Operator, operator} from "../operator.js";
import {linear, vector} from "./basic.js";

/** Sigmoid-weighted product of two, or one plain non-linearity; operations an element. */
const ACTIVATION = {gated: {operations: 5, operands: 2}, plain: {operations: 1, operands: 1}} as const;

function dense(prefix: string, {width: f, gated, bias = false}: DenseFfn, at: Place): Operator[] {
  const {count, T, d, fused} = at;
  return [
    ...(gated ? [linear(`${prefix}gate`, count, T, d, f, {bias})] : []),
    linear(`${prefix}up`, count, T, d, f, {bias}),
    vector(`${prefix}act`, count, T, f, gated ? ACTIVATION.gated : ACTIVATION.plain, fused),
    linear(`${prefix}down`, count, T, f, d, {bias}),
  ];
}

/**
 * Expected number of different experts that `tokens` tokens ask for when each picks `active` of `experts` at random
 * without favourites: E (1 - (1 - k / E)^T), exact for uniform choices.
 */
export function expertsTouched(experts: number, active: number, tokens: number): number {
  return experts * (1 - (1 - active / experts) ** tokens);
}

const EXPERTS: Formulas = {
  flops: "2 * T * k * in * out",
  weights: "X * in * out",
  actRead: "T * k * in",
  actWrite: "T * k * out",
};

/** `T` tokens through `k` experts each; the weights of the `X` experts that are touched are read once. */
function expertLinear(
  name: string,
  at: Place,
  k: number,
  X: number,
  inputs: number,
  outputs: number,
): Operator {
  const {count, T} = at;
  return operator(
    {name, kind: "linear", count, formulas: EXPERTS, symbols: {T, k, X, in: inputs, out: outputs}},
    {
      flops: 2 * T * k * inputs * outputs,
      weights: X * inputs * outputs,
      actRead: T * k * inputs,
      actWrite: T * k * outputs,
    },
  );
}

function mixture(ffn: ExpertFfn, at: Place): Operator[] {
  const {experts: E, active: k, shared, width: f} = ffn;
  const {count, T, d, fused} = at;
  const X = expertsTouched(E, k, T);
  const sharedWidth = ffn.sharedWidth ?? shared * f;
  return [
    linear("router", count, T, d, E),
    expertLinear("experts_gate", at, k, X, d, f),
    expertLinear("experts_up", at, k, X, d, f),
    vector("experts_act", count, T * k, f, ACTIVATION.gated, fused),
    expertLinear("experts_down", at, k, X, f, d),
    ...(sharedWidth > 0 ? dense("shared_", {kind: "dense", width: sharedWidth, gated: true}, at) : []),
  ];
}

interface Place {
  readonly count: number;
  /** Tokens of the step. */
  readonly T: number;
  readonly d: number;
  readonly fused: boolean;
}

/** The network over the channels of `count` layers. */
export const ffnOperators = (ffn: Ffn, at: Place): Operator[] =>
  ffn.kind === "dense" ? dense("", ffn, at) : mixture(ffn, at);
