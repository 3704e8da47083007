import type {skipping} from "../../../lib/experiments/decoding/skipping.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";
import {differenceText, PICKED, perplexityInterval} from "../series.js";

export type SkippingRow = RowOf<typeof skipping>;

/** A loss that a reader may call small: a tenth of the perplexity. */
const BEARABLE = 0.1;

/** Perplexity against the layers that a token passes. */
export const layersFigure = linesFigure<typeof skipping>({
  experiment: "decoding/skipping",
  question: "What does it cost in perplexity to leave out layers?",
  key: ({schedule, speedup}) => `${schedule} ${speedup}`,
  label: ({label, layersPerToken, layers}) =>
    `${label}, ${numberText(layersPerToken, 3)} of ${layers} layers`,
  series: seriesBy(
    ({label}) => label,
    () => "decoding",
  ),
  x: {column: "layersPerToken", label: "layers that a token passes, mean"},
  y: {column: "perplexity", label: "perplexity", log: true},
  interval: perplexityInterval,
  better: "bottom left",
  merits: "fewer layers, lower perplexity",
  finding: ({rows}) => layersFinding(rows),
});

/** The fewest layers that cost less than a tenth of the perplexity, and the price of half of them. */
export function layersFinding(rows: readonly SkippingRow[]): string {
  const bearable = rows.filter(
    ({perplexity, difference}) => difference < BEARABLE * (perplexity - difference),
  );
  const fewest = bearable.toSorted((a, b) => a.layersPerToken - b.layersPerToken)[0];
  const half = rows
    .filter(({layersPerToken, layers}) => layersPerToken <= 0.6 * layers)
    .toSorted((a, b) => a.perplexity - b.perplexity)[0];
  const lost = half
    ? ` With about half of the layers the best rule has ${numberText(half.perplexity / (half.perplexity - half.difference), 2)} times the perplexity of the whole model.`
    : "";
  if (fewest === undefined || fewest.layersPerToken === fewest.layers)
    return `Leaving out any layer costs more than a tenth of the perplexity.${lost}`;
  return `With ${numberText(fewest.layersPerToken, 3)} of ${fewest.layers} layers, ${fewest.label.toLowerCase()} changes perplexity by ${differenceText(fewest)}. ${PICKED}${lost}`;
}
