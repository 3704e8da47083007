import type {Claim} from "../claim.js";
import {intervalsOf, reported} from "../evidence.js";
import {orderVerdict} from "../rules.js";
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
  why: "A guess above the lesser of 0.09 and 0.3 e^-H is kept, H the entropy of the model's law at temperature 1. The texts are others than those of plain decoding; how good they are was not measured.",
};

/** Claims of what is trained beside a model to draft for it. */
export const trainedDraftClaims: readonly Claim<DecodingFound>[] = [
  medusaLossless,
  medusaSpeed,
  typicalAcceptance,
];
