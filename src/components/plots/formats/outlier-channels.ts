import type {outlierChannels} from "../../../lib/experiments/formats/outlier-channels.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {isFamily} from "../palette.js";

type ChannelRow = RowOf<typeof outlierChannels>;

/** What a model loses by the size of its outlier channels, for each choice of weights and inputs. */
export const outlierChannelsFigure = linesFigure<typeof outlierChannels>({
  experiment: "formats/outlier-channels",
  question: "What do a few large channels cost?",
  key: ({way, factor}) => `${way}/${factor}`,
  label: ({way, factor}) => `${way}, channels ${factor} times as large`,
  series: ({way, family}) => ({name: way, family: isFamily(family) ? family : "baseline"}),
  x: {column: "factor", label: "size of the outlier channels, times", log: true},
  y: {column: "klMean", label: "KL divergence from the float model, mean", unit: "nats", log: true},
  interval: ({klLow, klHigh}) => (klLow === null || klHigh === null ? undefined : [klLow, klHigh]),
  finding: ({rows}) => outlierFinding(rows),
});

/** The losses at the largest channels, from the smallest, in a sentence. */
export function outlierFinding(rows: readonly ChannelRow[]): string {
  const factor = rows.reduce((most, row) => Math.max(most, row.factor), 0);
  const last = rows.filter((row) => row.factor === factor).toSorted((a, b) => a.klMean - b.klMean);
  if (last.length === 0) return "There are no rows.";
  const texts = last.map(({way, klMean}) => `${way} ${numberText(klMean, 2)}`);
  return `With channels ${numberText(factor)} times as large, nats a token from the float model: ${texts.join("; ")}.`;
}
