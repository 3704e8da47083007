import type {Claim} from "../claim.js";
import {gapPercent, intervalsOf, reported, spread, type TextLosses} from "../evidence.js";
import {atMostVerdict, orderVerdict, PERPLEXITY_LOST} from "../rules.js";

/** Losses of a decoder on test documents: whole, without half of its weights, and with half of its heads and channels. */
export type PrunedLosses = Readonly<
  Record<"whole" | "magnitude" | "wanda" | "sparsegpt" | "wandaUnits" | "flap", TextLosses>
>;

/** Runs that the claims on sparse weights are judged by. */
export interface SparseFound {
  readonly pruned: Readonly<Record<"small" | "large", PrunedLosses>>;
}

const MODELS = ["small", "large"] as const;
const OURS =
  "The papers prune models of billions of weights; ours have a few hundred thousand to two million and were each trained once.";

/** Claims of methods that choose which weights go. */
export const pruningClaims: readonly Claim<SparseFound>[] = [
  {
    id: "wanda-over-magnitude",
    paper: "arXiv:2306.11695",
    place: "abstract",
    statement:
      "Weights chosen by magnitude times the size of the input leave a better model than by magnitude.",
    kind: "measured",
    reported: [reported("LLaMA and LLaMA 2", "no number is in the abstract", null, "")],
    ours: ({pruned}) =>
      MODELS.map((model) =>
        spread(
          `decoder-${model}, half of the weights`,
          "above Wanda, perplexity by magnitude",
          gapPercent(pruned[model].magnitude, pruned[model].wanda),
          "%",
        ),
      ),
    judge: (_reported, ours) => orderVerdict(intervalsOf(ours, "above Wanda")),
    why: OURS,
  },
  {
    id: "sparsegpt-half",
    paper: "arXiv:2301.00774",
    place: "abstract",
    statement:
      "Half of a large model's weights can go in one shot, without training, at minimal loss of accuracy.",
    kind: "measured",
    reported: [reported("large GPT models", "weights that go", 50, "%")],
    ours: ({pruned}) => [
      spread(
        "decoder-large, half of the weights",
        "perplexity lost",
        gapPercent(pruned.large.sparsegpt, pruned.large.whole),
        "%",
      ),
      spread(
        "decoder-small, half of the weights",
        "the small one's perplexity lost",
        gapPercent(pruned.small.sparsegpt, pruned.small.whole),
        "%",
      ),
    ],
    judge: (_reported, ours) => atMostVerdict(intervalsOf(ours, "perplexity lost"), PERPLEXITY_LOST),
    why: `The claim is about large models, so it is judged on the larger of ours, which has weights to spare; the smaller has not. ${OURS}`,
  },
  {
    id: "flap-over-wanda",
    paper: "arXiv:2312.11983",
    place: "abstract",
    statement:
      "Heads and channels chosen by fluctuation, with a bias for what goes, leave a better model than structured Wanda and LLM-Pruner, without training.",
    kind: "measured",
    reported: [reported("LLaMA and Vicuna", "no number is in the abstract", null, "")],
    ours: ({pruned}) =>
      MODELS.map((model) =>
        spread(
          `decoder-${model}, half of heads and channels`,
          "above FLAP, perplexity by structured Wanda",
          gapPercent(pruned[model].wandaUnits, pruned[model].flap),
          "%",
        ),
      ),
    judge: (_reported, ours) => orderVerdict(intervalsOf(ours, "above FLAP")),
    why: `LLM-Pruner, which needs gradients, was not run. Our heads share keys and values, so few units of attention can be chosen. ${OURS}`,
  },
];
