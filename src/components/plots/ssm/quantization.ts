import type {packedState} from "../../../lib/experiments/ssm/packed-state.js";
import type {quantization} from "../../../lib/experiments/ssm/quantization.js";
import {scanQuantizers} from "../../../lib/ssm/registry.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {ChartSpec, Point, Series} from "../chart-spec.js";
import type {Family} from "../palette.js";
import {paretoFront} from "../pareto.js";
import {ALL_SEEDS, FLOAT16} from "../row-names.js";
import {frontSeries, grouped} from "../series.js";

type QuantizationFigure = FigureOf<typeof quantization>;
export type QuantizationRow = Parameters<QuantizationFigure["key"]>[0];
type StateFigure = FigureOf<typeof packedState>;
type StateRow = Parameters<StateFigure["key"]>[0];

/** Standard errors on each side of a 95 % interval. */
const Z95 = 1.96;

const FAMILIES: Readonly<Record<string, Family>> = {
  [FLOAT16]: "baseline",
  static: "int8-baseline",
  dynamic: "int8-baseline",
  smoothquant: "int8-baseline",
  quamba: "quamba",
  quamba2: "quamba2",
};

/** The family of a method: a baseline, a paper, or one repair by itself. */
export const methodFamily = (method: string): Family => FAMILIES[method] ?? "int8-repair";

/** What a reader calls a setup. */
export const setupName = ({method, bits}: Pick<QuantizationRow, "method" | "bits">): string =>
  method === FLOAT16 ? method : `${method} ${bits.toUpperCase()}`;

const keyOf = (row: QuantizationRow) => `${row.method} ${row.bits}`;

/** Bytes of weights, scales and state against KL divergence. */
export const quantizedKlFigure: QuantizationFigure = {
  key: keyOf,
  draw(rows, {model}) {
    const points = pooled(rows)
      // Nothing is lost exactly by float16 alone, and no logarithm shows it.
      .filter(({klMean}) => klMean > 0)
      .map((row) => pointOf(row, row.klMean, Z95 * (row.klError ?? 0)));
    const front = paretoFront(points, false);
    return {
      question: "How far do the predictions move?",
      finding: `${model}: nothing of the same size or less moves the predictions less than ${listed(front)}; in brackets, kilobytes. Lines are 95 % intervals.`,
      ...shared(points, front),
      y: {label: "mean KL divergence", unit: "nats", log: true},
    };
  },
};

/** The same bytes against perplexity, with the paired interval of the difference to the float model. */
export const quantizedPerplexityFigure: QuantizationFigure = {
  key: keyOf,
  draw(rows) {
    const points = pooled(rows).map((row) => pointOf(row, row.perplexity, Z95 * (row.differenceError ?? 0)));
    const front = paretoFront(points, false);
    return {
      question: "What does it cost in perplexity?",
      finding: perplexityFinding(pooled(rows)),
      ...shared(points, front),
      y: {label: "perplexity"},
    };
  },
};

function pooled<T extends {readonly seed: string}>(rows: readonly T[]): T[] {
  return rows.filter(({seed}) => seed === ALL_SEEDS);
}

interface MethodPoint extends Point {
  readonly method: string;
}

function pointOf(row: QuantizationRow, y: number, half: number): MethodPoint {
  // A logarithmic axis has no place for an end at or below zero.
  const interval = [Math.max(y - half, y / 10), y + half] as const;
  return {key: keyOf(row), label: setupName(row), method: row.method, x: row.bytes / 1000, y, interval};
}

function shared(
  points: readonly MethodPoint[],
  front: readonly Point[],
): Pick<ChartSpec, "x" | "better" | "series" | "labelled"> {
  return {
    x: {label: "weights, scales and the state of one text", unit: "kB", log: true},
    better: "bottom left",
    series: [frontSeries(front), ...byMethod(points)],
    labelled: new Set([...front.map(({key}) => key), "static w8a8", `${FLOAT16} w16a16`]),
  };
}

function byMethod(points: readonly MethodPoint[]): Series[] {
  return Array.from(
    grouped(points, ({method}) => methodFamily(method)),
    ([family, points]) => ({name: family, family: family as Family, provenance: "measured", points}),
  );
}

function listed(points: readonly Point[]): string {
  return points.map(({label, x}) => `${label} (${numberText(x, 3)})`).join(", ");
}

function perplexityFinding(rows: readonly QuantizationRow[]): string {
  const told = ["w8a8", "w4a8", "w4a16"].flatMap((width) => {
    const own = rows.filter(({bits}) => bits === width).toSorted((a, b) => a.difference - b.difference);
    return own.length === 0
      ? []
      : [`${width.toUpperCase()}: ${distance(own[0])} to ${distance(own.at(-1)!)}`];
  });
  return `Above the float model, from the best method to the worst. ${told.join("; ")}. Lines are 95 % intervals of the paired difference.`;
}

const distance = (row: QuantizationRow) =>
  `${numberText(row.difference, 2)} ± ${numberText(Z95 * (row.differenceError ?? 0), 2)} (${row.method})`;

/** Bytes of the packed state and its scales against KL divergence after reading token by token. */
export const packedStateFigure: StateFigure = {
  key: ({method}) => method,
  draw(all, {model}) {
    // Nothing is lost in float16, or as good as nothing: a mark far below would press the others into a line.
    const rows = pooled(all).filter(({method}) => method !== FLOAT16);
    const points = rows.map((row): MethodPoint => {
      const half = Z95 * (row.klError ?? 0);
      const interval = [Math.max(row.klMean - half, row.klMean / 10), row.klMean + half] as const;
      const x = (row.stateBytes + row.scaleBytes) / 1000;
      return {key: row.method, label: row.method, method: row.method, x, y: row.klMean, interval};
    });
    return {
      question: "What does a packed state cost when every token goes through it?",
      finding: `${model}, W8A8. ${stateFinding(rows)} ${float16Finding(pooled(all))}Lines are 95 % intervals.`,
      x: {label: "state of one text and all static scales", unit: "kB"},
      y: {label: "mean KL divergence", unit: "nats", log: true},
      better: "bottom left",
      series: byMethod(points),
      labelled: new Set(scanQuantizers.ids),
    };
  },
};

function stateFinding(rows: readonly StateRow[]): string {
  const ranked = rows.toSorted((a, b) => b.klMean - a.klMean);
  return `From the most to the least damage: ${ranked.map(({method, klMean}) => `${method} ${numberText(klMean, 2)}`).join(", ")} nats.`;
}

function float16Finding(rows: readonly StateRow[]): string {
  const float16 = rows.find(({method}) => method === FLOAT16);
  if (float16 === undefined) return "";
  const size = numberText(float16.stateBytes / 1000, 3);
  return `In float16 the state takes ${size} kB and loses ${numberText(float16.klMean, 2)}. `;
}
