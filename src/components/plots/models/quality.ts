import type {formatsOnModel} from "../../../lib/experiments/models/formats-on-model.js";
import {numberText} from "../../kit/number-text.js";
import {marksFigure} from "../figure.js";
import type {Drawn, RowOf} from "../figure-spec.js";
import {ALL_SEEDS} from "../row-names.js";
import {BIT_TICKS, differenceText, intervalOn, level, ofFamily, perplexityInterval} from "../series.js";

export type QualityRow = RowOf<typeof formatsOnModel>;

/** The rows that pool all seeds, one a format. */
export function pooledRows(rows: readonly QualityRow[]): QualityRow[] {
  return rows.filter(({seed}) => seed === ALL_SEEDS);
}

const shared = {
  drawn: pooledRows,
  key: ({format}: QualityRow) => format,
  series: ({family}: QualityRow) => ofFamily(family),
  x: {
    column: "bitsPerWeight",
    label: "size",
    unit: "bits per weight, scales included",
    log: true,
    ticks: BIT_TICKS,
  },
  better: "bottom left",
  front: () => true,
  labelled: ({front}: Drawn<QualityRow>) => [...front.map(({key}) => key), "mxfp4", "nvfp4", "razer"],
} as const;

/** Size against KL divergence: what storage does to the whole prediction. */
export const klFigure = marksFigure<typeof formatsOnModel>({
  experiment: "models/formats-on-model",
  ...shared,
  question: "How much do the predictions change?",
  // Nothing is lost exactly by the baseline alone, and no logarithm shows it.
  y: {column: "klMean", label: "mean KL divergence", unit: "nats", log: true},
  interval: ({klMean, klLow, klHigh}) => intervalOn(klMean, klLow, klHigh),
  finding({front}, {activations}) {
    const names = front.map(({label, x}) => `${label} (${numberText(x, 3)})`).join(", ");
    const what =
      activations === "float32" ? "With weights alone quantized" : "With activations quantized as well";
    return `${what}, Pareto-optimal are ${names}; in brackets, bits per weight. Lines are 95 % intervals.`;
  },
});

/** Size against perplexity; the interval is that of the paired difference to the baseline. */
export const perplexityFigure = marksFigure<typeof formatsOnModel>({
  experiment: "models/formats-on-model",
  ...shared,
  question: "What does it cost in perplexity?",
  y: (rows) => ({column: "perplexity", label: "perplexity", log: isWide(pooledRows(rows))}),
  interval: perplexityInterval,
  guides({rows, points}) {
    const baseline = rows[0] && rows[0].perplexity - rows[0].difference;
    return level("float32", "measured", baseline, points);
  },
  finding: ({rows}) => perplexityFinding(rows),
});

/** True if a linear axis would press all but the worst into one line. */
function isWide(rows: readonly QualityRow[]): boolean {
  const ys = rows.map(({perplexity}) => perplexity);
  return Math.max(...ys) > 5 * Math.min(...ys);
}

function perplexityFinding(rows: readonly QualityRow[]): string {
  const small = rows.filter(({bitsPerWeight}) => bitsPerWeight < 5);
  const best = small.toSorted((a, b) => a.difference - b.difference)[0];
  if (best === undefined) return "Lines are 95 % intervals of the paired difference to float32.";
  return `Below five bits, ${best.format} loses least: ${differenceText(best)} in perplexity over ${best.documents} documents. Lines are 95 % intervals of the paired difference to float32.`;
}
