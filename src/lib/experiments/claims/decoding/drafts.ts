import type {Claim} from "../claim.js";
import {reported} from "../evidence.js";
import {notTried} from "../rules.js";
import {type DecodingFound, fasterByPasses, samenessOf, sameTexts, tokensOf} from "./evidence.js";

const speculative: Claim<DecodingFound> = {
  id: "speculative-lossless",
  paper: "arXiv:2211.17192",
  place: "abstract",
  statement: "A smaller model may draft without any change of what the large one writes.",
  kind: "measured",
  reported: [reported("T5 and LaMDA", "no number is given", null, "")],
  ours: ({drafts: runs}) => [
    ...samenessOf(runs["speculative-sampling"]),
    tokensOf(runs["speculative-sampling"]),
  ],
  judge: sameTexts,
  why: "Greedy texts of our large decoder with drafts of the small one. For drawn tokens, equality of the distributions is proved, and tested to 1e-12 on random distributions.",
};

const recyclingLossless: Claim<DecodingFound> = {
  id: "token-recycling-lossless",
  paper: "arXiv:2408.08696",
  place: "section 3",
  statement: "Drafts from candidates of earlier passes do not change what the model writes.",
  kind: "measured",
  reported: [reported("Vicuna and Code Llama", "no number is given", null, "")],
  ours: ({drafts: runs}) => [...samenessOf(runs["token-recycling"])],
  judge: sameTexts,
  why: "Each greedy text of our large decoder is compared with that of plain decoding, token by token.",
};

const recyclingSpeed: Claim<DecodingFound> = {
  id: "token-recycling-speed",
  paper: "arXiv:2408.08696",
  place: "abstract",
  statement: "With less than 2 MB beside the model, texts come about twice as fast.",
  kind: "measured",
  reported: [reported("models of 7 to 33 billion parameters", "times as fast", 2, "x")],
  ours: ({drafts: runs}) => [tokensOf(runs["token-recycling"])],
  judge: fasterByPasses,
  why: "We count tokens for each pass and not time; a pass over 80 drafts costs more than one over a single token, so that the printed speed is below the tokens of a pass. Our template is our own, from sums of ranks, and our texts are short: the table of candidates begins empty with each.",
};

const recyclingRivals: Claim<DecodingFound> = {
  id: "token-recycling-rivals",
  paper: "arXiv:2408.08696",
  place: "abstract",
  statement:
    "It is 30 % faster than methods without training and 25 % faster than one that is widely trained.",
  kind: "open",
  reported: [
    reported("against methods without training", "faster", 30, "%"),
    reported("against a trained method", "faster", 25, "%"),
  ],
  ours: () => [],
  judge: notTried,
  why: "Its rivals, Lookahead, prompt lookup and Medusa, were not run.",
};

/** Claims of methods that draft with a smaller model, or with none. */
export const draftClaims: readonly Claim<DecodingFound>[] = [
  speculative,
  recyclingLossless,
  recyclingSpeed,
  recyclingRivals,
];
