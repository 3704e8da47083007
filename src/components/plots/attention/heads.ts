import type {attentionHeads} from "../../../lib/experiments/attention/heads.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Series} from "../chart-spec.js";
import {policyFamily} from "../policy-family.js";
import {grouped} from "../series.js";

type HeadFigure = FigureOf<typeof attentionHeads>;
export type HeadRow = Parameters<HeadFigure["key"]>[0];

const Z95 = 1.96;
/** A head that gives this much of its attention to the answer is called a retrieval head here. */
const LOOKS_UP = 0.5;

const keyOf = ({policy, layer, head}: HeadRow) => `${policy} ${layer} ${head}`;
const percent = (share: number) => `${numberText(100 * share, 3)} %`;

/** Heads that look facts up, each once. */
export function retrievalHeads(rows: readonly HeadRow[]): HeadRow[] {
  return rows.filter(({policy, retrieval}) => policy === rows[0]?.policy && (retrieval ?? 0) >= LOOKS_UP);
}

function headFigure(
  column: "found" | "hits",
  error: "foundError" | "hitsError",
  texts: {question: string; y: string; finding: (rows: readonly HeadRow[], keep: number) => string},
): HeadFigure {
  return {
    key: keyOf,
    draw: (rows, {keep}) => ({
      question: texts.question,
      finding: texts.finding(rows, keep),
      x: {label: "attention to the answer, at the word before it"},
      y: {label: texts.y},
      series: Array.from(
        grouped(rows, ({policy}) => policy),
        ([policy, own]): Series => ({
          name: own[0].label,
          family: policyFamily(policy),
          provenance: "measured",
          points: own.map((row) => ({
            key: keyOf(row),
            label: `${row.label}, layer ${row.layer} head ${row.head}`,
            x: row.retrieval ?? 0,
            y: row[column],
            interval: [row[column] - Z95 * (row[error] ?? 0), row[column] + Z95 * (row[error] ?? 0)],
          })),
        }),
      ),
    }),
  };
}

/** Head by head, the attention that the tokens hold which an estimate would keep. */
export const foundFigure = headFigure("found", "foundError", {
  question: "How much of a head's attention do the chosen tokens hold?",
  y: "attention held by the kept tokens, share",
  finding(rows, keep) {
    const heads = new Set(retrievalHeads(rows).map(({layer, head}) => `${layer} ${head}`));
    const own = rows.filter(({layer, head}) => heads.has(`${layer} ${head}`));
    if (own.length === 0) return "No head looks facts up.";
    const means = meansOf(own, ({found}) => found);
    const most = mean(own.map((row) => row.most));
    return `${heads.size} ${heads.size === 1 ? "head looks" : "heads look"} facts up, in layer ${[...new Set(own.map(({layer}) => layer))].join(", ")}. Of their attention ${percent(keep)} of the tokens could hold ${percent(most)}; the estimates find ${means}.`;
  },
});

/** Head by head, TokenButler's own measure. */
export const hitsFigure = headFigure("hits", "hitsError", {
  question: "How many of the more important half of tokens does an estimate find?",
  y: "hit accuracy at one half",
  finding: (rows) =>
    `Over all heads: ${meansOf(rows, ({hits}) => hits)}. A guess finds one half. Lines are 95 % intervals over ${rows[0]?.texts ?? 0} texts.`,
});

function meansOf(rows: readonly HeadRow[], of: (row: HeadRow) => number): string {
  return Array.from(
    grouped(rows, ({label}) => label),
    ([label, own]) => `${label} ${percent(mean(own.map(of)))}`,
  ).join(", ");
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
