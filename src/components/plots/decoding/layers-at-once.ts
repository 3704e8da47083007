import type {layersAtOnce} from "../../../lib/experiments/decoding/layers-at-once.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

export type LayersAtOnceRow = RowOf<typeof layersAtOnce>;

const named = ({draft, calibrates}: LayersAtOnceRow): string =>
  calibrates ? draft : `${draft}, not calibrated`;

const looks = seriesBy(named, () => "decoding");

/** Tokens for each pass of the model by the attentions that a draft computes at once. */
export const atOnceFigure = linesFigure<typeof layersAtOnce>({
  experiment: "decoding/layers-at-once",
  question: "How many layers of the draft may be computed at once?",
  key: (row) => `${named(row)} ${row.atOnce}`,
  label: (row) => `${named(row)}, ${row.atOnce} at once`,
  series: looks,
  x: {column: "atOnce", label: "attentions of the draft at once", ticks: [1, 2, 3, 4, 7]},
  y: {column: "tokensPerPass", label: "tokens for each pass of the model"},
  interval: ({tokensPerPassLow: low, tokensPerPassHigh: high}) =>
    low === null || high === null ? undefined : [low, high],
  finding: ({rows}) => atOnceFinding(rows),
});

/** Modelled speed with a device for each attention, from the measured tokens of a pass. */
export const atOnceSpeedFigure = linesFigure<typeof layersAtOnce>({
  experiment: "decoding/layers-at-once",
  question: "What is gained where each attention has a device of its own?",
  drawn: (rows) => rows.filter(({calibrates}) => calibrates),
  key: (row) => `${named(row)} ${row.atOnce}`,
  label: (row) => `${named(row)}, ${row.atOnce} at once`,
  series: looks,
  x: {column: "atOnce", label: "attentions of the draft at once", ticks: [1, 2, 3, 4, 7]},
  y: {column: "speedup", label: "times as fast as plain decoding", provenance: "modelled"},
  finding: ({rows}, {networkTime}) => atOnceSpeedFinding(rows, networkTime),
});

const calibrated = (rows: readonly LayersAtOnceRow[], draft: string) =>
  rows.filter((row) => row.draft === draft && row.calibrates).toSorted((a, b) => a.atOnce - b.atOnce);

/** What the small draft loses with all its layers at once. */
export function atOnceFinding(rows: readonly LayersAtOnceRow[]): string {
  const small = calibrated(rows, "decoder-small");
  const [exact, fuzzy] = [small[0], small[small.length - 1]];
  if (exact === undefined || exact === fuzzy) return "There is no number of layers to compare.";
  const [from, to] = [exact, fuzzy].map(({tokensPerPass}) => numberText(tokensPerPass, 3));
  return `With ${fuzzy.atOnce} of the ${fuzzy.layers} attentions of the small decoder at once a pass of the large one gives ${to} tokens, with one after the other ${from}.`;
}

/** The fastest number of attentions at once for the small draft. */
export function atOnceSpeedFinding(rows: readonly LayersAtOnceRow[], networkTime: number): string {
  const small = calibrated(rows, "decoder-small");
  const best = small.toSorted((a, b) => b.speedup - a.speedup)[0];
  if (best === undefined) return "There is no number of layers to compare.";
  const networks =
    networkTime === 1 ? "as long as an attention" : `${numberText(networkTime, 2)} times an attention`;
  const gain =
    best.atOnce === 1
      ? "layer by layer"
      : `with ${best.atOnce} attentions at once, which draft ${numberText(best.draftTimes, 3)} times as fast`;
  return `Where a network takes ${networks} and a layer the same time in both models, the small decoder drafts best ${gain}: ${numberText(best.speedup, 3)} times as fast as plain decoding.`;
}
