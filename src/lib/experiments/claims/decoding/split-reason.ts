import {splitSecondsPerToken} from "../../../decoding/split-reason/split-time.js";
import type {Claim} from "../claim.js";
import {modelled, reported} from "../evidence.js";
import {notTried} from "../rules.js";
import {type DecodingFound, speedsWithin} from "./evidence.js";

const paper = "arXiv:2504.16379";
/** Tokens a second of models of 1.5 and of 32 billion parameters on an A6000, at 4 thousand tokens. (Section 3.4) */
const SPEEDS = {small: 150, large: 15};
const speedupAt = (share: number): number => 1 / SPEEDS.large / splitSecondsPerToken(share, SPEEDS);

const accuracy: Claim<DecodingFound> = {
  id: "split-reason-accuracy",
  paper,
  place: "abstract",
  statement:
    "With 1.35 % or 5 % of its tokens from a large model, a small one solves 24 or 28.3 points more of AIME 2024.",
  kind: "open",
  reported: [
    reported("1.35 % of the tokens", "more problems solved", 24, "points"),
    reported("5 % of the tokens", "more problems solved", 28.3, "points"),
  ],
  ours: () => [],
  judge: notTried,
  why: "Neither model nor problems were run here. The authors have since said that bugs in the evaluation that they had adapted made the accuracies too high.",
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
export const splitReasonClaims: readonly Claim<DecodingFound>[] = [accuracy, speed];
