import type {Claim, Evidence, Verdict} from "../claim.js";
import {intervalsOf, measured, modelled, reported, spread, valuesOf} from "../evidence.js";
import {atMostVerdict, PERPLEXITY_LOST} from "../rules.js";
import type {DecodingFound} from "./evidence.js";

const GROUPS = "decoder-large, test documents, sliding rule at the paper's threshold";
const WRITTEN = "decoder-large trained further, greedy, confidence 0.9 as in the authors' code";

const paper = "arXiv:2505.20438";

const cache: Claim<DecodingFound> = {
  id: "hamburger-cache",
  paper,
  place: "abstract",
  statement: "Several tokens share an entry of the cache, which takes up to half of its computation.",
  kind: "measured",
  reported: [reported("Llama 3.2 1B", "reduction of the cache's computation, up to", 2, "x")],
  ours: ({segmented: {documents, foreseen, ...tokens}, written}) => [
    spread(
      WRITTEN,
      "tokens of an entry, written",
      {...written.tokens, documents: written.documents},
      "tokens",
    ),
    spread(GROUPS, "tokens of an entry, as taught", {...tokens, documents}, "tokens"),
    measured(
      GROUPS,
      "joined tokens that the model would have written",
      foreseen === null ? null : 100 * foreseen,
      "%",
    ),
  ],
  judge: (_reported, ours): Verdict => {
    const [tokens] = intervalsOf(ours, "tokens of an entry, written");
    if (tokens === undefined || Number.isNaN(tokens.low)) return "open";
    return tokens.low > 1 ? "same direction" : tokens.high <= 1 ? "differs" : "open";
  },
  why: "Prompts keep an entry for each token, in the paper and here; so many tokens share one in what is written. Whether the text is as good is another claim.",
};

const speed: Claim<DecodingFound> = {
  id: "hamburger-speed",
  paper,
  place: "abstract",
  statement: "It writes up to twice as many tokens a second and keeps the quality.",
  kind: "measured",
  reported: [reported("Llama 3.2 1B", "times as fast, up to", 2, "x")],
  ours: ({written}) => [
    modelled(
      WRITTEN,
      "times as fast, if a step takes the time to read its weights",
      1 / written.weightsRead,
      "x",
    ),
    spread(WRITTEN, "perplexity lost", {...written.perplexityLost, documents: written.documents}, "%"),
    measured(WRITTEN, "tokens that the model itself would have written there", 100 * written.own, "%"),
  ],
  judge: (_reported, ours): Verdict => fastAndAsGood(ours),
  why: "The paper's model has a billion parameters and was trained on a large mix of instructions; ours had minutes of training on generated documents. Perplexity is that of the written texts by the published decoder, beside that of its own texts.",
};

/** Of a speed with the quality kept: `differs` where quality is lost or nothing is faster, else `same direction` at most. */
function fastAndAsGood(ours: readonly Evidence[]): Verdict {
  const quality = atMostVerdict(intervalsOf(ours, "perplexity lost"), PERPLEXITY_LOST);
  const [times = Number.NaN] = valuesOf(ours, "times as fast");
  if (quality === "differs" || times < 1) return "differs";
  return quality === "agrees" && times > 1 ? "same direction" : "open";
}

/** Claims of HAMburger. */
export const hamburgerClaims: readonly Claim<DecodingFound>[] = [cache, speed];
