import type {Provenance} from "../../../lib/experiment/provenance.js";
import {colourOf} from "../palette.js";
import {type ChartSpec, isMarked, provenancesOf} from "./chart-spec.js";
import {markPath} from "./symbols.js";

const PROVENANCE_TEXT: Readonly<Record<Provenance, string>> = {
  measured: "measured: run here",
  modelled: "modelled: by a cost model",
  reported: "reported: by the paper",
};

/** One entry of a chart's key: a small path and its words. */
export interface LegendEntry {
  readonly text: string;
  readonly path: string;
  /** Classes of the style sheet for the path. */
  readonly look: string;
  readonly colour: string;
}

/** The key of a chart: colour and shape are the series, filling is how its numbers came to be. */
export function legendEntries(spec: ChartSpec): LegendEntry[] {
  const drawn = new Map(spec.series.filter(isMarked).map((series) => [colourOf(series), series]));
  const marked = new Set(spec.series.filter(isMarked).map(({provenance}) => provenance));
  return [
    // Filled: the provenance of a series has an entry of its own.
    ...Array.from(drawn, ([colour, {name, shade}]) => ({
      text: name,
      path: markPath("measured", shade),
      look: "mark mark-measured",
      colour,
    })),
    ...provenancesOf(spec).map((provenance) => ({
      text: PROVENANCE_TEXT[provenance],
      ...(marked.has(provenance) ? provenanceLook(provenance) : lineLook(provenance)),
    })),
    ...(spec.series.some(({join}) => join === "front") ? [FRONT_ENTRY] : []),
  ];
}

const FRONT_ENTRY: LegendEntry = {
  text: "Pareto front",
  path: "M-9,5H-2V-1H4V-5H9",
  look: "join",
  colour: "var(--family-baseline)",
};

/** The small path of numbers that only lines show. */
const lineLook = (provenance: Provenance) => ({
  path: provenance === "modelled" ? "M-9,0h5m4,0h5" : "M-9,0H9",
  look: "join",
  colour: "var(--family-baseline)",
});

/** The small path that stands for a kind of number. */
export const provenanceLook = (provenance: Provenance) => ({
  path: markPath(provenance),
  look: `mark mark-${provenance}`,
  colour: "var(--ink-soft)",
});
