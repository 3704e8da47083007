import {TRAFFIC_STEPS} from "../../../src/lib/experiments/mixers/flash-rnn.js";
import {RIVALS} from "../../../src/lib/experiments/mixers/models.js";
import {
  TRACKING_HEADS,
  TRACKING_TASKS,
  TRAINING_SEEDS,
} from "../../../src/lib/experiments/mixers/tracking-models.js";
import {MATCHING_WIDTH} from "../../../src/lib/mixers/kronecker/match-three.js";
import {defined, held, type KnownNumbers, reported} from "./known.js";
import {word} from "./sizes.js";

/** Known numbers of the pages in src/mixers. */
export const MIXER_NUMBERS: KnownNumbers = {
  "src/mixers/chunks-instead-of-tokens.md": [
    ...defined("two small state-space models", "the two state-space models"),
    ...held(`${word(RIVALS.length)} transformers with as many weights`),
  ],
  "src/mixers/recurrence-without-attention.md": [
    ...held(
      `the orders of ${word(TRACKING_TASKS.s3)} letters`,
      `one layer with ${word(TRACKING_HEADS)} heads, the rivals two layers`,
      `pooled over ${word(TRAINING_SEEDS.length)} trainings`,
      `a text of ${TRAFFIC_STEPS} steps`,
    ),
    ...defined("every input to eight bits", "in the second half of a word", "states in 16 bits"),
  ],
  "src/mixers/attention-over-codes-and-pairs.md": [
    ...held(`a head of ${word(MATCHING_WIDTH)} channels`),
    ...reported("Horowitz, ISSCC 2014", "chips of 45 nm"),
  ],
};
