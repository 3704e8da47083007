import type {Claim, Verdict} from "../claim.js";
import {gapPercent, intervalsOf, reported, spread} from "../evidence.js";
import {atMostVerdict, orderVerdict, PERPLEXITY_LOST} from "../rules.js";
import type {DecodingFound} from "./evidence.js";

const SUBJECT = "decoder-large, half of the layers, tokens after the prompt";
const UNTRAINED =
  "The paper trains its models further with the rule; our decoder, trained once, was not trained for it and has few layers.";

/** Nearly no loss: `agrees` if the interval lies below the limit, `differs` if above it. */
const lossOf = (ours: Parameters<typeof intervalsOf>[0]): Verdict =>
  atMostVerdict(intervalsOf(ours, "perplexity lost"), PERPLEXITY_LOST);

const skipDecodeLoss: Claim<DecodingFound> = {
  id: "skip-decode-loss",
  paper: "arXiv:2307.02628",
  place: "abstract",
  statement:
    "Tokens may leave out more and more layers, for twice to five times the speed, with negligible loss.",
  kind: "measured",
  reported: [reported("OPT 1.3B and 6.7B", "times as fast", 2, "x")],
  ours: ({skipped: {skipDecode, whole}}) => [
    spread(SUBJECT, "perplexity lost with SkipDecode", gapPercent(skipDecode, whole), "%"),
  ],
  judge: (_reported, ours) => lossOf(ours),
  why: UNTRAINED,
};

const unifiedOrder: Claim<DecodingFound> = {
  id: "unified-skip-order",
  paper: "arXiv:2404.06954",
  place: "abstract",
  statement:
    "Leaving out the same evenly spread layers for all tokens keeps more quality than skipping that depends on the token.",
  kind: "measured",
  reported: [reported("Bloomz 7B and LLaMA 7B", "no number is in the abstract", null, "")],
  ours: ({skipped: {skipDecode, unified, whole}}) => [
    spread(SUBJECT, "above unified skipping, perplexity of SkipDecode", gapPercent(skipDecode, unified), "%"),
    spread(SUBJECT, "perplexity lost with unified skipping", gapPercent(unified, whole), "%"),
  ],
  judge: (_reported, ours) => orderVerdict(intervalsOf(ours, "above unified skipping")),
  why: `Of the rivals SkipDecode alone was run. ${UNTRAINED}`,
};

/** Claims of rules that leave layers out. */
export const skippingClaims: readonly Claim<DecodingFound>[] = [skipDecodeLoss, unifiedOrder];
