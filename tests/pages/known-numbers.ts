import {readFileSync} from "node:fs";
import {SIDE} from "../../src/components/by-hand/accel/one-product.js";
import {BLOCK} from "../../src/components/by-hand/formats/one-block.js";
import {COLUMNS, ROWS} from "../../src/components/by-hand/sparse/pruned-block.js";
import {KINETICS_BYTES_PER_VALUE} from "../../src/lib/accel/kinetics.js";
import {KNOWN_LAYOUTS} from "../../src/lib/accel/tilus/layout-text.js";
import {sliding} from "../../src/lib/decoding/hamburger/segmentation.js";
import {DIRECTIONS} from "../../src/lib/engine/vision/cross-scan.js";
import {EVAL_SEEDS} from "../../src/lib/evaluate/eval-texts.js";
import {systolic} from "../../src/lib/experiments/accel/systolic.js";
import {policies} from "../../src/lib/experiments/attention/policies.js";
import {CACHED_TOKENS} from "../../src/lib/experiments/decoding/offload.js";
import {CHUNK} from "../../src/lib/experiments/decoding/split-policies.js";
import type {twoAndThreeValues} from "../../src/lib/experiments/formats/two-and-three-values.js";
import {smallCaches} from "../../src/lib/experiments/kv/small-caches.js";
import {TRAFFIC_STEPS} from "../../src/lib/experiments/mixers/flash-rnn.js";
import {RIVALS} from "../../src/lib/experiments/mixers/models.js";
import {
  TRACKING_HEADS,
  TRACKING_TASKS,
  TRAINING_SEEDS,
} from "../../src/lib/experiments/mixers/tracking-models.js";
import {formatsOnModel} from "../../src/lib/experiments/models/formats-on-model.js";
import {rateDistortion} from "../../src/lib/experiments/scenes/rate-distortion.js";
import {prunedParams} from "../../src/lib/experiments/sparse/pruned-models.js";
import {quantization} from "../../src/lib/experiments/ssm/quantization.js";
import {CALIBRATION_TEXTS} from "../../src/lib/experiments/ssm/quantized-quality.js";
import {MATCHING_WIDTH} from "../../src/lib/mixers/kronecker/match-three.js";
import {shapeFamilies} from "../../src/lib/scenes/grammar/registry.js";
import {LEVELS} from "../../src/lib/scenes/grammar/values.js";
import {VIEWS} from "../../src/lib/scenes/silhouette.js";
import {TILE_OUTPUTS, TILE_ROWS} from "../../src/lib/sparse/bitmap/tile-order.js";
import {LEAST_UNITS} from "../../src/lib/stats/interval.js";
import {PICTURE_CLASSES} from "../../src/lib/tasks/pictures/picture-classes.js";
import {values, vocabulary} from "../../src/lib/tasks/vocabulary.js";
import {keptRows} from "./kept.js";

/** Seeds of each training in few bits, as the kept rows have them. */
const TRAINING_RUN_SEEDS = keptRows<typeof twoAndThreeValues>("formats/two-and-three-values").at(-1)!.seeds;

/** Numbers that a page may hold in its prose, and the reason: the piece of text around them as it stands on the page. */
export interface Known {
  readonly says: string;
  readonly why: string;
}

const DEFINED = "follows from a definition or from arithmetic in the sentence";
const EXAMPLE = "an example that the page itself makes";
const HELD = "computed by this test from the library or from the models' files";

const because =
  (why: string) =>
  (...pieces: readonly string[]): Known[] =>
    pieces.map((says) => ({says, why}));
const defined = because(DEFINED);
const example = because(EXAMPLE);
const held = because(HELD);
const reported = (source: string, ...pieces: readonly string[]): Known[] =>
  because(`reported: ${source}`)(...pieces);

const WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const word = (n: number): string => (n === 16 ? "sixteen" : (WORDS[n] ?? String(n)));
const capital = (text: string): string => text[0].toUpperCase() + text.slice(1);

const file = (path: string): string => readFileSync(path, "utf8");
const configOf = (model: string): Record<string, number> =>
  JSON.parse(file(`src/data/models/${model}/config.json`));
const stepsOf = (model: string): string =>
  /Last run: (\d+) steps/.exec(file(`src/data/models/${model}/README.md`))![1];
/** Digits to which a golden file is held. */
const digitsOf = (name: string, kind: "rel" | "abs"): number =>
  Math.round(-Math.log10(JSON.parse(file(`tests/golden/accelerators/${name}.json`)).tolerance["*"][kind]));

const small = configOf("decoder-small");
const large = configOf("decoder-large");
const mamba1 = configOf("mamba1-small");
const mamba2 = configOf("mamba2-small");

const parametersOfSmall = Number(
  /decoder of ([\d,]+) parameters/.exec(file("src/data/models/decoder-small/README.md"))![1].replace(",", ""),
);
const smallDecoder = `${10 * Math.round(parametersOfSmall / 1e4)} thousand parameters`;
const seeds = `${word(EVAL_SEEDS.length)} seeds`;
const shareOf = (fraction: number): string =>
  ({0.25: "a quarter", 0.5: "half", 0.75: "three quarters"})[fraction]!;

const checkpointRun = file("src/components/by-hand/checkpoint/checkpoint-run.ts");
/** Bytes of weights of a model that the page on a reader's checkpoint runs. */
const runBytes = Number(/^const MEMORY = ([\de]+);/m.exec(checkpointRun)![1]);

const kinds = word(shapeFamilies.ids.length);

const inner = (config: Record<string, number>): number => config.hidden_size * config.expand;
/** Numbers of a layer's scan state. */
const stateOf = (config: Record<string, number>): number => inner(config) * config.state_size;
/** Numbers of a layer's state and of the inputs that its convolution still needs. */
const memoryOf2 =
  stateOf(mamba2) + (mamba2.conv_kernel - 1) * (inner(mamba2) + 2 * mamba2.n_groups * mamba2.state_size);
const cachedPerToken = 2 * small.num_key_value_heads * small.head_dim;

function testDocuments(perSeed: number, inWords: boolean): string {
  const each = inWords ? word(perSeed) : perSeed;
  const all = perSeed * EVAL_SEEDS.length;
  return `${all} test documents of ${small.max_position_embeddings} tokens, ${each} for each of ${seeds}`;
}

/** The known numbers of every page. */
export const KNOWN: Readonly<Record<string, readonly Known[]>> = {
  "src/index.md": [...held(smallDecoder), ...defined("one of three kinds")],
  "src/benchmarks.md": defined(
    "A ratio above 1 means",
    "below 1 that the other",
    "vectors of 128 bits",
    "rounded to 8 bits first",
    "whose weights are 16-bit floats",
  ),
  "src/claims.md": [
    ...held(`second ${shareOf(1 - policies.params.prompt.default)} of each test document`),
    ...defined("**3D objects**"),
    ...held(`${word(TRAINING_SEEDS.length)} trainings each`),
  ],
  "src/formats/block-scaling.md": [
    ...defined(
      "Four bits have only sixteen values",
      "The four bits of E2M1 are 16 codes for 15 values",
      "code of the second one, 1000",
    ),
    ...defined("it tries all four", "A magnitude of 5 fills", "the one between 4 and 6; a magnitude above 6"),
    ...held(`${capital(word(BLOCK))} numbers are drawn`),
    ...example("fifteen neighbours"),
  ],
  "src/formats/outliers-and-victims.md": defined(
    "FP6 has a range of its own",
    "FP6 rounds weights alone",
    "in half precision",
    "Six bits in two streams",
    "A code of six bits",
    "FP6 is stored in two streams instead, of four bits and of two",
    "among those of a half",
  ),
  "src/formats/choose.md": [
    ...held(smallDecoder),
    ...defined("6 dB are about one bit", "6 dB higher means half the error"),
    ...defined(
      "4-bit codes with an 8-bit scale for every 32 elements are 4.25 bits, for every 16 elements 4.5",
    ),
  ],
  "src/formats/number-formats.md": defined("three fields", "largest value is 1", "at most half the distance"),
  "src/models/formats-on-a-working-model.md": [
    ...held(
      `each of its ${small.vocab_size} words`,
      `${Math.log(small.vocab_size).toFixed(1)} nats for a uniform guess`,
      `over all ${small.vocab_size} words`,
      `ln ${values.size} = ${Math.log(values.size).toFixed(1)} nats`,
      testDocuments(formatsOnModel.params.documents.default, false),
      smallDecoder,
    ),
    ...defined(
      "0 for a certain prediction",
      "0 only if nothing has changed",
      "all seven projections",
      "4-bit products",
    ),
  ],
  "src/models/your-checkpoint.md": [
    ...held(`up to ${runBytes / 4e6} million parameters (${runBytes / 1e6} MB as float32`),
    // Weights as read, transformed, in a form of the kernels, and in the format that is tried.
    ...defined("about four times as much while it runs"),
    ...held("each matrix of more than a million numbers"),
  ],
  "src/models/inside-the-model.md": held(
    `A decoder of ${word(small.num_hidden_layers)} layers`,
    `its ${vocabulary.length} words`,
  ),
  "src/decoding/drafting-and-verifying.md": [
    ...defined("in one pass", "probability min(1, p / q)"),
    ...held(`sliding groups at ${sliding.confidence}`),
  ],
  "src/sparse/which-weights-can-go.md": [
    ...held(
      `A layer of ${word(ROWS)} outputs and ${word(COLUMNS)} inputs`,
      `for ${word(prunedParams.calibrations.default)} draws of calibration documents`,
    ),
    ...defined(
      "2:4 means that of every four neighbours in a row two stay",
      "at least one such group and one channel",
    ),
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
  "src/regress/numbers-as-tokens.md": [
    ...defined(
      "**P10**: a sign",
      "a power of ten that they are multiplied by",
      "after the digits a power of ten",
    ),
  ],
  "src/regress/which-estimator.md": [
    ...defined(
      "can move an answer by a factor of ten",
      "wrong first digit or power of ten",
      "half of the samples may be wild",
    ),
  ],
  "src/scenes/words-instead-of-triangles.md": [
    ...held(
      `each of ${kinds} kinds of objects`,
      `all ${kinds} kinds, drawn with ${word(rateDistortion.params.seeds.default)} seeds`,
      `kinds of objects than ${kinds}`,
      `on ${word(LEVELS)} levels`,
      `from ${word(VIEWS.length)} sides`,
    ),
    ...defined("an image-to-3D model", "Three distances, one plotted", "half the sum of both directions"),
  ],
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
  "src/formats/training-in-four-bits.md": [
    ...defined(
      "title: Training in four bits",
      "products of four bits",
      "all of them to four bits",
      "two or three values",
      "Two and three values",
      "four thirds of it times -1, 0 and 1",
    ),
    ...held(`small decoders, ${word(TRAINING_RUN_SEEDS)} seeds each`),
  ],
  "src/formats/lossless-and-still-smaller.md": [
    ...defined(
      "BF16 number",
      "eight bits of exponent and seven of mantissa",
      "the 256 exponents",
      "DFloat11 gives",
      "five more bits",
      "entries of 16 bits here",
      "Sixteen bits lose",
      "In BF16 that is enough",
      "weights in 16 bits",
      "--format dfloat11",
    ),
    ...reported(
      "DFloat11's released code",
      "Those of the released code have 8, and keep values from 240 on",
      "exponents of 240 and more",
    ),
  ],
  "src/mixers/chunks-instead-of-tokens.md": [
    ...defined("two small state-space models", "the two state-space models"),
    ...held(`${word(RIVALS.length)} transformers with as many weights`),
  ],
  "src/mixers/other-mixers.md": [
    ...held(
      `the orders of ${word(TRACKING_TASKS.s3)} letters`,
      `one layer with ${word(TRACKING_HEADS)} heads, the rivals two layers`,
      `pooled over ${word(TRAINING_SEEDS.length)} trainings`,
      `a text of ${TRAFFIC_STEPS} steps`,
      `a head of ${word(MATCHING_WIDTH)} channels`,
    ),
    ...defined("every input to eight bits", "in the second half of a word", "states in 16 bits"),
    ...reported("Horowitz, ISSCC 2014", "chips of 45 nm"),
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
  "src/accelerators/compose.md": [
    ...held(smallDecoder),
    ...defined("4-bit weights with 16-bit activations are multiplied in 16 bits", "native 4-bit product"),
  ],
  "src/accelerators/edge-accelerator.md": defined(
    "stores weights in four bits",
    "4-bit integers",
    "real blocks have 32 weights",
  ),
  "src/accelerators/roofline.md": [
    ...held(`${SIDE} x ${SIDE} weights`),
    ...defined(
      "4-bit weights are not always faster than 8-bit ones",
      "8-bit integers on both sides",
      "8-bit products; with 4-bit weights and 16-bit activations",
      "above 100 %",
    ),
    ...held(`${digitsOf("llmviewer_totals_A6000", "rel")} digits`),
    ...reported("T-MAC's README", "Llama 2 7B", "after 128 tokens"),
  ],
  "src/accelerators/bits-that-are-zero.md": [
    ...defined(
      "A multiplier of eight bits",
      "three neighbouring bits at once",
      "a three becomes a minus one",
      "one term a cycle",
      "one of them nearly always",
      "each row scaled to eight bits",
      "once for each place at the end",
      "kept in two words",
      "and added once",
    ),
    ...example("One product by hand"),
  ],
  "src/accelerators/layouts.md": [
    ...example("weights of six bits", "Weights of six bits", "does not make six bits"),
    ...defined(
      "their bits are a multiple of eight",
      "from one bit to eight",
      "a warp of 32 threads",
      "what is loaded twice",
    ),
    ...held(`${capital(word(KNOWN_LAYOUTS["accumulator of m16n8k8"].split(".").length))} small factors`),
  ],
  "src/sparse/sparse-tiles.md": [
    ...defined(
      "Half of the weights are zero. Is half of the time saved",
      "If half of them are zero, it could read half as much",
      "on vectors of 16 bytes",
      "up to eight values in their places",
      "the linear layers of Llama 3.1 8B",
    ),
    ...held(
      `A tile of weights has ${TILE_ROWS} rows of ${TILE_OUTPUTS * 4} bytes`,
      `two inputs of ${TILE_OUTPUTS} outputs in bfloat16`,
      `whole tiles of ${TILE_ROWS} rows`,
    ),
  ],
  "src/accelerators/logic-blocks.md": defined(
    "Double Duty",
    "xor 3",
    "maj 3",
    "Three effects",
    "the three numbers of the abstract",
  ),
  "src/accelerators/sparse-slices.md": [
    ...defined(
      "prunes to 2:4, stores what is left in two bits (W2), keeps keys and values in four (KV4)",
      "the paper rounds them to 8 bits",
      "If three of four weights are zero, is it four times faster",
      "one of every four weights",
      "a quarter of the products",
    ),
    ...defined(
      "a 2-bit position",
      "groups of three, one of the four position codes",
      "a group of four takes four cycles",
    ),
    ...example("Twelve weights of 8 bits"),
    ...reported("ningchihuang/ELSA at 42b478b, 50 choices in 20 generations", "instead of a thousand"),
    ...held(`to ${digitsOf("elsa_flops", "abs")} digits after the point`),
  ],
  "src/accelerators/systolic-array.md": [
    ...example("a grid of 3 x 3"),
    ...held(`x ${systolic.params.terms.default} terms x ${systolic.params.columns.default} columns`),
    ...reported("an issue of scalesim-project/SCALE-Sim", "issue 125"),
    ...defined("the columns twice", "fits the buffer twice"),
  ],
  "src/accelerators/test-time-compute.md": [
    ...held(
      `a cached value of ${8 * KINETICS_BYTES_PER_VALUE} bits`,
      `to ${digitsOf("kinetics_cost", "rel")} digits`,
    ),
    ...defined("half of the answer"),
  ],
  "src/about.md": [
    ...because("a way to read a page")("read three paragraphs"),
    ...held(`Paretoscope ${JSON.parse(file("package.json")).version}, under`),
  ],
};
