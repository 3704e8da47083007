/** The claim of RaZeR's first version on caches, judged by our decoders. */

import {intervalsOf, reported, spread} from "../evidence.js";
import {orderVerdict} from "../rules.js";
import {type CacheClaim, FULL, gapOf, having, lossEvidence, OUR_DECODERS} from "./evidence.js";

/** Id of the paper. */
export const RAZER_V1 = "arXiv:2501.04052v1";

const BITS = [4, 3] as const;
const float = (bits: number) => `RaZeR v1, ${bits} bits`;
const integer = (bits: number) => `integers, ${bits} bits`;

/** Claims of RaZeR's first version on caches. */
export const razerV1CacheClaims: readonly CacheClaim[] = [
  {
    id: "razer-v1-cache",
    paper: RAZER_V1,
    place: "abstract",
    statement: "A float with a special value beats an asymmetric integer for keys and values too.",
    kind: "measured",
    reads: [FULL, ...BITS.flatMap((bits) => [float(bits), integer(bits)])],
    reported: [reported("large language models", "no number of caches is in the abstract", null, "")],
    ours: (found) =>
      having(found, float(4)).flatMap((one) =>
        BITS.flatMap((bits) => [
          ...lossEvidence(one, float(bits)),
          ...lossEvidence(one, integer(bits)),
          spread(
            one.model,
            `above RaZeR's, perplexity of integers, ${bits} bits`,
            gapOf(one, integer(bits), float(bits)),
            "perplexity",
          ),
        ]),
      ),
    judge: (_reported, ours) => orderVerdict(intervalsOf(ours, "above ")),
    why: `${OUR_DECODERS} Keys after rotary and values of a token share one scale of 32 numbers, all that a layer of ours has; how the paper groups a cache is not in what we could read. Every token reads the rounded cache.`,
  },
];
