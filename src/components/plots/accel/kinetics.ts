import type {kinetics} from "../../../lib/experiments/accel/kinetics.js";
import {groupedDigits, numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

type KineticsRow = RowOf<typeof kinetics>;

const key = ({attention, generated, trials}: KineticsRow): string =>
  `${attention}, ${trials} x ${generated} tokens`;
/** Dense attention is the baseline, and grey. */
const series = ({attention}: KineticsRow) =>
  ({name: attention, family: attention === "dense" ? "baseline" : "tokens"}) as const;

/** The cost of one answer by its length: with dense attention memory takes over. */
export const lengthFigure = linesFigure<typeof kinetics>({
  experiment: "accel/kinetics",
  question: "What does a longer answer cost?",
  drawn: (rows) => rows.filter(({trials}) => trials === 1),
  key,
  series,
  x: {column: "generated", label: "generation length", unit: "tokens", log: true},
  y: {column: "cost", provenance: "modelled", label: "cost of a trial", unit: "equivalent TFLOP", log: true},
  finding({rows}, {generated, budget}) {
    const here = (attention: string) =>
      rows.find((row) => row.attention === attention && row.generated === generated)!;
    const [dense, sparse] = [here("dense"), here("top-k")];
    return `At ${generated} tokens with dense attention, memory is ${numberText(dense.memoryShare, 3)} % of the cost; attending to ${budget} tokens only is ${numberText(dense.cost / sparse.cost, 3)} times cheaper.`;
  },
});

/** Problems solved against the cost of trying again, if trials were independent. */
export const trialsFigure = linesFigure<typeof kinetics>({
  experiment: "accel/kinetics",
  question: "What does another attempt gain?",
  drawn: (rows, {generated}) => rows.filter((row) => row.generated === generated),
  key,
  series,
  x: {
    column: "cost",
    provenance: "modelled",
    label: "cost of all trials",
    unit: "equivalent TFLOP",
    log: true,
  },
  y: {column: "coverage", provenance: "modelled", label: "solved by at least one trial", unit: "%"},
  better: "top left",
  merits: "cheaper, more solved",
  finding({rows}, {successRate}) {
    const cheapest = (attention: string) =>
      rows.filter((row) => row.attention === attention).find(({coverage}) => coverage >= 90);
    const [dense, sparse] = [cheapest("dense"), cheapest("top-k")];
    return dense && sparse
      ? `If a trial succeeds with probability ${successRate}, ${dense.trials} trials solve nine of ten problems, for ${groupedDigits(numberText(dense.cost, 3))} equivalent TFLOP with dense attention and ${groupedDigits(numberText(sparse.cost, 3))} with top-k.`
      : `If a trial succeeds with probability ${successRate}, 64 trials do not solve nine of ten problems.`;
  },
});
