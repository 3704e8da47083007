import type {Claim} from "../claim.js";
import {intervalsOf, modelled, reported} from "../evidence.js";
import {copies, notTried, orderVerdict} from "../rules.js";
import {
  type DecodingFound,
  fasterByPasses,
  samenessOf,
  sameTexts,
  tokensGained,
  tokensOf,
} from "./evidence.js";

const medusa = "arXiv:2401.10774";

const medusaLossless: Claim<DecodingFound> = {
  id: "medusa-lossless",
  paper: medusa,
  place: "abstract",
  statement: "Heads trained on a frozen model draft without any change of what it writes.",
  kind: "measured",
  reported: [reported("Vicuna 7B and 13B, Medusa-1", "no number is given", null, "")],
  ours: ({drafts}) => samenessOf(drafts.medusa),
  judge: sameTexts,
  why: "Each greedy text of our large decoder, verified exactly, is compared with that of plain decoding, token by token.",
};

const medusaSpeed: Claim<DecodingFound> = {
  id: "medusa-speed",
  paper: medusa,
  place: "abstract",
  statement: "Texts come more than 2.2 times as fast.",
  kind: "measured",
  reported: [reported("Vicuna 7B and 13B, Medusa-1", "times as fast", 2.2, "x")],
  ours: ({drafts}) => [tokensOf(drafts.medusa)],
  judge: fasterByPasses,
  why: "We count tokens for each pass and not time; a pass over a tree costs more than one over a single token. Three heads guess at most three tokens, so that a pass gives at most four.",
};

const typicalAcceptance: Claim<DecodingFound> = {
  id: "medusa-typical",
  paper: medusa,
  place: "section 2.3.1",
  statement: "Typical acceptance keeps more guesses than the model's own choices do.",
  kind: "measured",
  reported: [reported("Vicuna 7B", "no number is given in the section", null, "")],
  ours: ({drafts}) => [
    ...samenessOf(drafts["medusa-typical"]),
    tokensGained(drafts["medusa-typical"], drafts.medusa),
  ],
  judge: (_reported, ours) => orderVerdict(intervalsOf(ours, "tokens for each pass above")),
  why: "A guess above the lesser of 0.09 and 0.3 e^-H is kept, H the entropy of the model's distribution at temperature 1. The texts differ from those of plain decoding; how good they are was not measured.",
};

const ppd = "arXiv:2405.18628";

const ppdLossless: Claim<DecodingFound> = {
  id: "ppd-lossless",
  paper: ppd,
  place: "section 4",
  statement: "Guesses that the model gives at prompt tokens are verified, so that its text stays the same.",
  kind: "measured",
  reported: [reported("MobileLLaMA and Vicuna", "no number is given", null, "")],
  ours: ({drafts}) => samenessOf(drafts.ppd),
  judge: sameTexts,
  why: "Each greedy text of our large decoder with three trained prompt tokens is compared with that of plain decoding, token by token.",
};

const ppdSpeed: Claim<DecodingFound> = {
  id: "ppd-speed",
  paper: ppd,
  place: "abstract",
  statement: "Texts come up to 2.49 times as fast.",
  kind: "measured",
  reported: [reported("MobileLLaMA to Vicuna 13B", "times as fast, up to", 2.49, "x")],
  ours: ({drafts}) => [tokensOf(drafts.ppd)],
  judge: fasterByPasses,
  why: "We count tokens for each pass of at most 32 inputs and not time; the first pass of a text has no guesses, and our texts are short.",
};

/** Width and weights of Vicuna 7B, which has the sizes of Llama 2. (arXiv:2307.09288) */
const VICUNA = {width: 4096, weights: 6.74e9};
const PROMPT_TOKENS = 3;

const ppdParameters: Claim<DecodingFound> = {
  id: "ppd-parameters",
  paper: ppd,
  place: "abstract",
  statement: "0.0002 % of the parameters are trained.",
  kind: "modelled",
  reported: [reported("Vicuna 7B", "trained parameters", 0.0002, "%")],
  ours: () => [
    modelled(
      `${PROMPT_TOKENS} prompt tokens of width ${VICUNA.width}`,
      "trained parameters",
      (100 * PROMPT_TOKENS * VICUNA.width) / VICUNA.weights,
      "%",
    ),
  ],
  judge: copies(0.00005),
  why: "Three vectors as wide as the model, over 6.74 billion weights, round to the printed share. It falls with the width: for our large decoder, of width 128, it is more than a hundred times as large.",
};

const ppdOnTop: Claim<DecodingFound> = {
  id: "ppd-on-top",
  paper: ppd,
  place: "abstract",
  statement: "On top of speculative decoding it makes texts up to 1.22 times as fast.",
  kind: "open",
  reported: [reported("Vicuna with a small draft model", "times as fast, up to", 1.22, "x")],
  ours: () => [],
  judge: notTried,
  why: "The small decoder has no prompt tokens of its own here.",
};

/** Claims of what is trained beside a model to draft for it. */
export const trainedDraftClaims: readonly Claim<DecodingFound>[] = [
  medusaLossless,
  medusaSpeed,
  typicalAcceptance,
  ppdLossless,
  ppdSpeed,
  ppdParameters,
  ppdOnTop,
];
