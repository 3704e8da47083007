import {DIRECTIONS} from "../../../src/lib/engine/vision/cross-scan.js";
import {quantization} from "../../../src/lib/experiments/ssm/quantization.js";
import {CALIBRATION_TEXTS} from "../../../src/lib/experiments/ssm/quantized-quality.js";
import {PICTURE_CLASSES} from "../../../src/lib/tasks/pictures/picture-classes.js";
import {values} from "../../../src/lib/tasks/vocabulary.js";
import {defined, example, held, type KnownNumbers} from "./known.js";
import {capital, configOf, file, large, seeds, shareOf, small, testDocuments, word} from "./sizes.js";

const stepsOf = (model: string): string =>
  /Last run: (\d+) steps/.exec(file(`src/data/models/${model}/README.md`))![1];

const mamba1 = configOf("mamba1-small");

const mamba2 = configOf("mamba2-small");

const inner = (config: Record<string, number>): number => config.hidden_size * config.expand;

/** Numbers of a layer's scan state. */
const stateOf = (config: Record<string, number>): number => inner(config) * config.state_size;

/** Numbers of a layer's state and of the inputs that its convolution still needs. */
const memoryOf2 =
  stateOf(mamba2) + (mamba2.conv_kernel - 1) * (inner(mamba2) + 2 * mamba2.n_groups * mamba2.state_size);

const cachedPerToken = 2 * small.num_key_value_heads * small.head_dim;

/** Known numbers of the pages in src/ssm. */
export const SSM_NUMBERS: KnownNumbers = {
  "src/ssm/quantizing.md": [
    ...example(
      "Eight ordinary values",
      "Four values in Hadamard space",
      "Hadamard transform of four values is four sums",
    ),
    ...defined(
      "int8 has 127 steps",
      "the largest over 127",
      "divided by 2; applied twice",
      "half its size",
      "4-bit weights",
      "GPTQ for 4 bits",
    ),
    ...held(
      testDocuments(quantization.params.documents.default, true),
      `${CALIBRATION_TEXTS} training documents`,
    ),
  ],
  "src/ssm/state-against-cache.md": [
    ...example(
      "Eight facts in four numbers",
      "A state of four numbers",
      "divided by four",
      "Four keys can be orthogonal; a fifth",
    ),
    ...held(
      `for ${mamba2.head_dim} values at once and with keys of ${mamba2.state_size} numbers`,
      capital(seeds),
      `has ${shareOf(stateOf(mamba1) / stateOf(mamba2))} of its state`,
      `trained on ${small.max_position_embeddings} tokens, the large one on ${large.max_position_embeddings}`,
      `as much memory as ${Math.round(memoryOf2 / cachedPerToken)} tokens`,
      `for ${stepsOf("decoder-small")} steps and the others for ${stepsOf("mamba1-small")}`,
      `once in ${values.size ** 2} times`,
    ),
  ],
  "src/ssm/the-scan.md": [
    ...example(
      "Eight tokens, one channel",
      "each with 256 numbers of state",
      "Eight of them are shown",
      "the state size, here 1",
    ),
    ...defined(
      "a Δ near 0",
      "*1-semiseparable*",
      "All three compute",
      "never more than 1",
      "at most 1",
      "half-life",
      "forms of three scans",
    ),
    ...held(`${word(mamba1.state_size)} decays, so a layer holds ${inner(mamba1)} memories`),
  ],
  "src/ssm/averaging-channels.md": [
    ...example("Three channels by hand"),
    ...held(
      `in ${word(DIRECTIONS)} orders`,
      `${PICTURE_CLASSES.length === 10 ? "ten" : PICTURE_CLASSES.length} kinds of shapes`,
      `${capital(seeds)} choose the layers`,
    ),
  ],
};
