import type {Row} from "../../../lib/experiment/columns.js";
import type {smallCaches} from "../../../lib/experiments/kv/small-caches.js";
import {numberText} from "../../kit/number-text.js";
import type {ChartSpec, Point, Series} from "../chart-spec.js";
import type {Family} from "../palette.js";
import {paretoFront} from "../pareto.js";
import {ALL_SEEDS} from "../row-names.js";
import {grouped} from "../series.js";

export type CacheRow = Row<(typeof smallCaches)["columns"]>;

/** Standard errors on each side of a 95 % interval. */
const Z95 = 1.96;

/** What a cache may be judged by, as the controls of the figure name it. */
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
    options: ["KL divergence", "perplexity", "answers right"],
    default: "KL divergence",
  },
} as const;

export interface Axes {
  readonly cost: (typeof AXES.cost.options)[number];
  readonly quality: (typeof AXES.quality.options)[number];
}

const COSTS: Readonly<Record<Axes["cost"], {of: (row: CacheRow) => number; label: string}>> = {
  kept: {of: ({kept}) => kept, label: "kept, counted"},
  read: {of: ({read}) => read, label: "read, counted"},
  "kept, long text": {of: ({keptLong}) => keptLong, label: "kept, long text, modelled"},
  "read, long text": {of: ({readLong}) => readLong, label: "read, long text, modelled"},
};

/** Bytes for each token, by the measure that a reader chose. */
export const costOf = (row: CacheRow, cost: Axes["cost"]): number => COSTS[cost].of(row);

/** The rows that pool all seeds, one a technique. */
export const pooledCaches = (rows: readonly CacheRow[]): CacheRow[] =>
  rows.filter(({seed}) => seed === ALL_SEEDS);

/** Bytes against quality, every technique a mark, with the front and its intervals. */
export function cacheFront(rows: readonly CacheRow[], axes: Axes): ChartSpec {
  const pooled = pooledCaches(rows);
  const points = pooled.flatMap((row) => pointOf(row, axes));
  const higher = axes.quality === "answers right";
  const front = paretoFront(
    points.filter(({isBound}) => !isBound),
    higher,
  );
  const modelled = axes.cost.endsWith("long text");
  return {
    question: "What does a smaller cache cost?",
    finding: finding(pooled, front, axes),
    x: {label: COSTS[axes.cost].label, unit: "bytes per token", log: true},
    y: yAxis(points, axes),
    better: higher ? "top left" : "bottom left",
    series: [
      {name: "Pareto front", family: "baseline", provenance: "measured", join: "front", points: front},
      ...Array.from(
        grouped(points, ({family}) => family),
        ([family, own]): Series => ({
          name: family,
          family: family as Family,
          provenance: modelled ? "modelled" : "measured",
          points: own,
        }),
      ),
    ],
    labelled: new Set([...front.map(({key}) => key), "fp16", ...points.map(({key}) => key)]),
  };
}

interface FamilyPoint extends Point {
  readonly family: string;
  readonly isBound: boolean;
}

function pointOf(row: CacheRow, {cost, quality}: Axes): FamilyPoint[] {
  const {technique: key, label, family, isBound} = row;
  const point = {key, label, family, isBound, x: costOf(row, cost)};
  if (quality === "answers right") {
    const {retrieval, answersChange, answersChangeLow, answersChangeHigh} = row;
    if (retrieval === null) return [];
    const whole = retrieval - answersChange!;
    return [
      {
        ...point,
        y: retrieval,
        interval: [whole + answersChangeLow!, Math.min(1, whole + answersChangeHigh!)],
      },
    ];
  }
  const [y, half] =
    quality === "perplexity"
      ? [row.perplexity, Z95 * (row.differenceError ?? 0)]
      : [row.klMean, Z95 * (row.klError ?? 0)];
  // Float16 moves predictions by nothing that a logarithmic axis could hold.
  if (quality === "KL divergence" && y < 1e-5) return [];
  return [{...point, y, interval: [Math.max(y - half, y / 10), y + half]}];
}

function yAxis(points: readonly Point[], {quality}: Axes): ChartSpec["y"] {
  if (quality === "answers right") return {label: "share of determined tokens right"};
  if (quality === "KL divergence") return {label: "mean KL divergence", unit: "nats", log: true};
  const ys = points.map(({y}) => y);
  return {label: "perplexity", log: Math.max(...ys) > 1.5 * Math.min(...ys)};
}

function finding(rows: readonly CacheRow[], front: readonly Point[], {cost, quality}: Axes): string {
  const names = front.map(({label, x}) => `${label} (${numberText(x, 3)})`).join(", ");
  const {tokens = 0, retrievalTrials = 0} = rows[0] ?? {};
  const intervals =
    quality === "answers right"
      ? `Lines are 95 % intervals of the paired change over ${retrievalTrials} determined tokens`
      : `Lines are 95 % intervals over ${tokens} tokens${quality === "perplexity" ? ", of the paired difference to the uncompressed cache" : ""}`;
  const modelled = cost.endsWith("long text")
    ? " The bytes of a text without end are modelled, the quality is measured on short ones."
    : "";
  return `Nothing ${cost.startsWith("kept") ? "keeps" : "reads"} as few bytes and does better than ${names}; in brackets, bytes per token.${modelled} ${intervals}.`;
}
