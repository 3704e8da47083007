import type {structured} from "../../../lib/experiments/sparse/structured.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";
import {perplexityInterval} from "../series.js";

export type StructuredRow = RowOf<typeof structured>;

/** Perplexity against the share of heads and channels that stays, by weights. */
export const structuredFigure = linesFigure<typeof structured>({
  experiment: "sparse/structured",
  question: "What does it cost to take out whole heads and channels?",
  drawn: (rows) => rows.filter(({calibrationSeed}) => calibrationSeed === null || calibrationSeed === 0),
  key: ({method, ratio, calibrationSeed}) => `${method} ${ratio} ${calibrationSeed ?? "-"}`,
  label: ({label, density}) => `${label}, ${numberText(100 * density, 2)} % stay`,
  series: seriesBy(
    ({label}) => label,
    () => "sparse",
  ),
  x: {column: "density", label: "share of the weights of heads and channels that stays"},
  y: {column: "perplexity", label: "perplexity", log: true},
  interval: perplexityInterval,
  better: "bottom left",
  merits: "smaller model, lower perplexity",
  finding: ({rows}) => structuredFinding(rows),
});

/** What FLAP's bias and FLAP's choice change at the ratio in the middle. */
export function structuredFinding(rows: readonly StructuredRow[]): string {
  const ratios = [...new Set(rows.map(({ratio}) => ratio))].toSorted((a, b) => a - b);
  const ratio = ratios[Math.floor((ratios.length - 1) / 2)];
  const at = rows.filter((row) => row.ratio === ratio).toSorted((a, b) => a.perplexity - b.perplexity);
  const [flap, noBias] = ["flap", "flap-no-bias"].map((id) => at.find(({method}) => method === id));
  if (flap === undefined || noBias === undefined || at.length < 2) return "FLAP is not among these settings.";
  const text = (row: StructuredRow) => `${numberText(row.perplexity, 3)}`;
  return `With ${numberText(100 * (1 - ratio), 2)} % of heads and channels asked to stay, FLAP's bias moves perplexity from ${text(noBias)} to ${text(flap)}; the best here is ${at[0].label} with ${text(at[0])}.`;
}
