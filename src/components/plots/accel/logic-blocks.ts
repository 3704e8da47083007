import type {logicBlocks} from "../../../lib/experiments/accel/logic-blocks.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {guide} from "../series.js";

type BlockRow = RowOf<typeof logicBlocks>;

const SETS = ["Kratos-like", "Koios-like", "VTR-like"] as const;
const FAMILIES = {"Kratos-like": "machine", "Koios-like": "sparse", "VTR-like": "tokens"} as const;

const meanOf = (rows: readonly BlockRow[], wanted: string) =>
  rows.find(({kind, set}) => kind === "set" && set === wanted);

/** Area of every circuit for its share of adders. */
export const areaFigure = marksFigure<typeof logicBlocks>({
  experiment: "accel/logic-blocks",
  question: "How much area does a circuit take, of what it takes in ordinary blocks?",
  drawn: (rows) => rows.filter(({kind}) => kind === "circuit"),
  key: ({circuit}) => circuit,
  series: ({set}) => ({name: set, family: FAMILIES[set as keyof typeof FAMILIES]}),
  x: {
    column: "adderShare",
    provenance: "modelled",
    label: "adder bits among adder bits and tables",
    unit: "%",
  },
  y: {column: "areaRatio", label: "area, of the ordinary block's"},
  guides: ({points}) => {
    const xs = points.map(({x}) => x);
    return [
      guide(
        "ordinary block",
        "modelled",
        [smallest(xs), largest(xs)].map((x) => ({x, y: 1})),
      ),
    ];
  },
  labelled: ({rows}) => rows.map(({circuit}) => circuit),
  finding({rows}, {module}, all) {
    const told = SETS.flatMap((set) => {
      const ratio = meanOf(all, set)?.areaRatio;
      return ratio === undefined ? [] : [`${savedText(ratio)} on the ${set} set`];
    });
    const [least, most] = extremes(rows);
    return `Modelled with ${module} modules, our circuits save area: ${told.join(", ")}; least ${least.circuit} (${savedText(least.areaRatio)}), most ${most.circuit} (${savedText(most.areaRatio)}).`;
  },
});

const savedText = (ratio: number) => `${numberText(100 * (1 - ratio), 3)} %`;

function extremes(rows: readonly BlockRow[]): readonly [least: BlockRow, most: BlockRow] {
  const sorted = rows.toSorted((a, b) => b.areaRatio - a.areaRatio);
  return [sorted[0], sorted[sorted.length - 1]];
}
