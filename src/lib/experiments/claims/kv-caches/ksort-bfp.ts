/** A claim of K-sort, judged by our sizes and decoders. */

import {blockFloatBitsPerValue} from "../../../kv/ksort-bfp/ksort-bfp.js";
import {gapPercent, intervalsOf, modelled, on, reported, spread} from "../evidence.js";
import {atMostVerdict, orderVerdict} from "../rules.js";
import {type CacheClaim, type Found, FULL, having, OUR_DECODERS} from "./evidence.js";

/** Id of the paper. */
export const KSORT = "arXiv:2403.20137";

/** Bits of the mantissas: seven make half of sixteen with a shared exponent for eight values, four show more. */
const BITS = [7, 4] as const;
const unsorted = (bits: number) => `BFP keys, ${bits} bits`;
const sorted = (bits: number) => `BFP keys, ${bits} bits, sorted`;
const LOST = (bits: number) => `perplexity lost by sorted keys, ${bits} bits`;
const HELPED = (bits: number) => `perplexity of unsorted keys above sorted ones', ${bits} bits`;

/** Per cent of perplexity that is no significant degradation. */
const SIGNIFICANT = 1;

function sortingEvidence({model, scores}: Found) {
  const gap = (worse: string, better: string) => gapPercent(scores[worse], scores[better]);
  return BITS.flatMap((bits) => [
    spread(model, LOST(bits), gap(sorted(bits), FULL), "%"),
    spread(model, `perplexity lost by unsorted keys, ${bits} bits`, gap(unsorted(bits), FULL), "%"),
    spread(model, HELPED(bits), gap(unsorted(bits), sorted(bits)), "%"),
  ]);
}

/** Claims of K-sort. */
export const ksortClaims: readonly CacheClaim[] = [
  {
    id: "ksort-bfp",
    paper: KSORT,
    place: "abstract",
    statement: "Sorting the channels of keys makes block floating point good enough for half the memory.",
    kind: "measured",
    reads: [FULL, ...BITS.flatMap((bits) => [unsorted(bits), sorted(bits)])],
    reported: [reported("Llama-2-7B", "less memory for the cache", 2, "times")],
    ours: (found) => [
      modelled(
        "seven-bit mantissas, blocks of 8",
        "less memory than 16 bits",
        16 / blockFloatBitsPerValue({blockSize: 8, bits: 7}),
        "times",
      ),
      ...having(found, sorted(7)).flatMap(sortingEvidence),
    ],
    judge: (_reported, ours) => {
      const isGoodEnough = atMostVerdict(intervalsOf(ours, LOST(7)), SIGNIFICANT);
      if (isGoodEnough !== "agrees") return isGoodEnough;
      const outliers = on(ours, (subject) => subject.endsWith("outliers"));
      const helped = orderVerdict(intervalsOf(outliers, HELPED(7)));
      // Good enough, and sorting is the reason: the claim. Good enough either way: half of it.
      return helped === "open" ? "same direction" : helped;
    },
    why: `${OUR_DECODERS} The verdict is at half of 16 bits, where the paper claims it: sorted keys may lose at most 1 % of perplexity, and where channels stand out unsorted ones must lose more. Only keys are rounded. Four bits are shown beside it.`,
  },
];
