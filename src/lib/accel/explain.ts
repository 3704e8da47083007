import {COUNTS} from "./operator.js";
import type {PricedOperator, Prices} from "./roofline.js";

/** One number with the formula it comes from and the values put in. Formulas use + - * / ( ) and max(a, b). */
export interface Explanation {
  readonly symbol: string;
  readonly formula: string;
  readonly values: Readonly<Record<string, number>>;
  readonly result: number;
  readonly unit: string;
}

const UNIT: Readonly<Record<string, string>> = {flops: "FLOP"};

const BYTES =
  "weights * bw + (actRead + actWrite) * ba + (kvRead + kvWrite) * bkv + (stateRead + stateWrite) * bs";

/** Every number of an operator on the roofline, from its sizes up to its seconds. */
export function explainOperator(priced: PricedOperator, prices: Prices): Explanation[] {
  const {op} = priced;
  const counts = COUNTS.filter((field) => op.formulas[field] !== undefined).map((field) => ({
    symbol: field,
    formula: op.formulas[field] as string,
    values: usedSymbols(op.formulas[field] as string, op.symbols),
    result: op[field],
    unit: UNIT[field] ?? "elements",
  }));
  const {flops, weights, actRead, actWrite, kvRead, kvWrite, stateRead, stateWrite} = op;
  const moved = {weights, actRead, actWrite, kvRead, kvWrite, stateRead, stateWrite};
  const bw = prices.weightBytes[op.kind];
  const {actBytes: ba, kvBytes: bkv, stateBytes: bs, bandwidth, launchOverhead} = prices;
  const {bytes, computeSeconds: tc, memorySeconds: tm} = priced;
  const rate = prices.rate[op.kind];
  return [
    ...counts,
    {symbol: "bytes", formula: BYTES, values: {...moved, bw, ba, bkv, bs}, result: bytes, unit: "B"},
    {symbol: "tc", formula: "flops / rate", values: {flops, rate}, result: tc, unit: "s"},
    {symbol: "tm", formula: "bytes / bandwidth", values: {bytes, bandwidth}, result: tm, unit: "s"},
    {
      symbol: "seconds",
      formula: "max(tc, tm) + launch",
      values: {tc, tm, launch: launchOverhead},
      result: priced.seconds,
      unit: "s",
    },
  ];
}

function usedSymbols(formula: string, symbols: Readonly<Record<string, number>>): Record<string, number> {
  const names = new Set(formula.match(/[A-Za-z]\w*/g) ?? []);
  return Object.fromEntries(Object.entries(symbols).filter(([name]) => names.has(name)));
}

/** The formula with its values in place of its symbols: `2 * 1 * 4096 * 14336`. */
export function substituted({formula, values}: Explanation): string {
  return formula.replace(/[A-Za-z]\w*/g, (name) => (name in values ? String(values[name]) : name));
}
