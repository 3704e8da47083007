/** Attamba's claims, judged on a small one and two transformers that were trained as long on the same documents. */

import {heldTokens} from "../../../architectures/cache-elements.js";
import type {DocumentLosses} from "../../mixers/document-losses.js";
import {ATTAMBA_CONFIG} from "../../mixers/models.js";
import type {Claim, Evidence} from "../claim.js";
import {gapPercent, intervalsOf, modelled, reported, scaled, spread} from "../evidence.js";
import {lossVerdict, notTried, reductionVerdict} from "../rules.js";

/** Id of the paper. */
const ATTAMBA = "arXiv:2411.17685";

const SUBJECT = "a model of 306 thousand parameters, chunks of 4 tokens";
const SIZES =
  "Ours are three models of about 305 thousand parameters, one training run each on the same documents in the same order, with chunks of 4 tokens and texts of 128.";

/** Perplexity that Attamba saves of a rival's, in per cent of it. */
function saved(losses: DocumentLosses, rival: "decoder-iso-kv"): Evidence {
  const gap = gapPercent(losses["attamba-small"], losses[rival]);
  const {low, high} = scaled(gap, -1);
  const turned = {...gap, value: -gap.value, low: Math.min(low, high), high: Math.max(low, high)};
  return spread(SUBJECT, "perplexity below that of a transformer with as large a cache", turned, "%");
}

/** How many times fewer keys are held of a text than it has tokens. */
function fewerKeys(tokens: number): Evidence {
  const {heads, headDim, tokenChunk, leading, chunks, scan} = ATTAMBA_CONFIG;
  const rope = {theta: 10_000, dim: headDim, pairs: "neighbours", scaling: null} as const;
  const mixer = {kind: "chunk-states", heads, headDim, tokenChunk, leading, chunks, rope, scan} as const;
  return modelled(
    `a text of ${tokens} tokens, chunks of ${tokenChunk}, the last ${leading} beside them`,
    "keys and values of a transformer as wide over those held",
    tokens / heldTokens(mixer, tokens),
    "x",
  );
}

/** Claims of Attamba. */
export const attambaClaims: readonly Claim<DocumentLosses>[] = [
  {
    id: "attamba-equal-cache",
    paper: ATTAMBA,
    place: "abstract",
    statement:
      "Its perplexity is 24 % lower than that of a transformer with a similar cache and attention footprint.",
    kind: "measured",
    reported: [reported("WikiText, width 512", "perplexity below a transformer's", 24, "%")],
    ours: (losses) => [saved(losses, "decoder-iso-kv")],
    judge: (_, ours) => reductionVerdict(intervalsOf(ours), 24),
    why: `${SIZES} The rival's attention is 16 channels wide and keeps as many numbers for a token as Attamba's paper counts; the paper's rivals also had a window.`,
  },
  {
    id: "attamba-equal-operations",
    paper: ATTAMBA,
    place: "released metrics, WikiText-2",
    statement:
      "A transformer whose attention multiplies as often reads better by a little: 32.67 against 33.54 with chunks of 4.",
    kind: "measured",
    reported: [
      reported("transformer of equal operations", "perplexity", 32.67, ""),
      reported("Attamba, chunks of 4", "perplexity", 33.54, ""),
    ],
    ours: (losses) => [
      spread(
        SUBJECT,
        "perplexity above that of a transformer of equal operations in attention",
        gapPercent(losses["attamba-small"], losses["decoder-iso-flop"]),
        "%",
      ),
    ],
    judge: (printed, ours) => {
      const [rival, own] = printed.map(({value}) => value ?? Number.NaN);
      const [gap] = intervalsOf(ours);
      return gap === undefined ? "open" : lossVerdict(gap, 100 * (own / rival - 1));
    },
    why: `${SIZES} Equal operations as the paper counts them, which leaves out most of what its state-space models multiply; both models have as many weights. A longer training could close the gap: both were still learning.`,
  },
  {
    id: "attamba-four-times",
    paper: ATTAMBA,
    place: "abstract",
    statement:
      "Keys, values and operations of attention are about 4 times fewer, for about 5 % more perplexity.",
    kind: "modelled",
    reported: [
      reported("chunks of 4 tokens", "smaller cache", 4, "x"),
      reported("100,000 steps, chunks of 4 tokens", "perplexity above a transformer's", 4.9, "%"),
    ],
    ours: () => [fewerKeys(128), fewerKeys(4096)],
    judge: notTried,
    why: "The factor follows from the rule of chunks, and the leading tokens count little in long texts. The price does not: it would need a transformer of full width trained for as many steps, which was not.",
  },
  {
    id: "attamba-cyclic",
    paper: ATTAMBA,
    place: "released metrics, chunks of 8",
    statement:
      "Chunks that end at other places in each layer read better than the same ends in all: 34.05 against 36.52.",
    kind: "open",
    reported: [
      reported("cyclic ends", "perplexity", 34.05, ""),
      reported("the same ends in all layers", "perplexity", 36.52, ""),
    ],
    ours: () => [],
    judge: notTried,
    why: "One model was trained, with cyclic ends. What other ends do to it while it reads is on the page, but it never learned with them.",
  },
];
