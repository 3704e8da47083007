import type {kinetics} from "../../../lib/experiments/accel/kinetics.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Series} from "../chart-spec.js";
import type {Family} from "../palette.js";
import {grouped} from "../series.js";

type KineticsFigure = FigureOf<typeof kinetics>;
type KineticsRow = Parameters<KineticsFigure["key"]>[0];

const key = ({attention, generated, trials}: KineticsRow): string =>
  `${attention}, ${trials} x ${generated} tokens`;

/** Dense attention is the baseline, and grey. */
const FAMILY: Readonly<Record<string, Family>> = {
  dense: "baseline",
  "top-k": "topk",
  "block top-k": "blocktopk",
};

function lines(
  rows: readonly KineticsRow[],
  x: (row: KineticsRow) => number,
  y: (row: KineticsRow) => number,
): Series[] {
  return Array.from(
    grouped(rows, ({attention}) => attention),
    ([attention, members]) => ({
      name: attention,
      family: FAMILY[attention],
      provenance: "modelled" as const,
      join: "line" as const,
      points: members.map((row) => ({key: key(row), label: key(row), x: x(row), y: y(row)})),
    }),
  );
}

/** The cost of one answer by its length: with dense attention memory takes over. */
export const lengthFigure: KineticsFigure = {
  key,
  draw(rows, {generated}) {
    const single = rows.filter(({trials}) => trials === 1);
    const here = single.find((row) => row.attention === "dense" && row.generated === generated)!;
    const sparse = single.find((row) => row.attention === "top-k" && row.generated === generated)!;
    return {
      question: "What does a longer thought cost?",
      finding: `At ${generated} tokens with dense attention, memory is ${numberText(here.memoryShare, 3)} % of the cost; attending to the budget alone is ${numberText(here.cost / sparse.cost, 3)} times cheaper.`,
      x: {label: "tokens of a trial", log: true},
      y: {label: "cost of a trial", unit: "equivalent TFLOP", log: true},
      series: lines(
        single,
        (row) => row.generated,
        ({cost}) => cost,
      ),
    };
  },
};

/** What trying again buys, if trials were independent: problems solved against cost. */
export const trialsFigure: KineticsFigure = {
  key,
  draw(rows, {generated, successRate}) {
    const tried = rows.filter((row) => row.generated === generated);
    const cheapest = (attention: string) =>
      tried.filter((row) => row.attention === attention).find(({coverage}) => coverage >= 90);
    const [dense, sparse] = [cheapest("dense"), cheapest("top-k")];
    const finding =
      dense && sparse
        ? `If a trial succeeds with probability ${successRate}, ${dense.trials} trials solve nine of ten problems, for ${numberText(dense.cost, 3)} equivalent TFLOP with dense attention and ${numberText(sparse.cost, 3)} with top-k.`
        : `If a trial succeeds with probability ${successRate}, 64 trials do not solve nine of ten problems.`;
    return {
      question: "What does trying again buy?",
      finding,
      x: {label: "cost of all trials", unit: "equivalent TFLOP", log: true},
      y: {label: "solved by at least one trial", unit: "%"},
      better: "top left",
      series: lines(
        tried,
        ({cost}) => cost,
        ({coverage}) => coverage,
      ),
    };
  },
};
