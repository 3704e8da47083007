import {policies} from "../../../src/lib/experiments/attention/policies.js";
import {smallCaches} from "../../../src/lib/experiments/kv/small-caches.js";
import {LEAST_UNITS} from "../../../src/lib/stats/interval.js";
import {vocabulary} from "../../../src/lib/tasks/vocabulary.js";
import {defined, example, held, type KnownNumbers, reported} from "./known.js";
import {capital, large, seeds, shareOf, small, word} from "./sizes.js";

/** Known numbers of the pages in src/kv. */
export const CACHE_NUMBERS: KnownNumbers = {
  "src/kv/how-long-a-context.md": [
    ...held(
      `groups of 32, with a scale and a minimum of 16 bits each, are ${2 + (16 + 16) / 32} bits a number`,
    ),
    ...reported("arXiv:2503.18893, figures of RULER", "64 thousand tokens"),
  ],
  "src/kv/sharing-across-layers.md": [
    ...example(
      "Three tokens, two layers of two channels",
      "their cosine is 0",
      "a matrix of 3 x 4, and one basis of three numbers",
    ),
    ...example("reproduces all twelve", "rank 1 is no longer enough"),
    ...held(
      `test documents of ${seeds}`,
      `documents of ${small.max_position_embeddings} or ${large.max_position_embeddings} tokens`,
    ),
    ...defined("packed in sixteen bits", "at most half of what it merges"),
    ...reported("arXiv:2503.18893, figures of RULER", "at 64 thousand tokens"),
  ],
  "src/kv/small-caches.md": [
    ...held(
      `${shareOf(smallCaches.params.prefillShare.default)} of a test document`,
      `scored, on ${seeds}`,
      `Heads of ${small.head_dim} numbers`,
      `adds ${16 / small.head_dim} bit a number here, and ${16 / 128} bits where heads are 128 wide`,
      `fewer than ${word(LEAST_UNITS)} documents`,
      `the ${seeds} separately`,
    ),
    ...held(`${capital(word(small.head_dim))} numbers, the key of one token in one head`),
  ],
  "src/kv/which-tokens-matter.md": [
    ...example("One query, six keys"),
    ...held(
      `The model has ${vocabulary.length} words`,
      `the first ${word(policies.params.sinks.default)} tokens stay visible`,
      `the second ${shareOf(1 - policies.params.prompt.default)} of each is scored`,
      `the first ${shareOf(policies.params.prompt.default)} is the prompt`,
    ),
    ...reported(
      "ablation_results in the repository of arXiv:2503.07518",
      "at half of the keys, reported: perplexity 7.38 with TokenButler, 35.4 with Quest on pages of 16",
    ),
    ...defined(
      "set the sinks to 0",
      "the more important half of all tokens",
      "a random choice finds one half",
    ),
  ],
};
