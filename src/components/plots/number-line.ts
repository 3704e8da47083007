import {svg} from "htl";
import type {FormatFamily} from "../../lib/formats/format.js";
import {largest} from "../../lib/stats/extent.js";
import {numberText} from "../kit/text/number-text.js";
import {makeScale} from "./places/scale.js";

/** The values of one codebook, a row of the picture. */
export interface LineRow {
  readonly name: string;
  readonly family: FormatFamily;
  readonly values: readonly number[];
  /** Values to stand out: the current code, a special value. */
  readonly marked?: readonly number[];
}

const rowHeight = 46;
const left = 12;

/**
 * Codebooks on a number line, a row each, all on one axis: where a format has values, and where it has none.
 * NaN and infinities have no place on a line and are left out.
 */
export function numberLine(rows: readonly LineRow[], width: number, unit = "value"): SVGElement {
  const finite = rows.flatMap(({values}) => values.filter(Number.isFinite));
  const reach = Math.max(largest(finite.map(Math.abs)), 1e-30);
  const x = makeScale([finite.some((value) => value < 0) ? -reach : 0, reach], [left, width - left], {
    count: width < 480 ? 4 : 8,
  });
  const height = rows.length * rowHeight + 40;
  const names = rows.map(
    ({name, values}) => `${name} has ${new Set(values.filter(Number.isFinite)).size} values`,
  );
  return svg`<svg class="number-line" width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="img" aria-label=${`Codebooks on a number line: ${names.join("; ")}`}>
    ${x.ticks.map(
      (tick) =>
        svg`<g class="tick"><line x1=${x(tick)} x2=${x(tick)} y1="4" y2=${height - 36} /><text x=${x(tick)} y=${height - 20} text-anchor="middle">${numberText(tick)}</text></g>`,
    )}
    <text class="axis" x=${width - left} y=${height - 4} text-anchor="end">${unit} →</text>
    ${rows.map((row, i) => lineRow(row, x, i * rowHeight + 8, width))}
  </svg>`;
}

function lineRow(
  {name, family, values, marked = []}: LineRow,
  x: (value: number) => number,
  top: number,
  width: number,
): SVGElement {
  const base = top + rowHeight - 14;
  return svg`<g style=${`--colour: var(--family-${family})`}>
    <text class="label" x=${left + 5} y=${top + 10}>${name}</text>
    <line class="base" x1=${left} x2=${width - left} y1=${base} y2=${base} />
    ${values.filter(Number.isFinite).map((value) => svg`<line class="value" x1=${x(value)} x2=${x(value)} y1=${base - 9} y2=${base + 5} />`)}
    ${marked.filter(Number.isFinite).map((value) => svg`<path class="marked" d=${`M${x(value)},${base - 8}l-6,-9h12Z`} />`)}
  </g>`;
}
