import {siteRoot} from "../../kit/present.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {techniqueFacts} from "../../kit/techniques.js";
import {numberText} from "../../kit/text/number-text.js";
import {type Chart, chart} from "../../plots/chart/chart.js";
import type {Explanation} from "../../plots/chart/explain-card.js";
import {bitsErrorFigure} from "../../plots/formats/bits-error.js";

type Row = Parameters<typeof bitsErrorFigure.draw>[0][number];
type Values = Parameters<typeof bitsErrorFigure.draw>[1];

/** The first figure of the home page: its own small table, all rows of one source. */
export function frontPageChart(table: ArrayBuffer): HTMLElement {
  const rows = readShippedTable(table) as unknown as Row[];
  const byFormat = new Map(rows.map((row) => [row.format, row]));
  const figure: Chart = chart({
    name: "front",
    explain: ({key, label}) => explanation(label, byFormat.get(key)),
  });
  const {distribution} = rows[0] as {distribution: Values["distribution"]};
  figure.show(bitsErrorFigure.draw(rows, {distribution, formats: [], seed: 0}));
  return figure.element;
}

/** The card of a format: its working and its source from the registry, its numbers from the row, and the page to try it on. */
function explanation(label: string, row: Row | undefined): Explanation {
  const facts = row && techniqueFacts("formats", row.format);
  const numbers: [string, string][] = row
    ? [
        ["size", `${numberText(row.bitsPerElement, 4)} bits per element, scales included`],
        ["signal to quantization noise", `${numberText(row.sqnrDb, 3)} dB`],
        ["values", `${row.distribution}, ${row.provenance}`],
      ]
    : [];
  return {
    title: label,
    facts: facts ? [["what it is", facts.summary], ...numbers] : numbers,
    ...(facts && {source: facts.source}),
    link: new URL(
      `formats/choose${row ? `?${new URLSearchParams({distribution: row.distribution})}` : ""}`,
      siteRoot(),
    ).href,
    linkText: "Open it on the page Choose a format",
  };
}
