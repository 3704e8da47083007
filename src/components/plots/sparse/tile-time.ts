import type {tileTime} from "../../../lib/experiments/sparse/tile-time.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

type TileRow = RowOf<typeof tileTime>;

const key = ({storage, density}: TileRow): string => `${storage}, ${density} %`;

/** Dense weights are the baseline, and grey; shades tell the types. */
function series({kind, storage, type}: TileRow) {
  const shade = type === "bf16" ? 0 : 1;
  if (kind === "reported") return {name: storage, family: "sparse", shade: 2} as const;
  return {name: storage, family: kind === "dense" ? "baseline" : "sparse", shade} as const;
}

const drawnRows = (rows: readonly TileRow[]) => rows.filter(({kind}) => kind !== "reported");

/** The modelled rows of one way to store weights, by density. */
export const tileRows = (rows: readonly TileRow[], kind: string, type: string): readonly TileRow[] =>
  rows.filter((row) => row.kind === kind && row.type === type).toSorted((a, b) => a.density - b.density);

/** The largest density of the rows at which a bitmap in bfloat16 takes less time than dense weights; none if it never does. */
export function crossingDensity(rows: readonly TileRow[]): number | undefined {
  return tileRows(rows, "bitmap", "bf16").findLast(({timesDense}) => (timesDense ?? 0) > 1)?.density;
}

const BOUND_WORDS: Readonly<Record<string, string>> = {
  memory: "reading the weights",
  products: "the tile products",
  expand: "expanding",
};

/** Time over density: a bitmap's weights against dense ones. */
export const tileTimeFigure = linesFigure<typeof tileTime>({
  experiment: "sparse/tile-time",
  question: "Where do weights behind a bitmap take less time than dense ones?",
  drawn: drawnRows,
  key,
  series,
  x: {column: "density", provenance: "modelled", label: "weights that are not zero", unit: "%"},
  y: {column: "milliseconds", label: "one pass over the linear layers", unit: "ms"},
  finding({rows}, {cores, batch}, all) {
    const half = tileRows(rows, "bitmap", "bf16").find(({density}) => density === 50)!;
    const crossing = crossingDensity(rows);
    const gain = `If half of the weights are zero, ${cores} cores are ${numberText(half.timesDense!, 3)} times as fast with a bitmap of bfloat16 as with dense weights, for ${batch === 1 ? "one token" : `${batch} tokens`}, bound by ${BOUND_WORDS[half.bound!]}`;
    const where =
      crossing === undefined
        ? "a bitmap is no faster, however many are zero"
        : `a bitmap is faster where up to ${crossing} % are not zero`;
    const reported = all.find(({kind}) => kind === "reported");
    const said =
      reported === undefined
        ? ""
        : ` The authors report ${numberText(reported.milliseconds, 3)} ms for a whole token with early kernels on as many cores.`;
    return `${gain}; ${where}.${said}`;
  },
});
