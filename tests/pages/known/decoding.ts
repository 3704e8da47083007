import {sliding} from "../../../src/lib/decoding/hamburger/segmentation.js";
import {CACHED_TOKENS} from "../../../src/lib/experiments/decoding/offload.js";
import {CHUNK} from "../../../src/lib/experiments/decoding/split-policies.js";
import {defined, held, type KnownNumbers, reported} from "./known.js";

/** Known numbers of the pages in src/decoding. */
export const DECODING_NUMBERS: KnownNumbers = {
  "src/decoding/drafting-and-verifying.md": [
    ...defined("in one pass", "probability min(1, p / q)"),
    ...held(`sliding groups at ${sliding.confidence}`),
  ],
  "src/decoding/skipping-layers.md": [...held("The first half of each is the prompt")],
  "src/decoding/who-should-think.md": [
    ...held(`Chunks have ${CHUNK} characters`),
    ...reported(
      "arXiv:2504.16379, sections 3.1 and 4",
      "64 tokens",
      "AIME 2024",
      "1.5 to 32 billion parameters",
    ),
  ],
  "src/decoding/weights-over-a-slow-link.md": [
    ...reported("arXiv:2509.18344, section 3", "one token as for three hundred"),
    ...held(`the keys and values of ${CACHED_TOKENS} tokens`),
  ],
};
