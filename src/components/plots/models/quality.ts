import type {formatsOnModel} from "../../../lib/experiments/models/formats-on-model.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import type {Series} from "../chart/chart-spec.js";
import {marksFigure} from "../figure.js";
import type {Drawn, RowOf, SettingOf} from "../figure-spec.js";
import {ALL_SEEDS} from "../row-names.js";
import {
  BIT_TICKS,
  differenceText,
  intervalOn,
  level,
  ofFamily,
  PICKED,
  perplexityInterval,
} from "../series.js";

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
  merits: "fewer bits, smaller change",
  front: () => true,
  labelled: ({front}: Drawn<QualityRow>) => [...front.map(({key}) => key), "mxfp4", "nvfp4", "razer"],
} as const;

/** Plain rounding, beside which every other method is drawn. */
const RTN = "rtn";

/**
 * The same formats by plain rounding, in grey: what a method adds to it. Drawn where the shipped rows hold them for the
 * same model, activations, cache and texts.
 */
function ghosts(
  shipped: readonly QualityRow[],
  [first, ...others]: readonly QualityRow[],
  y: (row: QualityRow) => number,
): Series[] {
  if (first === undefined || first.method === RTN) return [];
  const isDrawn = (row: QualityRow) =>
    [first, ...others].some(
      ({format, activations}) => format === row.format && activations === row.activations,
    );
  const points = pooledRows(shipped)
    .filter(({method, model, kv}) => method === RTN && model === first.model && kv === first.kv)
    .filter((row) => row.tokens === first.tokens && y(row) > 0 && isDrawn(row))
    .map((row) => ({key: row.format, label: `${row.format}, ${RTN}`, x: row.bitsPerWeight, y: y(row)}));
  if (points.length === 0) return [];
  return [
    {
      name: "plain rounding (rtn)",
      family: "baseline",
      shade: 2,
      provenance: "measured",
      points,
      unnamed: true,
    },
  ];
}

/** The formats that were asked for and have no row, in a sentence; nothing where all have one. */
function leftOut(rows: readonly QualityRow[], {formats, method}: SettingOf<typeof formatsOnModel>): string {
  const missing = formats.filter((id) => !rows.some(({format}) => format === id));
  return missing.length === 0
    ? ""
    : ` Left out, since ${method} cannot round to them: ${missing.join(", ")}.`;
}

/** Size against KL divergence: what storage does to the whole prediction. `shipped` holds the rows of plain rounding. */
export const klFigure = (shipped: readonly QualityRow[] = []) =>
  marksFigure<typeof formatsOnModel>({
    experiment: "models/formats-on-model",
    ...shared,
    question: "How much do the predictions change?",
    // Nothing is lost exactly by the baseline alone, and no logarithm shows it.
    y: {column: "klMean", label: "mean KL divergence", unit: "nats", log: true},
    interval: ({klMean, klLow, klHigh}) => intervalOn(klMean, klLow, klHigh),
    guides: ({rows}) => ghosts(shipped, rows, ({klMean}) => klMean),
    finding({rows, front}, params) {
      const {activations} = params;
      const names = front.map(({label, x}) => `${label} (${numberText(x, 3)})`).join(", ");
      const what =
        activations === "float32" ? "With weights alone quantized" : "With activations quantized as well";
      return `${what}, ${fourBitFinding(rows)}Pareto-optimal are ${names}; in brackets, bits per weight. Lines are 95 % intervals.${leftOut(rows, params)}`;
    },
  });

/** Size against perplexity; the interval is that of the paired difference to the baseline. `shipped` as above. */
export const perplexityFigure = (shipped: readonly QualityRow[] = []) =>
  marksFigure<typeof formatsOnModel>({
    experiment: "models/formats-on-model",
    ...shared,
    question: "What does it cost in perplexity?",
    y: (rows) => ({column: "perplexity", label: "perplexity", log: isWide(pooledRows(rows))}),
    interval: perplexityInterval,
    guides({rows, points}) {
      const baseline = rows[0] && rows[0].perplexity - rows[0].difference;
      return [
        ...level("float32", "measured", baseline, points),
        ...ghosts(shipped, rows, ({perplexity}) => perplexity),
      ];
    },
    finding: ({rows}) => perplexityFinding(rows),
  });

/** True if a linear axis would press all but the worst into one line. */
function isWide(rows: readonly QualityRow[]): boolean {
  const ys = rows.map(({perplexity}) => perplexity);
  return largest(ys) > 5 * smallest(ys);
}

/** The format of four to five bits that changes predictions least, in a sentence. */
function fourBitFinding(rows: readonly QualityRow[]): string {
  const small = rows.filter(({bitsPerWeight}) => bitsPerWeight >= 4 && bitsPerWeight < 5);
  const best = small.toSorted((a, b) => a.klMean - b.klMean)[0];
  return best === undefined
    ? ""
    : `${best.format} changes the predictions least of all formats of four to five bits, by ${numberText(best.klMean, 2)} nats. `;
}

function perplexityFinding(rows: readonly QualityRow[]): string {
  const small = rows.filter(({bitsPerWeight}) => bitsPerWeight < 5);
  const best = small.toSorted((a, b) => a.difference - b.difference)[0];
  if (best === undefined) return "Lines are 95 % intervals of the paired difference to float32.";
  return `Below five bits, ${best.format} loses least: ${differenceText(best)} in perplexity over ${best.documents} documents. ${PICKED} Lines are 95 % intervals of the paired difference to float32.`;
}
