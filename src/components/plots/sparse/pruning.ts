import type {pruning} from "../../../lib/experiments/sparse/pruning.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";
import {perplexityInterval} from "../series.js";

export type PruningRow = RowOf<typeof pruning>;

/** Neighbours of the groups that the figure joins by a line. */
const GROUP = 4;

/** Rows of the first draw of calibration documents: the others stand in the table and in the finding. */
const ofFirstDraw = ({calibrationSeed}: {readonly calibrationSeed: number | null}) =>
  calibrationSeed === null || calibrationSeed === 0;

const isInGroups = ({pattern}: PruningRow) => pattern.endsWith(`:${GROUP}`);
const nameOf = (row: PruningRow) => (row.grouped ? `${row.label}, N of ${GROUP}` : row.label);

/** Perplexity against the weights that stay. */
export const pruningFigure = linesFigure<typeof pruning>({
  experiment: "sparse/pruning",
  question: "What does it cost in perplexity to drop weights?",
  drawn: (rows) => rows.filter((row) => ofFirstDraw(row) && (!row.grouped || isInGroups(row))),
  key: ({method, pattern, calibrationSeed}) => `${method} ${pattern} ${calibrationSeed ?? "-"}`,
  label: ({label, pattern}) => `${label}, ${pattern}`,
  series: seriesBy(nameOf, () => "sparse"),
  x: {column: "density", label: "share of the weights that stay"},
  y: {column: "perplexity", label: "perplexity", log: true},
  interval: perplexityInterval,
  better: "bottom left",
  merits: "fewer weights, lower perplexity",
  finding: ({rows}, _, all) => pruningFinding(rows, all),
});

/** Perplexity over that of the whole model. */
export const timesWhole = ({perplexity, difference}: Pick<PruningRow, "perplexity" | "difference">): number =>
  perplexity / (perplexity - difference);

/** What half of the weights cost by the best method, and in groups of four; and how far draws of texts differ. */
export function pruningFinding(rows: readonly PruningRow[], all: readonly PruningRow[]): string {
  const free = bestAt(rows, "0.5");
  const groups = bestAt(rows, "2:4");
  if (free === undefined || groups === undefined) return "Half of the weights is not among these settings.";
  const spread = all
    .filter(({method, pattern}) => method === free.method && pattern === free.pattern)
    .map(({perplexity}) => perplexity);
  return `Without half of its weights the model has ${numberText(timesWhole(free), 3)} times the perplexity if ${free.label} may choose them anywhere, and ${numberText(timesWhole(groups), 3)} times if two of every four neighbours must go (${groups.label}).${spreadText(spread)}`;
}

function spreadText(perplexities: readonly number[]): string {
  if (perplexities.length < 2) return "";
  const [low, high] = [smallest(perplexities), largest(perplexities)];
  return ` Other calibration documents change the first number little: perplexity is ${numberText(low, 3)} to ${numberText(high, 3)} over ${perplexities.length} draws.`;
}

const bestAt = (rows: readonly PruningRow[], pattern: string): PruningRow | undefined =>
  rows.filter((row) => row.pattern === pattern).toSorted((a, b) => a.perplexity - b.perplexity)[0];
