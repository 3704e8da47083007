import {machineById} from "../../../lib/accel/machines.js";
import {type PricedOperator, type Prices, pricesOf, roofline} from "../../../lib/accel/roofline.js";
import {linear} from "../../../lib/accel/workload/basic.js";
import type {FormulaLine} from "../../kit/text/formula-lines.js";
import {numberText, quantityText} from "../../kit/text/number-text.js";

/** Rows and columns of the weights. */
export const SIDE = 4096;
const ACTIVATION_BITS = 16;

/** Controls of the product. */
export const oneProductParams = {
  rows: {
    kind: "integer",
    label: "Rows of activations (tokens at once)",
    min: 1,
    max: 4096,
    log: true,
    default: 1,
  },
  bits: {kind: "number", label: "Bits per weight", min: 2, max: 16, step: 0.25, default: 16},
} as const;

/** Number of rows and bits of a weight. */
export interface ProductState {
  readonly rows: number;
  readonly bits: number;
}

/** A product on an RTX 4090, priced. */
export function oneProduct({rows, bits}: ProductState): {
  readonly priced: PricedOperator;
  readonly prices: Prices;
} {
  const fp16 = {id: "fp16", bitsPerElement: ACTIVATION_BITS};
  const weights = {id: "stored", bitsPerElement: bits, elementBits: 16};
  const prices = pricesOf(machineById("rtx-4090"), {weights, activations: fp16, kv: fp16});
  const [priced] = roofline([linear("product", 1, rows, SIDE, SIDE)], prices).operators;
  return {priced, prices};
}

/** Rows from which on arithmetic takes at least as long as memory; infinite if it never does. */
export function ridgeRows(bits: number): number {
  const {prices} = oneProduct({rows: 1, bits});
  const ofWeights = (SIDE * SIDE * bits) / 8 / prices.bandwidth;
  const ofRow = (2 * SIDE * SIDE) / prices.rate.linear - (2 * SIDE * ACTIVATION_BITS) / 8 / prices.bandwidth;
  return ofRow > 0 ? Math.ceil(ofWeights / ofRow) : Number.POSITIVE_INFINITY;
}

/** The calculation, from sizes to times. */
export function oneProductLines({rows, bits}: ProductState): FormulaLine[] {
  const {priced, prices} = oneProduct({rows, bits});
  const {computeSeconds, memorySeconds, bytes, op} = priced;
  const [side, rate, bandwidth] = [SIDE, prices.rate.linear, prices.bandwidth];
  return [
    {
      symbol: "operations",
      formula: "2 * rows * side * side",
      values: {rows, side},
      result: op.flops,
      unit: "FLOP",
    },
    {
      symbol: "bytes moved",
      formula: "side * side * bits / 8 + 2 * rows * side * activation_bits / 8",
      values: {rows, side, bits, activation_bits: ACTIVATION_BITS},
      result: bytes,
      unit: "B",
    },
    {
      symbol: "arithmetic",
      formula: "operations / rate",
      values: {operations: op.flops, rate},
      result: computeSeconds,
      unit: "s",
    },
    {
      symbol: "memory",
      formula: "bytes / bandwidth",
      values: {bytes, bandwidth},
      result: memorySeconds,
      unit: "s",
    },
  ];
}

/** Limit of the product, and where it changes, in a sentence. */
export function oneProductFinding(state: ProductState): string {
  const {computeSeconds, memorySeconds, seconds} = oneProduct(state).priced;
  const [bound, idle] =
    memorySeconds >= computeSeconds
      ? (["memory", `the multipliers work for ${quantityText(computeSeconds, "s")} of it`] as const)
      : (["compute", `the memory works for ${quantityText(memorySeconds, "s")} of it`] as const);
  const ridge = ridgeRows(state.bits);
  const change = Number.isFinite(ridge) ? ` From ${numberText(ridge)} rows on it is bound by compute.` : "";
  return `Bound by ${bound}: the product takes at least ${quantityText(seconds, "s")}, and ${idle}.${change}`;
}
