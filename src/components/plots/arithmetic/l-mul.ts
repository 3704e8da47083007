import type {lMul} from "../../../lib/experiments/arithmetic/l-mul.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

/** A row of the experiment. */
export type LMulRow = RowOf<typeof lMul>;

const WHERE: Readonly<Record<string, string>> = {attention: "in attention", all: "everywhere"};

const isCoarse = ({product, reach}: LMulRow) => product === "l-mul-2" && reach === "all";

const nameOf = ({family, reach}: LMulRow) =>
  `${family === "fp" ? "multiplied in FP8" : "added"}, ${WHERE[reach]}`;

/** The name of a way to multiply that fits beside its mark on a phone. */
const shortName = (label: string) => label.replace(" of mantissa", "").replace("multiplication of", "FP8");

/** Perplexity above the baseline's against the energy of a product. */
export const lMulFigure = marksFigure<typeof lMul>({
  experiment: "arithmetic/l-mul",
  question: "What does a model lose when its products become additions?",
  // Two bits of mantissa lose so much that nothing else could be told apart: the finding has them.
  drawn: (rows) => rows.filter((row) => !isCoarse(row)),
  key: ({product, reach}) => `${product} ${reach}`,
  label: ({label, reach}) => `${shortName(label)}${reach === "all" ? "" : `, ${WHERE[reach]}`}`,
  series: seriesBy(nameOf, ({family}) => (family === "fp" ? "fp" : "codebook")),
  x: {column: "energy", provenance: "modelled", label: "energy of a product, 45 nm", unit: "pJ", log: true},
  y: {column: "difference", label: "perplexity above the baseline's"},
  interval: ({differenceLow: low, differenceHigh: high}) =>
    low === null || high === null ? undefined : [low, high],
  better: "bottom left",
  merits: "less energy, lower perplexity",
  labelled: ({rows}) =>
    rows.filter(({reach}) => reach === "all").map(({product, reach}) => `${product} ${reach}`),
  finding: (_, __, all) => lMulFinding(all),
});

const everywhere = (rows: readonly LMulRow[], id: string) =>
  rows.find(({product, reach}) => product === id && reach === "all");

const lossText = ({label, difference}: LMulRow) => `${label} ${numberText(difference, 2)}`;

/** Losses with every product replaced: of additions of about 7 bits, and of both forms of FP8. */
export function lMulFinding(rows: readonly LMulRow[]): string {
  const found = ["l-mul-7", "l-mul-3", "fp8-e4m3", "fp8-e5m2"].flatMap((id) => everywhere(rows, id) ?? []);
  if (found.length === 0) return "No product is replaced everywhere.";
  const [first] = rows;
  const coarse = rows.find(isCoarse);
  const beyond = coarse === undefined ? "" : ` Beyond the figure: ${lossText(coarse)}.`;
  return `With every product replaced, perplexity rises by: ${found.map(lossText).join(", ")}, over ${first.documents} documents.${beyond}`;
}
