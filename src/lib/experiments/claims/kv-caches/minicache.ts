/** Claims of MiniCache, judged by our sizes and decoders. */

import {bitsSize} from "../../../engine/cache/packed-size.js";
import type {CacheSizes} from "../../../engine/cache/sizes.js";
import {miniCacheBytes} from "../../../kv/minicache/minicache-technique.js";
import {intervalsOf, modelled, reported, spread} from "../evidence.js";
import {losslessVerdict, orderVerdict} from "../rules.js";
import {
  type CacheClaim,
  FOUR_BITS,
  FULL,
  gapOf,
  having,
  LLAMA_2_7B,
  LONG,
  lossEvidence,
  lostBy,
  OUR_DECODERS,
  timesSmaller,
} from "./evidence.js";

/** Id of the paper. */
export const MINICACHE = "arXiv:2405.14366";

/** The deep half merged, one row of twenty kept. */
const deepHalf =
  (bits: number) =>
  (sizes: CacheSizes): number =>
    miniCacheBytes(sizes, LONG, {keptRows: 0.05}, bitsSize(bits));

const MERGED = ["deep half", "all layers"] as const;
const paperReading = (merged: string) => `MiniCache, ${merged}`;
const releasedReading = (merged: string) => `MiniCache, released, ${merged}`;
const DEEP_HALF = paperReading("deep half");

const size: CacheClaim = {
  id: "minicache-size",
  paper: MINICACHE,
  place: "abstract",
  statement:
    "Merging layers and four bits together make the cache up to 5.02 times smaller, nearly without loss.",
  kind: "measured",
  reads: [FULL, ...MERGED.map(paperReading)],
  reported: [
    reported("Llama-2-7B", "merged across layers", 1.53, "times"),
    reported("Llama-2-7B", "merged and in four bits", 5.02, "times"),
  ],
  ours: (found) => [
    ...(
      [
        ["deep half merged, 5 % of the rows kept", 16],
        ["the same in four bits without scales", 4],
        ["the same with scales", FOUR_BITS],
      ] as const
    ).map(([quantity, bits]) =>
      modelled("Llama-2-7B", quantity, timesSmaller(LLAMA_2_7B, deepHalf(bits)), "times"),
    ),
    ...having(found, DEEP_HALF).flatMap((one) =>
      MERGED.flatMap((merged) => lossEvidence(one, paperReading(merged))),
    ),
  ],
  judge: (_reported, ours) => losslessVerdict(ours, lostBy(DEEP_HALF).perplexity, lostBy(DEEP_HALF).answers),
  why: `${OUR_DECODERS} Half of the layers merged can at most halve their half: more than 1.33 needs more layers. Neighbouring layers of ours have keys at nearly right angles, where the paper saw high similarity in deep layers of large models. The verdict is about the deep half merged.`,
};

const rule: CacheClaim = {
  id: "minicache-rule",
  paper: MINICACHE,
  place: "section 4, against xKV's repository",
  statement:
    "Rows to keep are those that differ most; the rule that xKV's repository runs keeps the most similar ones.",
  kind: "measured",
  reads: [FULL, ...MERGED.flatMap((merged) => [paperReading(merged), releasedReading(merged)])],
  reported: [
    reported("Llama-3.1-8B-Instruct", "RULER of MiniCache as run by xKV, more layers merged", 43.8, "%"),
  ],
  ours: (found) =>
    having(found, releasedReading("all layers")).flatMap((one) =>
      MERGED.map((merged) =>
        spread(
          one.model,
          `perplexity of the released rule above the paper's, ${merged}`,
          gapOf(one, releasedReading(merged), paperReading(merged)),
          "perplexity",
        ),
      ),
    ),
  judge: (_reported, ours) => orderVerdict(intervalsOf(ours)),
  why: `${OUR_DECODERS} With all layers merged the rule of the paper loses less on the small decoder; on the large one the two do not part. The rule does not explain the collapse that xKV reports of MiniCache, which both share here.`,
};

/** Claims of MiniCache. */
export const miniCacheClaims: readonly CacheClaim[] = [size, rule];
