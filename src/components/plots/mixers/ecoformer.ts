import type {ecoformerExperiment} from "../../../lib/experiments/mixers/ecoformer.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {type Look, looksOf} from "../palette.js";

/** A row of the experiment's main table. */
export type CodedRow = RowOf<typeof ecoformerExperiment>;

const ALL_LAYERS = "all";
/** The mean of all values seen, and softmax: all else is compared with them. */
const BASELINES = ["softmax", "equal weights"];

const lookOf = (row: CodedRow, all: readonly CodedRow[]): Look =>
  looksOf(
    all,
    ({mixer}) => mixer,
    ({mixer}) => (BASELINES.includes(mixer) ? "baseline" : "codebook"),
  ).get(row.mixer)!;

/** Perplexity over that of softmax, by the layer whose attention is replaced. */
export const codedFigure = linesFigure<typeof ecoformerExperiment>({
  experiment: "mixers/ecoformer",
  question: "How much of a layer's attention do codes keep?",
  drawn: (rows) => rows.filter(({layer}) => layer !== ALL_LAYERS),
  key: ({mixer, layer}) => `${mixer} ${layer}`,
  label: ({mixer, layer}) => `${mixer}, layer ${layer}`,
  series: (row, all) => ({name: row.mixer, ...lookOf(row, all)}),
  x: {column: "layer", label: "layer whose attention is replaced", of: ({layer}) => Number(layer)},
  y: {column: "ratio", label: "perplexity over that of softmax", log: true},
  interval: ({ratioLow: low, ratioHigh: high}) => (low === null || high === null ? undefined : [low, high]),
  finding: (_, __, all) => codedFinding(all),
});

/** Learned beside random codes in the layer that bears them best, and in all layers. */
export function codedFinding(rows: readonly CodedRow[]): string {
  const of = (mixer: string) => rows.filter((row) => row.mixer === mixer && row.layer !== ALL_LAYERS);
  const best = of("learned codes").toSorted((a, b) => a.ratio - b.ratio)[0] as CodedRow | undefined;
  if (best === undefined) return "Learned codes are not among the rows.";
  const beside = (mixer: string) => {
    const row = of(mixer).find(({layer}) => layer === best.layer);
    return row === undefined ? "" : `, ${mixer} ${numberText(row.ratio, 3)}`;
  };
  const all = rows.find(({mixer, layer}) => mixer === "learned codes" && layer === ALL_LAYERS);
  return `In the layer that bears it best, layer ${best.layer}, learned codes of ${best.bits} bits give ${numberText(best.ratio, 3)} times the perplexity of softmax${beside("random codes")}${beside("equal weights")}. In all layers at once ${all ? numberText(all.ratio, 3) : "many"} times: the model was trained with softmax and is not trained on. Lines are 95 % intervals over ${best.documents} documents.`;
}
