/** A claim of CSKV, judged by our sizes and a decoder. */

import {bitsSize} from "../../../engine/cache/packed-size.js";
import {cskvBytes} from "../../../kv/cskv/cskv-technique.js";
import {modelled, reported} from "../evidence.js";
import {losslessVerdict} from "../rules.js";
import {
  type CacheClaim,
  FOUR_BITS,
  FULL,
  having,
  LONG,
  layersOf,
  lossEvidence,
  lostBy,
  OUR_DECODERS,
  timesSmaller,
} from "./evidence.js";

/** Id of the paper. */
export const CSKV = "arXiv:2409.10593";

/** A fifth of 4000 features, the newest 32 tokens whole. */
const SIZES = {rankOf: () => 800, window: 32, residual: 32};
const saving = (bits: number): number =>
  100 * (1 - 1 / timesSmaller(layersOf(32, 4000), (sizes) => cskvBytes(sizes, LONG, SIZES, bitsSize(bits))));

const OURS = "a fifth of the features";

/** Claims of CSKV. */
export const cskvClaims: readonly CacheClaim[] = [
  {
    id: "cskv",
    paper: CSKV,
    place: "abstract",
    statement: "Fewer channels make the cache 80 % smaller, in four bits 95 %, and long contexts still work.",
    kind: "measured",
    reads: [FULL, "CSKV"],
    reported: [
      reported("LongChat, Mistral", "smaller cache", 80, "%"),
      reported("LongChat, Mistral", "smaller cache, features in four bits", 95, "%"),
    ],
    ours: (found) => [
      modelled(OURS, "smaller", saving(16), "%"),
      modelled(OURS, "smaller in four bits, scales not counted", saving(4), "%"),
      modelled(OURS, "smaller in four bits, scales counted", saving(FOUR_BITS), "%"),
      ...having(found, "CSKV").flatMap((each) => lossEvidence(each, "CSKV")),
    ],
    judge: (_reported, ours) => losslessVerdict(ours, lostBy("CSKV").perplexity, lostBy("CSKV").answers),
    why: `${OUR_DECODERS} The sizes follow, without scales. Ours fits its factors by least squares to a few documents where the paper trains them, keeps no window of whole tokens, and a layer has 32 channels instead of thousands, of which a fifth is six.`,
  },
];
