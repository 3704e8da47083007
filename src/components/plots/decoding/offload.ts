import type {offload} from "../../../lib/experiments/decoding/offload.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

export type OffloadRow = RowOf<typeof offload>;

/** Times as fast as without drafts, by the number of tokens drafted ahead. */
export const depthFigure = linesFigure<typeof offload>({
  experiment: "decoding/offload",
  question: "How much faster is a model whose weights come over a link, by the length of the drafts?",
  drawn: (rows) => rows.filter(({depth}) => depth > 0),
  key: ({method, depth}) => `${method} ${depth}`,
  label: ({depth, tokens}) => `${depth} tokens ahead, ${numberText(tokens, 3)} of a pass`,
  series: ({method}) => ({name: method, family: "decoding"}),
  x: {column: "depth", label: "tokens drafted ahead", log: true, ticks: [1, 2, 4, 8, 16, 32, 64]},
  y: {column: "speedup", provenance: "modelled", label: "times as fast as without drafts"},
  finding: ({rows}, {depth}) => depthFinding(rows, depth),
});

/** The best depth, and the depth that is set. */
export function depthFinding(rows: readonly OffloadRow[], depth: number): string {
  const own = rows.filter((row) => row.depth > 0);
  const best = own.toSorted((a, b) => b.speedup - a.speedup)[0];
  const here = own.find((row) => row.depth === depth);
  if (best === undefined || here === undefined) return "There is no draft to compare.";
  if (!here.fits)
    return "The copy that drafts does not fit the accelerator's memory beside embedding, head and cache.";
  return `${depth} tokens drafted ahead make it ${numberText(here.speedup, 3)} times as fast: a round takes ${numberText(here.secondsPerToken * here.tokens, 3)} s and gives ${numberText(here.tokens, 3)} tokens. ${best === here ? "No other of these lengths gains more" : `The best of these lengths is ${best.depth}, with ${numberText(best.speedup, 3)} times`}: longer drafts cost more than they save.`;
}
