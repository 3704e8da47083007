import type {smallCaches} from "../../../lib/experiments/kv/small-caches.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import type {ChartSpec, Point} from "../chart/chart-spec.js";
import {drawFigure} from "../draw-figure.js";
import type {FigureSpec, Measure, RowOf} from "../figure-spec.js";
import {ALL_SEEDS} from "../row-names.js";
import {intervalOn, perplexityInterval} from "../series.js";
import {kindLook, kindName} from "./kinds.js";

export type CacheRow = RowOf<typeof smallCaches>;

/** Measures that a cache may be judged by, as the controls of the figure name them. */
export const AXES = {
  cost: {
    kind: "choice",
    label: "Cost",
    options: ["kept", "read", "kept, long text", "read, long text"],
    default: "kept",
  },
  quality: {
    kind: "choice",
    label: "Quality",
    options: ["KL divergence", "perplexity", "retrieval accuracy"],
    default: "KL divergence",
  },
} as const;

export interface Axes {
  readonly cost: (typeof AXES.cost.options)[number];
  readonly quality: (typeof AXES.quality.options)[number];
}

const bytes = {unit: "bytes per token", log: true};
const COSTS = {
  kept: {column: "kept", label: "kept, counted", ...bytes},
  read: {column: "read", label: "read, counted", ...bytes},
  "kept, long text": {
    column: "keptLong",
    label: "kept, long text, modelled",
    provenance: "modelled",
    ...bytes,
  },
  "read, long text": {
    column: "readLong",
    label: "read, long text, modelled",
    provenance: "modelled",
    ...bytes,
  },
} as const satisfies Readonly<Record<Axes["cost"], Measure<CacheRow>>>;

/** Bytes for each token, by the measure that a reader chose. */
export const costOf = (row: CacheRow, cost: Axes["cost"]): number => row[COSTS[cost].column];

/** The rows that pool all seeds, one a technique. */
export const pooledCaches = (rows: readonly CacheRow[]): CacheRow[] =>
  rows.filter(({seed}) => seed === ALL_SEEDS);

interface Quality {
  readonly measure: (rows: readonly CacheRow[]) => Measure<CacheRow>;
  readonly interval: (row: CacheRow) => readonly [low: number, high: number] | undefined;
}

const QUALITIES: Readonly<Record<Axes["quality"], Quality>> = {
  "KL divergence": {
    measure: () => ({
      column: "klMean",
      // Float16 moves predictions by nothing that a logarithmic axis could hold.
      of: ({klMean}) => (klMean < 1e-5 ? null : klMean),
      label: "mean KL divergence",
      unit: "nats",
      log: true,
    }),
    interval: ({klMean, klLow, klHigh}) => intervalOn(klMean, klLow, klHigh),
  },
  perplexity: {
    measure(rows) {
      const ys = rows.map(({perplexity}) => perplexity);
      return {column: "perplexity", label: "perplexity", log: largest(ys) > 1.5 * smallest(ys)};
    },
    interval: perplexityInterval,
  },
  "retrieval accuracy": {
    measure: () => ({column: "retrieval", label: "retrieval accuracy"}),
    interval({retrieval, answersChange, answersChangeLow, answersChangeHigh}) {
      if (answersChangeLow === null || answersChangeHigh === null) return undefined;
      const whole = retrieval! - answersChange!;
      return [whole + answersChangeLow, Math.min(1, whole + answersChangeHigh)];
    },
  },
};

/** Series of choices that no technique can make. */
const BOUND = {name: "oracle, a bound", family: "baseline", shade: 1} as const;

/** Every technique a mark, bytes against a quality that a reader chose, with the front and intervals. */
export const cacheFigure: FigureSpec<CacheRow, Axes> = {
  experiment: "kv/small-caches",
  question: "What does a smaller cache cost?",
  drawn: pooledCaches,
  key: ({technique}) => technique,
  label: ({label}) => label,
  series: ({family, isBound}) => (isBound ? BOUND : {name: kindName(family), ...kindLook(family)}),
  x: (_, {cost}) => COSTS[cost],
  y: (rows, {quality}) => QUALITIES[quality].measure(pooledCaches(rows)),
  better: (_, {quality}) => (quality === "retrieval accuracy" ? "top left" : "bottom left"),
  merits: "fewer bytes, better predictions",
  front: ({isBound}) => !isBound,
  labelled: ({front, points}) => [...front.map(({key}) => key), "fp16", ...points.map(({key}) => key)],
  finding: ({rows, front}, axes) => finding(rows, front, axes),
};

/** The figure for two axes that a reader chose. */
export const cacheFront = (rows: readonly CacheRow[], axes: Axes): ChartSpec =>
  drawFigure(
    {
      ...cacheFigure,
      interval: QUALITIES[axes.quality].interval,
      front: (row) => !row.isBound && (axes.quality !== "retrieval accuracy" || mayStandOnFront(row)),
    },
    rows,
    axes,
  );

/** Answers of which a share may be told from its neighbours: fewer make a front of luck. */
const LEAST_ANSWERS = 200;

const mayStandOnFront = ({retrievalTrials}: CacheRow): boolean => retrievalTrials >= LEAST_ANSWERS;

/** The price of a cache in words, by the quality that is drawn. */
const priceOf = (value: number, quality: Axes["quality"]): string =>
  quality === "KL divergence"
    ? `, and moves the predictions by ${numberText(value, 2)} nats`
    : `, at a ${quality} of ${numberText(value, 3)}`;

function finding(rows: readonly CacheRow[], front: readonly Point[], {cost, quality}: Axes): string {
  const names = front.map(({label, x}) => `${label} (${numberText(x, 3)})`).join(", ");
  const {documents = 0, retrievalTrials = 0} = rows[0] ?? {};
  const sample = `${documents} documents${quality === "retrieval accuracy" ? ` with ${retrievalTrials} answer tokens` : ""}`;
  const paired = quality === "KL divergence" ? "" : ", of the paired difference to the uncompressed cache";
  const intervals = `Lines are 95 % intervals over ${sample}${paired}`;
  const modelled = cost.endsWith("long text")
    ? " Bytes are modelled for a very long text and quality is measured on short ones, so marks are hollow and the front is dashed."
    : "";
  if (front.length === 0) {
    return `No front is drawn: a share of ${retrievalTrials} answers, fewer than ${LEAST_ANSWERS}, cannot separate neighbours.${modelled} ${intervals}.`;
  }
  const smallest = front[0];
  const whole = pooledCaches(rows).find(({family}) => family === "baseline");
  const verb = cost.startsWith("kept") ? "keeps" : "reads";
  const saving =
    smallest === undefined || whole === undefined
      ? ""
      : `${smallest.label} ${verb} ${numberText(costOf(whole, cost) / smallest.x, 2)} times fewer bytes than 16 bits, the least on the front${priceOf(smallest.y, quality)}. `;
  return `${saving}No cache that ${verb} as few bytes does better than ${names}; in brackets, bytes per token.${modelled} ${intervals}.`;
}
