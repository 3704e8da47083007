import type {packedState} from "../../../lib/experiments/ssm/packed-state.js";
import type {quantization} from "../../../lib/experiments/ssm/quantization.js";
import {techniqueFacts} from "../../kit/techniques.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {Drawn, RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";
import {ALL_SEEDS, FLOAT16} from "../row-names.js";
import {differenceText, intervalOn, perplexityInterval} from "../series.js";

export type QuantizationRow = RowOf<typeof quantization>;
type StateRow = RowOf<typeof packedState>;

/** Papers that put repairs together: each is a group of its own. */
const PAPERS: readonly string[] = ["quamba", "quamba2"];

/**
 * The group of a method, with its colour: the float model, the baselines in integers, a paper, or one repair by itself.
 */
export function methodGroup(method: string): Look & {readonly name: string} {
  if (method === FLOAT16) return {name: FLOAT16, family: "baseline", shade: 0};
  const {family = "baseline", label = method} = techniqueFacts("scan quantizers", method) ?? {};
  if (PAPERS.includes(method)) return {name: label, family, shade: PAPERS.indexOf(method)};
  if (family === "state-space") return {name: "one repair by itself", family, shade: PAPERS.length};
  return {name: "static, dynamic, SmoothQuant", family, shade: 0};
}

/** The name of a setup. */
export const setupName = ({method, bits}: Pick<QuantizationRow, "method" | "bits">): string =>
  method === FLOAT16 ? method : `${method} ${bits.toUpperCase()}`;

const pooled = <T extends {readonly seed: string}>(rows: readonly T[]): T[] =>
  rows.filter(({seed}) => seed === ALL_SEEDS);

const shared = {
  drawn: pooled<QuantizationRow>,
  key: (row: QuantizationRow) => `${row.method} ${row.bits}`,
  label: setupName,
  series: ({method}: QuantizationRow) => methodGroup(method),
  x: {
    column: "bytes",
    of: ({bytes}: QuantizationRow) => bytes / 1000,
    label: "weights, scales and the state of one text",
    unit: "kB",
    log: true,
  },
  better: "bottom left",
  merits: "fewer bytes, smaller change",
  front: () => true,
  labelled: ({front}: Drawn<QuantizationRow>) => [
    ...front.map(({key}) => key),
    "static w8a8",
    `${FLOAT16} w16a16`,
  ],
} as const;

/** Bytes of weights, scales and state against KL divergence. */
export const quantizedKlFigure = marksFigure<typeof quantization>({
  experiment: "ssm/quantization",
  ...shared,
  question: "How much do the predictions change?",
  // Nothing is lost exactly by float16 alone, and no logarithm shows it.
  y: {column: "klMean", label: "mean KL divergence", unit: "nats", log: true},
  interval: ({klMean, klLow, klHigh}) => intervalOn(klMean, klLow, klHigh),
  finding({front, rows}, {model}) {
    const listed = front.map(({label, x}) => `${label} (${numberText(x, 3)})`).join(", ");
    const eight = rows.filter(({bits}) => bits === "w8a8").toSorted((a, b) => a.klMean - b.klMean);
    const [best, worst] = [eight[0], eight.at(-1)];
    const range =
      best === undefined || worst === undefined
        ? ""
        : `On ${model} in W8A8, ${best.method} changes the predictions least (${numberText(best.klMean, 2)} nats), ${worst.method} most (${numberText(worst.klMean, 2)}). `;
    return `${range}Pareto-optimal are ${listed}; in brackets, kilobytes. Lines are 95 % intervals.`;
  },
});

/** The same bytes against perplexity, with the paired interval of the difference to the float model. */
export const quantizedPerplexityFigure = marksFigure<typeof quantization>({
  experiment: "ssm/quantization",
  ...shared,
  question: "What does it cost in perplexity?",
  y: {column: "perplexity", label: "perplexity"},
  interval: perplexityInterval,
  finding: ({rows}) => perplexityFinding(rows),
});

function perplexityFinding(rows: readonly QuantizationRow[]): string {
  const told = ["w8a8", "w4a8", "w4a16"].flatMap((width) => {
    const own = rows.filter(({bits}) => bits === width).toSorted((a, b) => a.difference - b.difference);
    return own.length === 0
      ? []
      : [`in ${width.toUpperCase()} from ${distance(own[0])} to ${distance(own.at(-1)!)}`];
  });
  return `Rise of perplexity over the float model, from the best to the worst method: ${told.join("; ")}. Lines are 95 % intervals of the paired difference.`;
}

const distance = (row: QuantizationRow) => `${differenceText(row)} with ${row.method}`;

/** Bytes of the packed state and its scales against KL divergence after reading token by token. */
export const packedStateFigure = marksFigure<typeof packedState>({
  experiment: "ssm/packed-state",
  question: "What does a packed state cost in decoding?",
  // Nothing is lost in float16, or as good as nothing: a mark far below would press the others into a line.
  drawn: (rows) => pooled(rows).filter(({method}) => method !== FLOAT16),
  key: ({method}) => method,
  series: ({method}) => methodGroup(method),
  x: {
    column: "stateBytes",
    of: ({stateBytes, scaleBytes}) => (stateBytes + scaleBytes) / 1000,
    label: "state of one text and all static scales",
    unit: "kB",
  },
  y: {column: "klMean", label: "mean KL divergence", unit: "nats", log: true},
  interval: ({klMean, klLow, klHigh}) => intervalOn(klMean, klLow, klHigh),
  better: "bottom left",
  merits: "fewer bytes, smaller change",
  labelled: ({rows}) => rows.map(({method}) => method),
  finding: ({rows}, {model}, all) =>
    `${model}, W8A8. ${stateFinding(rows)} ${float16Finding(pooled(all))}Lines are 95 % intervals.`,
});

function stateFinding(rows: readonly StateRow[]): string {
  const ranked = rows.toSorted((a, b) => b.klMean - a.klMean);
  return `From the most to the least damage: ${ranked.map(({method, klMean}) => `${method} ${numberText(klMean, 2)}`).join(", ")} nats.`;
}

function float16Finding(rows: readonly StateRow[]): string {
  const float16 = rows.find(({method}) => method === FLOAT16);
  if (float16 === undefined) return "";
  const size = numberText(float16.stateBytes / 1000, 3);
  return `In float16 the state takes ${size} kB and loses ${numberText(float16.klMean, 2)} nats. `;
}
