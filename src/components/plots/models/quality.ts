import type {formatsOnModel} from "../../../lib/experiments/models/formats-on-model.js";
import type {FormatFamily} from "../../../lib/formats/format.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {ChartSpec, Point, Series} from "../chart-spec.js";
import {paretoFront} from "../pareto.js";
import {ALL_SEEDS} from "../row-names.js";
import {type FormatPoint, frontSeries, seriesByFamily} from "../series.js";

type QualityFigure = FigureOf<typeof formatsOnModel>;
export type QualityRow = Parameters<QualityFigure["key"]>[0];

/** Standard errors on each side of a 95 % interval. */
const Z95 = 1.96;

/** The rows that pool all seeds, one a format. */
export function pooledRows(rows: readonly QualityRow[]): QualityRow[] {
  return rows.filter(({seed}) => seed === ALL_SEEDS);
}

/** Size against KL divergence: what storage does to the whole prediction. */
export const klFigure: QualityFigure = {
  key: ({format}) => format,
  draw(rows, {activations}) {
    const points = pooledRows(rows)
      // Nothing is lost exactly by the baseline alone, and no logarithm shows it.
      .filter(({klMean}) => klMean > 0)
      .map((row) => pointOf(row, row.klMean, Z95 * (row.klError ?? 0)));
    const front = paretoFront(points, false);
    return {
      question: "How far do the predictions move?",
      finding: frontFinding(front, activations),
      ...shared(points, front),
      y: {label: "mean KL divergence", unit: "nats", log: true},
    };
  },
};

/** Size against perplexity; the interval is that of the paired difference to the baseline. */
export const perplexityFigure: QualityFigure = {
  key: ({format}) => format,
  draw(rows) {
    const pooled = pooledRows(rows);
    const points = pooled.map((row) => pointOf(row, row.perplexity, Z95 * (row.differenceError ?? 0)));
    const front = paretoFront(points, false);
    const baseline = pooled[0] && pooled[0].perplexity - pooled[0].difference;
    const common = shared(points, front);
    return {
      question: "What does it cost in perplexity?",
      finding: perplexityFinding(pooled),
      ...common,
      y: {label: "perplexity", log: isWide(points)},
      series: baseline === undefined ? common.series : [guide(points, baseline), ...common.series],
    };
  },
};

/** Whether a linear axis would press all but the worst into one line. */
function isWide(points: readonly Point[]): boolean {
  const ys = points.map(({y}) => y);
  return Math.max(...ys) > 5 * Math.min(...ys);
}

function pointOf({format, family, bitsPerWeight}: QualityRow, y: number, half: number): FormatPoint {
  // A logarithmic axis has no place for an end at or below zero.
  const interval = [Math.max(y - half, y / 10), y + half] as const;
  return {key: format, label: format, family, x: bitsPerWeight, y, interval};
}

function shared(
  points: readonly FormatPoint[],
  front: readonly Point[],
): Pick<ChartSpec, "x" | "better" | "series" | "labelled"> {
  return {
    x: {label: "size", unit: "bits per weight, scales included", log: true},
    better: "bottom left",
    series: [frontSeries(front), ...seriesByFamily(points)],
    labelled: new Set([...front.map(({key}) => key), "mxfp4", "nvfp4", "razer"]),
  };
}

function guide(points: readonly Point[], baseline: number): Series {
  const xs = points.map(({x}) => x);
  const ends = [Math.min(...xs), Math.max(...xs)];
  const line = ends.map((x) => ({key: `float32 at ${x}`, label: "float32", x, y: baseline}));
  return {
    name: "float32",
    family: "baseline" satisfies FormatFamily,
    provenance: "measured",
    join: "guide",
    points: line,
  };
}

function frontFinding(front: readonly Point[], activations: string): string {
  const names = front.map(({label, x}) => `${label} (${numberText(x, 3)})`).join(", ");
  const what =
    activations === "float32" ? "With weights alone quantized" : "With activations quantized as well";
  return `${what}, nothing of the same size or less moves the predictions less than ${names}; in brackets, bits per weight. Lines are 95 % intervals.`;
}

function perplexityFinding(rows: readonly QualityRow[]): string {
  const small = rows.filter(({bitsPerWeight}) => bitsPerWeight < 5);
  const best = small.toSorted((a, b) => a.difference - b.difference)[0];
  if (best === undefined) return "Lines are 95 % intervals of the paired difference to float32.";
  const {format, difference, differenceError, tokens} = best;
  return `Below five bits, ${format} loses least: ${numberText(difference, 2)} ± ${numberText(Z95 * (differenceError ?? 0), 2)} in perplexity over ${tokens} tokens. Lines are 95 % intervals of the paired difference to float32.`;
}
