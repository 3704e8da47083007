import type {loadedExperts} from "../../../lib/experiments/experts/loaded.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure, marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";
import {perplexityInterval} from "../series.js";

export type LoadedRow = RowOf<typeof loadedExperts>;

/** Tokens of a chunk that a draft's verification reads at once. */
const VERIFIED = 8;

const seriesOf = seriesBy<LoadedRow>(
  ({label}) => label,
  () => "sparse",
);

/** Share of the experts that several tokens load together. */
export const loadedFigure = linesFigure<typeof loadedExperts>({
  experiment: "experts/loaded",
  question: "What share of the experts do several tokens load together?",
  key: ({mixture, chunk}) => `${mixture} ${chunk}`,
  label: ({label, chunk}) => `${label}, ${chunk} tokens`,
  series: seriesOf,
  x: {column: "chunk", label: "consecutive tokens", log: true, ticks: [1, 2, 4, 8, 16, 32, 64]},
  y: {column: "loaded", label: "share of the experts that they load"},
  interval: ({loadedLow, loadedHigh}) =>
    loadedLow === null || loadedHigh === null ? undefined : [loadedLow, loadedHigh],
  finding: ({rows}) => loadedFinding(rows),
});

/** Share that the most and the least local mixture load for eight tokens. */
export function loadedFinding(rows: readonly LoadedRow[]): string {
  const eight = rows.filter(({chunk}) => chunk === VERIFIED).toSorted((a, b) => a.loaded - b.loaded);
  const [least, most] = [eight[0], eight.at(-1)];
  if (least === undefined || most === undefined || least === most)
    return least
      ? `${least.label} loads ${percent(least.loaded)} of its experts for ${VERIFIED} tokens.`
      : "";
  const one = rows.find(({chunk, mixture}) => chunk === 1 && mixture === least.mixture);
  const alone = one ? `, not much more than the ${percent(one.loaded)} of a single token` : "";
  return `${VERIFIED} consecutive tokens load ${percent(most.loaded)} of the experts of ${most.label}, and ${percent(least.loaded)} of those of ${least.label}${one && least.loaded < 2 * one.loaded ? alone : ""}.`;
}

const percent = (share: number) => `${numberText(100 * share, 2)} %`;

/** Perplexity against the share of experts that eight tokens load. */
export const mixtureQualityFigure = marksFigure<typeof loadedExperts>({
  experiment: "experts/loaded",
  question: "What does a mixture know that loads few experts?",
  drawn: (rows) => rows.filter(({chunk}) => chunk === VERIFIED),
  key: ({mixture, chunk}) => `${mixture} ${chunk}`,
  label: ({label}) => label,
  series: seriesOf,
  x: {column: "loaded", label: `share of the experts that ${VERIFIED} tokens load`},
  y: {column: "perplexity", label: "perplexity"},
  interval: perplexityInterval,
  better: "bottom left",
  merits: "fewer experts, lower perplexity",
  labelled: ({rows}) => rows.map(({mixture, chunk}) => `${mixture} ${chunk}`),
  finding: ({rows}) => qualityFinding(rows),
});

/** The best mixture, and the perplexity of the one that loads least. */
export function qualityFinding(rows: readonly LoadedRow[]): string {
  const best = rows.toSorted((a, b) => a.perplexity - b.perplexity)[0];
  const least = rows.toSorted((a, b) => a.loaded - b.loaded)[0];
  if (best === undefined || least === undefined) return "";
  const dense = best.perplexity - best.difference;
  const other =
    best === least
      ? "It also loads least."
      : `${least.label} loads least, at a perplexity of ${numberText(least.perplexity, 3)}.`;
  return `${best.label} reads best: perplexity ${numberText(best.perplexity, 3)}, and ${numberText(dense, 3)} of the dense decoder, which was trained for longer. ${other}`;
}
