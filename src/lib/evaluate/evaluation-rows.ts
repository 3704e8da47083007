/** An evaluation as a table: a row for each measure, over all seeds and for each of them. */

import type {PreparedModel} from "../engine/prepared-model.js";
import type {DocumentShare} from "../stats/documents.js";
import type {Measurement} from "../stats/interval.js";
import type {Evaluation, Measured, PairedAccuracy} from "./evaluate.js";

/** The columns of {@link evaluationRows}. */
export const EVALUATION_COLUMNS = {
  seed: {type: "string", label: "evaluation seed, or all of them pooled"},
  measure: {type: "string", label: "measure"},
  value: {type: "number", label: "value", provenance: "measured"},
  standardError: {
    type: "number",
    label: "standard error over documents or seeds; of a difference: paired",
    provenance: "measured",
    nullable: true,
  },
  low: {type: "number", label: "lower end of the 95 % interval", provenance: "measured", nullable: true},
  high: {type: "number", label: "upper end of the 95 % interval", provenance: "measured", nullable: true},
  baseline: {type: "number", label: "the float32 model's value", provenance: "measured", nullable: true},
  documents: {type: "integer", label: "documents that the interval counts", nullable: true},
} as const;

/** A row of the table: everything in it was run. */
// An alias and not an interface: only then it has the index signature that rows of any table have.
/** One measure of one seed as a row of a table. */
export type EvaluationRow = {
  /** The seed, or "all" for all of them pooled. */
  readonly seed: string;
  readonly measure: string;
  readonly value: number;
  readonly standardError: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly baseline: number | null;
  readonly documents: number | null;
  readonly provenance: "measured";
};

type Figures = Partial<Omit<EvaluationRow, "seed" | "measure" | "value" | "provenance">>;

const BLANK = {standardError: null, low: null, high: null, baseline: null, documents: null} as const;

/** Figures that may be above 1; the others are shares, and so are the ends of their intervals. */
const UNBOUNDED: ReadonlySet<string> = new Set(["perplexity", "perplexityRatio", "klMean"]);

/** All rows: sizes, the pooled measures, the spread over seeds (mean and its 95 % interval), and each seed's measures. */
export function evaluationRows(
  {pooled, spread, seeds}: Evaluation,
  {bitsPerWeight, bitsPerKv}: Pick<PreparedModel, "bitsPerWeight" | "bitsPerKv">,
): EvaluationRow[] {
  const sizes = [
    row("all", "bits per weight of the projections", bitsPerWeight ?? 32, {baseline: 32}),
    row("all", "bits per cached number", bitsPerKv ?? 32, {baseline: 32}),
  ];
  const means = Object.entries(spread).map(([name, {value, standardError, halfWidth95}]) => {
    const most = UNBOUNDED.has(name) ? Number.POSITIVE_INFINITY : 1;
    return row("all", `mean over seeds: ${name}`, value, {
      standardError: finite(standardError),
      low: finite(Math.max(0, value - halfWidth95)),
      high: finite(Math.min(most, value + halfWidth95)),
    });
  });
  const bySeed = seeds.flatMap((seed) => measuredRows(String(seed.seed), seed));
  return [...sizes, ...measuredRows("all", pooled), ...means, ...bySeed];
}

/** A row on what was read, for all seeds: a number that is no measure of the model. */
export const noteRow = (measure: string, value: number): EvaluationRow => row("all", measure, value);

function measuredRows(seed: string, {comparison, answers, tasks}: Measured): EvaluationRow[] {
  const rows: EvaluationRow[] = [];
  if (comparison !== null) {
    const {model, baseline, difference, kl, sameTop, rmsProbabilityChange} = comparison;
    const {documents} = model;
    rows.push(
      measurement(seed, "perplexity", model.perplexity, {documents, baseline: baseline.perplexity.value}),
      measurement(seed, "perplexity difference", difference.perplexity, {documents}),
      measurement(seed, "perplexity ratio", difference.ratio, {documents}),
      measurement(seed, "KL divergence, mean (nats)", kl.mean, {documents}),
      row(seed, "KL divergence, median (nats)", kl.median, {documents}),
      row(seed, "KL divergence, 99th percentile (nats)", kl.percentile99, {documents}),
      share(seed, "same top token", sameTop),
      row(seed, "RMS change of the right token's probability", rmsProbabilityChange, {documents}),
    );
  }
  if (answers !== null) rows.push(accuracy(seed, "accuracy on answer tokens", answers));
  for (const [task, found] of Object.entries(tasks)) rows.push(accuracy(seed, `accuracy: ${task}`, found));
  return rows;
}

function row(seed: string, measure: string, value: number, figures: Figures = {}): EvaluationRow {
  return {seed, measure, value, ...BLANK, ...figures, provenance: "measured"};
}

function measurement(
  seed: string,
  measure: string,
  {value, standardError, low, high}: Measurement,
  figures: Figures,
): EvaluationRow {
  const known = {standardError: finite(standardError), low: finite(low), high: finite(high)};
  return row(seed, measure, value, {...known, ...figures});
}

function share(seed: string, measure: string, found: DocumentShare): EvaluationRow {
  const {share: value, low, high, documents} = found;
  return row(seed, measure, value, {low: finite(low), high: finite(high), documents});
}

function accuracy(seed: string, measure: string, {model, baseline}: PairedAccuracy): EvaluationRow {
  return {...share(seed, measure, model), baseline: baseline.share};
}

/** One seed has no spread and few documents have no interval: such cells stay empty. */
function finite(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
