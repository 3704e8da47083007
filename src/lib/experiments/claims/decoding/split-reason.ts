import {splitSecondsPerToken} from "../../../decoding/split-reason/split-time.js";
import type {Claim, Verdict} from "../claim.js";
import {intervalsOf, measured, modelled, reported, spread} from "../evidence.js";
import {orderVerdict, reductionVerdict} from "../rules.js";
import {type DecodingFound, type SplitRun, speedsWithin} from "./evidence.js";

const paper = "arXiv:2504.16379";
/** Tokens a second of models of 1.5 and of 32 billion parameters on an A6000, at 4 thousand tokens. (Section 3.4) */
const SPEEDS = {small: 150, large: 15};
const speedupAt = (share: number): number => 1 / SPEEDS.large / splitSecondsPerToken(share, SPEEDS);

const SUBJECT = "arithmetic-small-split and arithmetic-large, test problems";
const OTHERS =
  "Our models write worked arithmetic, where hard steps have a rule and stand in the open, not problems of AIME 2024; the small one learned its tags from true labels, without the paper's reinforcement learning. The authors have since said that bugs in the evaluation that they had adapted made the accuracies too high.";
const PAIRED = "95 %, Agresti and Min over problems";
/** Points printed at 1.35 % and at 5 % of the tokens. */
const PRINTED = {least: 24, some: 28.3};

const gainOf = (where: string, {gain, problems}: SplitRun) =>
  spread(SUBJECT, `${where}, more problems solved`, {...gain, documents: problems, method: PAIRED}, "points");
const shareOf = (where: string, {largeShare}: SplitRun) =>
  measured(SUBJECT, `${where}, share of the work by the large model`, 100 * largeShare, "%");

/** Both printed gains: `same direction` where both lie above zero and one is another than printed. */
export function gainsVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("differs")) return "differs";
  if (verdicts.includes("open")) return "open";
  return verdicts.every((verdict) => verdict === "agrees") ? "agrees" : "same direction";
}

const accuracy: Claim<DecodingFound> = {
  id: "split-reason-accuracy",
  paper,
  place: "abstract",
  statement:
    "With 1.35 % or 5 % of its tokens from a large model, a small one solves 24 or 28.3 points more of AIME 2024.",
  kind: "measured",
  reported: [
    reported("1.35 % of the tokens", "more problems solved", PRINTED.least, "points"),
    reported("5 % of the tokens", "more problems solved", PRINTED.some, "points"),
  ],
  ours: ({split: {none, least, some, all}}) => [
    gainOf("no requests", none),
    gainOf("least requests", least),
    shareOf("least requests", least),
    gainOf("some requests", some),
    shareOf("some requests", some),
    gainOf("all requests", all),
    shareOf("all requests", all),
  ],
  judge: (_reported, ours) =>
    gainsVerdict([
      reductionVerdict(intervalsOf(ours, "least requests, more"), PRINTED.least),
      reductionVerdict(intervalsOf(ours, "some requests, more"), PRINTED.some),
    ]),
  why: `Requests were refused at random until the large model wrote as much of the work as in the paper; with none granted what is left is the further training of the small model; none and all are shown and not judged. ${OTHERS}`,
};

const overRandom: Claim<DecodingFound> = {
  id: "split-reason-over-random",
  paper,
  place: "section 4, figure 5",
  statement: "At 5 % of the tokens, hand-overs that were learned solve more problems than random ones.",
  kind: "measured",
  reported: [reported("5 % of the tokens", "above random hand-overs", 8.3, "points")],
  ours: ({split: {some, all}}) => [
    spread(
      SUBJECT,
      "above random steps of the small model, learned hand-overs",
      {...some.overRandom, documents: some.problems, method: PAIRED},
      "points",
    ),
    spread(
      SUBJECT,
      "all requests granted, above as many random steps",
      {...all.overRandom, documents: all.problems, method: PAIRED},
      "points",
    ),
  ],
  judge: (_reported, ours) => orderVerdict(intervalsOf(ours, "above random")),
  why: `The random steps are those of the small model that was not trained for tags. ${OTHERS}`,
};

const speed: Claim<DecodingFound> = {
  id: "split-reason-speed",
  paper,
  place: "section 4.3",
  statement: "At 1.35 % of the tokens it writes eight to nine times as fast as the large model alone.",
  kind: "modelled",
  reported: [reported("1.35 % of the tokens from 32 billion parameters", "times as fast", 8.5, "x")],
  ours: () => [
    modelled(
      "150 and 15 tokens a second, as printed",
      "times as fast as the large model",
      speedupAt(0.0135),
      "x",
    ),
  ],
  judge: speedsWithin,
  why: "The model has each of the two read along while the other writes, so that only writing takes time. The printed range is taken at its middle.",
};

/** Claims of SplitReason. */
export const splitReasonClaims: readonly Claim<DecodingFound>[] = [accuracy, overRandom, speed];
