import type {layouts} from "../../../lib/experiments/accel/layouts.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

type LayoutRow = RowOf<typeof layouts>;

/** Unsigned integers: other types of as many bits take the same way. */
const drawnRows = (rows: readonly LayoutRow[]) => rows.filter(({element}) => element.startsWith("uint"));

/** Rows of unsigned integers as they stand in the matrix, or packed for the layout where that can be, by their bits. */
export const layoutRows = (rows: readonly LayoutRow[], isPacked: boolean): readonly LayoutRow[] =>
  drawnRows(rows)
    .filter(({way, loads}) => (way === "packed for the layout") === isPacked && loads !== null)
    .toSorted((a, b) => a.bits - b.bits);

/** Loads of weights by their bits: packed for a layout, and as the matrix stands. */
export const layoutsFigure = linesFigure<typeof layouts>({
  experiment: "accel/layouts",
  question: "How many loads do weights of one to eight bits take?",
  drawn: (rows) => drawnRows(rows).filter(({loads}) => loads !== null),
  key: ({element, way}) => `${element}, ${way}`,
  series: ({way}) => ({
    name: way,
    family: way === "packed for the layout" ? "machine" : "baseline",
    shade: 0,
  }),
  x: {column: "bits", label: "bits of a weight"},
  y: {column: "loads", label: "loads of a warp per thousand weights"},
  finding({rows}) {
    const [packed, plain] = [layoutRows(rows, true), layoutRows(rows, false)];
    const six = packed.find(({bits}) => bits === 6);
    const other = plain.find(({bits}) => bits === 6);
    const left = 8 - packed.length;
    const cannot =
      left === 0
        ? ""
        : ` For ${left} of the eight widths a thread's weights of a tile do not end on a byte: the tile is too small for them.`;
    if (six === undefined || other === undefined)
      return `Packed for this layout, weights of six bits cannot be loaded.${cannot}`;
    return `Packed for the layout, a thousand weights of six bits take ${numberText(six.loads!, 2)} loads in place of ${numberText(other.loads!, 2)}, and each weight moves ${numberText(six.bitsLoaded!, 2)} bits in place of ${numberText(other.bitsLoaded!, 3)}.${cannot}`;
  },
});
