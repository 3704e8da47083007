import {adderTreeCost} from "../../../lib/accel/double-duty/adder-tree.js";
import {ALM_RULE_IDS, almsByRule, type ElementCounts} from "../../../lib/accel/double-duty/alms.js";
import {compress} from "../../../lib/accel/double-duty/compressor.js";
import {csdDigits} from "../../../lib/accel/double-duty/csd.js";
import {binaryRows, columnHeights} from "../../../lib/accel/double-duty/rows.js";
import {bestSplits, reductionElements, treeElements} from "../../../lib/accel/double-duty/split.js";
import type {RowOp} from "../op.js";

type Arguments = Readonly<Record<string, unknown>>;

function reduced(heights: readonly number[], rule: "wallace" | "dadda") {
  const {fullAdders, halfAdders, passes, final, chain} = compress(heights, rule);
  return {fullAdders, halfAdders, levels: passes.length, final, chain};
}

/** Kinds of module whose best split a file asks for: it names them among its outputs. */
function askedRules(params: Arguments) {
  const {dot: asked} = params.outputs as {dot: {out: {bestSplit: Arguments}}};
  return ALM_RULE_IDS.filter((rule) => rule in asked.out.bestSplit);
}

function dot({weights, inputBits}: Arguments, params: Arguments) {
  const rows = binaryRows(weights as number[], inputBits as number);
  const tree = adderTreeCost(rows);
  const reduction = compress(columnHeights(rows), "wallace");
  const {adderBits, lut5, lut6} = reductionElements(reduction);
  return {
    heights: columnHeights(rows),
    adderTree: {...tree, alms: almsByRule(treeElements(tree))},
    wallaceThenChain: {
      fullAdders: reduction.fullAdders,
      halfAdders: reduction.halfAdders,
      chain: reduction.chain,
      adderBits,
      lut5,
      alms: almsByRule({adderBits, lut5, lut6}),
    },
    bestSplit: {rows: rows.length, ...bestSplits(rows, askedRules(params))},
  };
}

const FUNCTIONS: Readonly<Record<string, (args: Arguments, params: Arguments) => unknown>> = {
  csd({n}) {
    const digits = csdDigits(n as number);
    return {digits, nonzero: digits.filter((digit) => digit !== 0).length};
  },
  compressor: ({heights}) => ({
    wallace: reduced(heights as number[], "wallace"),
    dadda: reduced(heights as number[], "dadda"),
  }),
  dot,
  pack: (args) => ({alms: almsByRule(args as unknown as ElementCounts)}),
};

/** Counts of the Double Duty synthesis and packing by the function that a row names. */
export const doubleDuty: RowOp = (row, params) => {
  const run = FUNCTIONS[row.fn as string];
  if (run === undefined) throw new RangeError(`doubleduty_model: fn must be known, got ${String(row.fn)}`);
  return {out: run(row.args as Arguments, params)};
};
