/** Evidence for claims on masked diffusion: texts that our model writes with and without shortcuts, judged by the decoder. */

import type {EvalText} from "../../../evaluate/eval-texts.js";
import {mean} from "../../../stats/moments.js";
import {lossUnder, ownAnswers} from "../../diffusion/text-judge.js";
import {WAYS, type WayModels} from "../../diffusion/ways.js";
import type {Claim} from "../claim.js";
import {gapPercent, type Spread, type TextLosses} from "../evidence.js";

/** Texts of a way: their losses under the decoder, their own answers, the passes of each. */
export interface WayScores extends TextLosses {
  /** Answer tokens right, and all, of each text. */
  readonly answers: readonly {readonly right: number; readonly trials: number}[];
  readonly passes: readonly number[];
  readonly queries: readonly number[];
}

/** Scores by the id of a way. */
export type Found = Readonly<Record<string, WayScores>>;

/** A claim that such texts judge, or a formula. */
export type DiffusionClaim = Claim<Found>;

/** Tokens that each text is written of. */
export const WRITTEN = 32;
/** Our model, as rows name it. */
export const OURS = "diffusion-small";

/** Writes on after the prompts of all documents in one way. */
export function wayScores(id: string, models: WayModels, documents: readonly EvalText[]): WayScores {
  const way = WAYS.find((each) => each.id === id);
  if (way === undefined) throw new RangeError(`wayScores: id must be that of a way, got ${id}`);
  const start = documents[0].tokens.length - WRITTEN;
  const texts = documents.map(({tokens}) => way.write(models, tokens.slice(0, start), {tokens: WRITTEN}));
  return {
    nll: Float64Array.from(texts, ({text}) => lossUnder(models.decoder, text, start)),
    answers: texts.map(({text}) => ownAnswers(text, start)),
    passes: texts.map(({work}) => work.passes),
    queries: texts.map(({work}) => work.queries),
  };
}

/** Tokens that a pass writes, over all texts. */
export const tokensPerPass = ({passes}: WayScores): number => WRITTEN / mean(passes);

/** Perplexity of what one way writes above that of another, in per cent, the documents paired. */
export const writtenGap = (found: Found, way: string, base: string): Spread =>
  gapPercent(found[way], found[base]);

/** Share of a way's own answers that are right, in per cent. */
export function answersPercent({answers}: WayScores): number {
  const sum = (part: "right" | "trials") => answers.reduce((all, each) => all + each[part], 0);
  return (100 * sum("right")) / sum("trials");
}
