/** How a model reads the documents of all evaluation seeds: columns and cells that experiments on mixers share. */

import type {EvalSeed, EvalText} from "../../evaluate/eval-texts.js";
import {perplexity} from "../../evaluate/quality.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import {documentShare} from "../../stats/documents.js";
import type {Tensor} from "../../tensor/tensor.js";
import {intervalEnd, known} from "../shared/quality-columns.js";

const ALL_SEEDS = "all";

/** Perplexity and right answers, with 95 % intervals over documents. */
export const textQualityColumns = {
  seed: {type: "string", label: "Evaluation seed"},
  documents: {type: "integer", label: "Documents, which the intervals count"},
  perplexity: {type: "number", label: "Perplexity", provenance: "measured"},
  perplexityLow: intervalEnd("Perplexity, lower end of 95 %"),
  perplexityHigh: intervalEnd("Perplexity, upper end of 95 %"),
  answers: {type: "number", label: "Share of answer tokens right", provenance: "measured"},
  answersLow: intervalEnd("Answer tokens right, lower end of 95 %"),
  answersHigh: intervalEnd("Answer tokens right, upper end of 95 %"),
} as const;

/** Cells for all seeds together, then for each. */
export function textQuality(
  logits: (ids: readonly number[]) => Tensor,
  seeds: readonly EvalSeed[],
): ReturnType<typeof cellsOf>[] {
  const scored = seeds.map(
    ({seed, texts}) => [String(seed), texts.map((text) => scoreText(logits, text))] as const,
  );
  const pooled = [ALL_SEEDS, scored.flatMap(([, documents]) => documents)] as const;
  return [pooled, ...scored].map(([seed, documents]) => cellsOf(seed, documents));
}

/** Scores of one document. */
interface Scored {
  readonly logProbs: Float64Array;
  readonly answers: {readonly right: number; readonly trials: number};
}

function scoreText(logits: (ids: readonly number[]) => Tensor, {tokens, answers}: EvalText): Scored {
  const {logProbs, topTokens} = scoreTokens(logits(tokens.slice(0, -1)), tokens.slice(1));
  const right = answers.filter((place) => topTokens[place - 1] === tokens[place]).length;
  return {logProbs, answers: {right, trials: answers.length}};
}

function cellsOf(seed: string, documents: readonly Scored[]) {
  const read = perplexity(documents.map(({logProbs}) => logProbs)).perplexity;
  const answers = documentShare(documents.map((each) => each.answers));
  return {
    seed,
    documents: documents.length,
    perplexity: read.value,
    perplexityLow: known(read.low),
    perplexityHigh: known(read.high),
    answers: answers.share,
    answersLow: known(answers.low),
    answersHigh: known(answers.high),
  };
}
