import type {attentionHeads} from "../../../lib/experiments/attention/heads.js";
import {LEAST_UNITS, studentHalfWidth} from "../../../lib/stats/interval.js";
import {mean} from "../../../lib/stats/moments.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {policyFamily} from "../policy-family.js";
import {grouped} from "../series.js";

export type HeadRow = RowOf<typeof attentionHeads>;

/** A head that gives this much of its attention to the answer is called a retrieval head here. */
const LOOKS_UP = 0.5;

const percent = (share: number) => `${numberText(100 * share, 3)} %`;

/** Heads that look facts up, each once. */
export function retrievalHeads(rows: readonly HeadRow[]): HeadRow[] {
  return rows.filter(({policy, retrieval}) => policy === rows[0]?.policy && (retrieval ?? 0) >= LOOKS_UP);
}

const shared = {
  key: ({policy, layer, head}: HeadRow) => `${policy} ${layer} ${head}`,
  label: ({label, layer, head}: HeadRow) => `${label}, layer ${layer} head ${head}`,
  series: ({label, policy}: HeadRow) => ({name: label, family: policyFamily(policy)}),
  x: {
    column: "retrieval",
    of: ({retrieval}: HeadRow) => retrieval ?? 0,
    label: "attention to the answer, at the word before it",
  },
} as const;

/** Student's interval over texts; none where they are too few. */
function around(value: number, error: number | null, texts: number): readonly [number, number] | undefined {
  if (error === null || texts < LEAST_UNITS) return undefined;
  const half = studentHalfWidth(error, texts);
  return [value - half, value + half];
}

/** Head by head, the attention that the tokens hold which an estimate would keep. */
export const foundFigure = marksFigure<typeof attentionHeads>({
  experiment: "attention/heads",
  ...shared,
  question: "How much of a head's attention do the chosen tokens hold?",
  y: {column: "found", label: "attention held by the kept tokens, share"},
  interval: ({found, foundError, texts}) => around(found, foundError, texts),
  finding({rows}, {keep}) {
    const heads = new Set(retrievalHeads(rows).map(({layer, head}) => `${layer} ${head}`));
    const own = rows.filter(({layer, head}) => heads.has(`${layer} ${head}`));
    if (own.length === 0) return "No head looks facts up.";
    const means = meansOf(own, ({found}) => found);
    const most = mean(own.map((row) => row.most));
    return `${heads.size} ${heads.size === 1 ? "head looks" : "heads look"} facts up, in layer ${[...new Set(own.map(({layer}) => layer))].join(", ")}. Of their attention ${percent(keep)} of the tokens could hold ${percent(most)}; the estimates find ${means}.`;
  },
});

/** Head by head, TokenButler's own measure. */
export const hitsFigure = marksFigure<typeof attentionHeads>({
  experiment: "attention/heads",
  ...shared,
  question: "How many of the more important half of tokens does an estimate find?",
  y: {column: "hits", label: "hit accuracy at one half"},
  interval: ({hits, hitsError, texts}) => around(hits, hitsError, texts),
  finding: ({rows}) =>
    `Over all heads: ${meansOf(rows, ({hits}) => hits)}. A guess finds one half. Lines are 95 % intervals over ${rows[0]?.texts ?? 0} texts.`,
});

function meansOf(rows: readonly HeadRow[], of: (row: HeadRow) => number): string {
  return Array.from(
    grouped(rows, ({label}) => label),
    ([label, own]) => `${label} ${percent(mean(own.map(of)))}`,
  ).join(", ");
}
