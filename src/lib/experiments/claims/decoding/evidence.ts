/** Runs that the claims on decoding are judged by. */

import {type DocumentSums, tokenMean} from "../../../stats/documents.js";
import {type Interval, influenceInterval} from "../../../stats/interval.js";
import type {Evidence, Rule, Verdict} from "../claim.js";
import {intervalsOf, measured, type Spread, spread, type TextLosses} from "../evidence.js";

/** Losses of the large decoder on test documents, by the rule that leaves layers out, at twice the speed. */
export interface SkipLosses {
  readonly whole: TextLosses;
  readonly unified: TextLosses;
  readonly skipDecode: TextLosses;
}

/** A method on test documents, greedy. */
export interface DraftRun {
  /** Drafted tokens of each document, and those among them that were kept. */
  readonly kept: DocumentSums;
  /** Written tokens and passes of each document. */
  readonly perPass: DocumentSums;
  readonly tokensPerPass: Interval;
  readonly documents: number;
  /** Documents whose text is that of plain decoding. */
  readonly same: number;
}

/** Groups of a rule on test documents. */
export interface GroupRun extends Interval {
  readonly documents: number;
  /** Share of joined tokens that were the model's likeliest; null where none joins. */
  readonly foreseen: number | null;
}

/** Texts that are written in groups, none of their tokens verified. */
export interface WrittenRun {
  readonly documents: number;
  readonly tokens: Interval;
  /** Weights read for a token, over those of a token written alone. */
  readonly weightsRead: number;
  /** Share of tokens that the model itself would have written there. */
  readonly own: number;
  /** Per cent of perplexity above that of the model's own texts. */
  readonly perplexityLost: Interval;
}

/** Counts of the masks of JSON over a vocabulary. */
export interface MaskCounts {
  readonly tokens: number;
  /** Share of the vocabulary that is checked at a place, with callers' continuations and without. */
  readonly share: number;
  readonly shareUnexpanded: number;
  /** Share of the places with the mask that checking every token gives. */
  readonly same: number;
}

/** Problems that a pair of models solves, paired with those of another way. */
export interface SplitRun {
  readonly problems: number;
  /** Share of the work that the large model wrote. */
  readonly largeShare: number;
  /** Percentage points of problems more than the small model alone. */
  readonly gain: Interval;
  /** Percentage points of problems more than with as much of the work handed over at random. */
  readonly overRandom: Interval;
}

/** Everything that the claims on decoding are judged by. */
export interface DecodingFound {
  /** By the ids of their methods. */
  readonly drafts: Readonly<Record<string, DraftRun>>;
  readonly skipped: SkipLosses;
  readonly segmented: GroupRun;
  readonly written: WrittenRun;
  readonly masks: MaskCounts;
  /** The learned tags at the paper's shares of the work, with every request refused, and with every one granted. */
  readonly split: Readonly<Record<"none" | "least" | "some" | "all", SplitRun>>;
}

/** Tokens of a pass that one method gives above another on the same documents, by the delta method. */
export function tokensGained({perPass: more}: DraftRun, {perPass: less}: DraftRun): Evidence {
  const [a, b] = [tokenMean(more), tokenMean(less)];
  const influence = a.influence.map((own, i) => own - b.influence[i]);
  const gained = {...influenceInterval(a.value - b.value, influence), documents: influence.length};
  return spread(SUBJECT, "tokens for each pass above those of exact acceptance", gained, "tokens");
}

/** Part of the kept share of one method that another loses on the same documents, by the delta method. */
export function acceptanceLost(lossy: DraftRun, exact: DraftRun): Spread {
  const [less, more] = [tokenMean(lossy.kept), tokenMean(exact.kept)];
  const ratio = less.value / more.value;
  const influence = less.influence.map((own, i) => (ratio * more.influence[i] - own) / more.value);
  return {...influenceInterval(1 - ratio, influence), documents: influence.length};
}

const SUBJECT = "decoder-large, test documents";

/** Documents with the very text of plain decoding, and all of them. */
export const samenessOf = (run: DraftRun): Evidence[] => [
  measured(SUBJECT, "texts that are the same", run.same, "documents"),
  measured(SUBJECT, "texts compared", run.documents, "documents"),
];

/** Tokens for each pass of the target. */
export const tokensOf = ({tokensPerPass, documents}: DraftRun): Evidence =>
  spread(SUBJECT, "tokens for each pass", {...tokensPerPass, documents}, "tokens");

/** No text may differ: `agrees` if all compared are the same, else `differs`. */
export const sameTexts: Rule = (_reported, ours): Verdict => {
  const of = (quantity: string) => ours.find((each) => each.quantity === quantity)?.value ?? null;
  const [same, all] = [of("texts that are the same"), of("texts compared")];
  if (same === null || all === null || all === 0) return "open";
  return same === all ? "agrees" : "differs";
};

/** A printed speed beside tokens of a pass, which leave out what a larger pass costs: `same direction` at most. */
export const fasterByPasses: Rule = (_reported, ours): Verdict => {
  const [tokens] = intervalsOf(ours, "tokens for each pass");
  if (tokens === undefined || Number.isNaN(tokens.low)) return "open";
  return tokens.low > 1 ? "same direction" : tokens.high < 1 ? "differs" : "open";
};

/** A printed speed beside a model of it: `agrees` within a tenth, `same direction` if faster at all, else `differs`. */
export const speedsWithin: Rule = (reported, ours): Verdict => {
  const [printed, found] = [reported, ours].map((all) => all.find(({unit}) => unit === "x")?.value ?? null);
  if (printed === null || found === null) return "open";
  if (Math.abs(found / printed - 1) <= 0.1) return "agrees";
  return found > 1 ? "same direction" : "differs";
};
