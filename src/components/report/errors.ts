/** Error of formats on the tensors of a checkpoint: of each as a whole, and layer by layer. */
import {type Content, type Markup, markup} from "../kit/text/markup.js";
import {apart, numberText} from "../kit/text/number-text.js";
import type {ChartSpec, Series} from "../plots/chart/chart-spec.js";
import {type Look, looksOf} from "../plots/palette.js";
import {reportFigure} from "./figure.js";
import type {ErrorRow, ReportData} from "./report-data.js";
import {fold, kind, section, table} from "./words.js";

/** Rows of one format, or of one format in one layer, taken together. */
interface Together {
  readonly format: string;
  readonly bits: number;
  /** Squared error over squares, each tensor weighted by its numbers. */
  readonly error: number;
  /** Standard error of it where tensors were sampled; 0 where all numbers were measured. */
  readonly standardError: number;
}

/** The error of a format on all tensors of `rows`, sorted by its bits. */
export function formatErrors(rows: readonly ErrorRow[]): Together[] {
  const byFormat = new Map<string, ErrorRow[]>();
  for (const row of rows) {
    if (row.sqnrDb === null || row.bitsPerElement === null) continue;
    byFormat.set(row.format, [...(byFormat.get(row.format) ?? []), row]);
  }
  return Array.from(byFormat, ([format, own]) => together(format, own)).sort((a, b) => a.bits - b.bits);
}

function together(format: string, rows: readonly ErrorRow[]): Together {
  const elements = rows.reduce((sum, row) => sum + row.elements, 0);
  const mean = (of: (row: ErrorRow) => number) =>
    rows.reduce((sum, row) => sum + row.elements * of(row), 0) / elements;
  const variance = rows.reduce((sum, row) => sum + ((row.elements / elements) * sampledError(row)) ** 2, 0);
  return {
    format,
    bits: mean((row) => row.bitsPerElement ?? 0),
    error: mean(relativeError),
    standardError: Math.sqrt(variance),
  };
}

const relativeError = ({sqnrDb}: ErrorRow): number => (sqnrDb === null ? 0 : 10 ** (-sqnrDb / 10));

/** Standard error of a sampled tensor's relative error; 0 where all of it was measured. */
const sampledError = (row: ErrorRow): number =>
  row.mse && row.mseStandardError ? (relativeError(row) * row.mseStandardError) / row.mse : 0;

/** The number of the layer that a tensor's name tells; null where it tells none. */
export function layerOf(tensor: string): number | null {
  const [, layer] = /(?:^|\.)(?:layers|blk|h|blocks?|block)\.(\d{1,4})\./.exec(tensor) ?? [];
  return layer === undefined ? null : Number(layer);
}

const lookOf = (formats: readonly string[], {familyOf}: ReportData): ReadonlyMap<string, Look> =>
  looksOf(formats, (format) => format, familyOf);

function byFormatChart(found: readonly Together[], data: ReportData): ChartSpec {
  const looks = lookOf(
    found.map(({format}) => format),
    data,
  );
  return {
    question: "What does a format cost, and what does it do to these tensors?",
    finding: bestSentence(found),
    x: {label: "size", unit: "bits per element, scales included"},
    y: {label: "relative squared error", log: true},
    better: "bottom left",
    merits: "fewer bits, less error",
    series: found
      .filter(({error}) => error > 0)
      .map(
        ({format, bits, error, standardError}): Series => ({
          ...(looks.get(format) ?? {family: "baseline"}),
          name: format,
          provenance: "measured",
          points: [
            {
              key: format,
              label: format,
              x: bits,
              y: error,
              ...(standardError > 0 && {
                interval: [
                  Math.max(error - 2 * standardError, error / 10),
                  error + 2 * standardError,
                ] as const,
              }),
            },
          ],
        }),
      ),
    labelled: new Set(found.map(({format}) => format)),
  };
}

function bestSentence(found: readonly Together[]): string {
  const small = found.filter(({bits}) => bits <= 5);
  if (small.length === 0) return "No format below five bits was measured.";
  const best = small.reduce((a, b) => (b.error < a.error ? b : a));
  return `Below five bits ${best.format} is the closest: a relative squared error of ${numberText(best.error, 3)} at ${numberText(best.bits, 3)} bits.`;
}

function byLayerChart(data: ReportData, formats: readonly string[]): ChartSpec {
  const looks = lookOf(formats, data);
  const series = formats.map((format): Series => {
    const layers = new Map<number, ErrorRow[]>();
    for (const row of data.errors) {
      const layer = layerOf(row.tensor);
      if (row.format !== format || layer === null || row.sqnrDb === null) continue;
      layers.set(layer, [...(layers.get(layer) ?? []), row]);
    }
    const points = Array.from(layers, ([layer, rows]) => ({
      key: `${format} ${layer}`,
      label: `${format}, layer ${layer}`,
      x: layer,
      y: together(format, rows).error,
    }));
    return {
      ...(looks.get(format) ?? {family: "baseline"}),
      name: format,
      provenance: "measured",
      join: "line",
      points: points.filter(({y}) => y > 0).sort((a, b) => a.x - b.x),
    };
  });
  return {
    question: "Which layers lose most?",
    finding: worstLayer(series),
    x: {label: "layer"},
    y: {label: "relative squared error", log: true},
    series: series.filter(({points}) => points.length > 0),
  };
}

function worstLayer(series: readonly Series[]): string {
  const points = series.flatMap(({points: own}) => own);
  if (points.length === 0) return "The names of the tensors tell no layers.";
  const ofFirst = series.find(({points: own}) => own.length > 0)!;
  const worst = ofFirst.points.reduce((a, b) => (b.y > a.y ? b : a));
  return `In ${ofFirst.name} layer ${worst.x} has the largest error, ${numberText(worst.y, 3)}.`;
}

/** Formats that a chart with a line for each still shows apart. */
const MOST_LINES = 5;

/** The section about errors. */
export function errorSection(data: ReportData): Markup {
  const found = formatErrors(data.errors);
  const tensors = new Set(data.errors.map(({tensor}) => tensor)).size;
  const sampled = new Set(
    data.errors
      .filter((row) => row.measuredElements > 0 && row.measuredElements < row.elements)
      .map(({tensor}) => tensor),
  ).size;
  const notes: Content =
    sampled === 0
      ? "All numbers of every tensor were measured."
      : `${sampled} large ${sampled === 1 ? "tensor was" : "tensors were"} measured on a sample, in runs spread evenly over it; the whiskers are two standard errors of it.`;
  const few = found.filter(({bits}) => bits < 9).map(({format}) => format);
  return section(
    "Error by format and layer",
    markup`${bestSentence(found)} ${kind("measured")}`,
    reportFigure({...byFormatChart(found, data), finding: ""}),
    markup`<p class="help">${apart(tensors)} tensors, each weighted by its numbers. ${notes}</p>`,
    fold(
      "The numbers, format by format",
      table(
        [
          {head: "Format"},
          {head: "Bits per element", isNumber: true},
          {head: "Relative squared error", isNumber: true},
          {head: "± standard error of the sample", isNumber: true},
        ],
        found.map(({format, bits, error, standardError}) => [
          format,
          numberText(bits, 4),
          numberText(error, 3),
          standardError === 0 ? "all measured" : numberText(standardError, 2),
        ]),
      ),
    ),
    fold("Layer by layer", reportFigure(byLayerChart(data, few.slice(0, MOST_LINES)))),
  );
}
