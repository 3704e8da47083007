/** What the card of a model must say, from its files: the record of its measurements, its configuration and its tensors. */
import {existsSync, readFileSync} from "node:fs";
import {MOST_TOKENS} from "../../src/lib/decoding/hamburger/segmentation.js";
import {MIXTURE_SIZES} from "./mixture-card.js";

interface Counted {
  readonly right: readonly number[];
  readonly of: readonly number[];
}

/** Scores of the test split by document, and of the tasks' samples. */
export interface Scores {
  readonly context: number;
  readonly test: {readonly loss: readonly number[]; readonly answers: Counted; readonly copies: Counted};
  readonly tasks: Readonly<Record<string, {readonly samples: number; readonly wrong: readonly number[]}>>;
}

interface Run {
  readonly rate: number;
  readonly steps: number;
  readonly batch: number;
  readonly context: number;
  readonly minutes: number;
}

/** `card.json` of a model folder, which the scripts of `training` write together with the card. */
export interface Card {
  readonly scores: Scores;
  readonly training?: Run & {
    readonly tokens: number;
    readonly log: readonly Readonly<Record<string, number>>[];
  };
  readonly ngram?: Readonly<Record<string, number>>;
  readonly tails?: readonly {layer: number; site: string; peak: number; kurtosis: number}[];
  readonly shifts?: readonly {arithmetic: string; shift: number; largest: number}[];
  readonly tokenButler?: Run & {
    readonly log: readonly Readonly<Record<string, number>>[];
    readonly test: Readonly<Record<string, number>>;
  };
  readonly medusaHeads?: GuessRun;
  readonly promptTokens?: GuessRun;
  readonly hamburger?: GroupRun;
}

/** Training of what guesses later tokens. */
type GuessRun = Run & {
  readonly log: readonly {step: number; trainLoss: number; validationTop1: readonly number[]}[];
  readonly test: {texts: number; tokens: number; top1: readonly number[]; topAll: readonly number[]};
};

/** Training of what reads and writes groups of tokens. */
type GroupRun = Run & {
  readonly log: readonly Readonly<Record<string, number>>[];
  readonly test: Readonly<Record<"texts" | "first" | "later" | "stops" | "tokensOfGroup", number>>;
};

const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));
/** The record of a model. */
export const cardOf = (model: string): Card => json(`src/data/models/${model}/card.json`);
/** The card of a model as readers see it. */
export const cardText = (model: string): string =>
  readFileSync(`src/data/models/${model}/README.md`, "utf8").replace(/\s+/g, " ");

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const apart = (value: number): string => value.toLocaleString("en");

/** Shapes of the tensors of a safetensors file. */
function shapesOf(path: string): Readonly<Record<string, readonly number[]>> {
  const bytes = readFileSync(path);
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString());
  const {__metadata__: _, ...tensors} = header;
  return Object.fromEntries(
    Object.entries<{shape: number[]}>(tensors).map(([name, {shape}]) => [name, shape]),
  );
}

const sizeOf = (path: string): number =>
  sum(Object.values(shapesOf(path)).map((shape) => shape.reduce((n, side) => n * side, 1)));

const scoreLines = ({scores: {context, test, tasks}, ngram}: Card): string[] => {
  const loss = sum(test.loss) / test.loss.length;
  const share = ({right, of}: Counted) => `${((100 * sum(right)) / sum(of)).toFixed(1)} % of ${sum(of)}`;
  const gram = ngram?.[5] ?? Number.NaN;
  return [
    `Test split, ${test.loss.length} documents of ${context} tokens`,
    `perplexity over all ${apart(context * test.loss.length)} tokens | ${Math.exp(loss).toFixed(3)} (loss ${loss.toFixed(4)})`,
    `5-gram, trained on ${apart(ngram?.tokens ?? 0)} tokens | ${gram.toFixed(3)}: the model is ${(100 * (1 - Math.exp(loss) / gram)).toFixed(1)} % below`,
    `4-grams, 3-grams | ${ngram?.[4].toFixed(3)}, ${ngram?.[3].toFixed(3)}`,
    `answer tokens right | ${share(test.answers)}`,
    `copied tokens right | ${share(test.copies)}`,
    `at the full context of ${context} tokens`,
    ...taskLines(tasks),
  ];
};

const TITLES: Readonly<Record<string, string>> = {
  "needle-single": "one fact in a context of text, asked for at the end",
  "needle-multikey": "four facts, one asked for",
  "needle-multiquery": "four facts, all asked for",
  "needle-multivalue": "four facts of one key, the last one counts",
  "variable-tracking": "a fact and two aliases, both asked for",
  "common-words": "the most common word of a list",
  coreference: "a four-token name after a phrase seen before",
};

const trainingLines = ({training}: Card): string[] =>
  training === undefined
    ? []
    : [
        `Trained at a context of ${training.context} tokens`,
        `warm-up over 100 steps to ${training.rate}, cosine to a tenth of it`,
        `Last run: ${training.steps} steps of ${training.batch} x ${training.context} tokens; ${apart(training.tokens)} tokens in all, ${training.minutes} minutes`,
        ...training.log.map(
          ({step, context, trainLoss, perplexity, answerAccuracy, copyAccuracy}) =>
            `| ${step} | ${context} | ${trainLoss.toFixed(4)} | ${perplexity.toFixed(2)} | ${answerAccuracy.toFixed(3)} | ${copyAccuracy.toFixed(3)} |`,
        ),
      ];

const tailLines = ({tails = [], shifts = []}: Card): string[] => [
  ...tails.map(
    ({layer, site, peak, kurtosis}) => `| ${layer} | ${site} | ${peak.toFixed(1)} | ${kurtosis.toFixed(1)} |`,
  ),
  ...shifts.map(
    ({arithmetic, shift, largest}) =>
      `| ${arithmetic} | ${shift.toExponential(2).replace(/e([+-])(\d)$/, "e$10$2")} | ${largest.toFixed(2)} |`,
  ),
];

/** What the section on the predictor says, from its tensors and its record. */
function butlerLines(folder: string, {tokenButler}: Card, modelParameters: number): string[] {
  if (tokenButler === undefined) return [];
  const {rate, steps, batch, context, minutes, log, test} = tokenButler;
  const own = sizeOf(`${folder}/token-butler.safetensors`);
  return [
    `${apart(own)} parameters, ${((100 * own) / (own + modelParameters)).toFixed(1)} % of model and predictor together`,
    `AdamW, ${rate} after a tenth of the steps, cosine to zero, ${apart(steps)} steps of ${batch} x ${context} tokens`,
    `${minutes} minutes on one core`,
    ...log.map(
      ({step, trainLoss, validationLoss, hitAccuracy}) =>
        `| ${step} | ${trainLoss.toFixed(3)} | ${validationLoss.toFixed(3)} | ${hitAccuracy.toFixed(3)} |`,
    ),
    `On ${test.documents} test documents: loss ${test.validationLoss.toFixed(3)}, hit accuracy ${test.hitAccuracy.toFixed(3)}`,
  ];
}

const percents = (shares: readonly number[]) =>
  shares.map((share) => `${(100 * share).toFixed(1)} %`).join(", ");

/** What a section on heads or prompt tokens says, from its tensors and its record. */
function guessLines(
  path: string,
  {rate, steps, batch, context, minutes, log, test}: GuessRun,
  model: number,
): string[] {
  const {accuracy, ...trained} = shapesOf(path);
  const own = Object.values(trained).reduce((total, shape) => total + shape.reduce((a, b) => a * b, 1), 0);
  return [
    `\`${path.split("/").at(-1)}\` (float16): ${accuracy[0]} `,
    `${apart(own)} parameters, ${Number(((100 * own) / model).toPrecision(3))} % of the model's`,
    `AdamW, ${rate} after 50 steps of warm-up, cosine to zero, ${apart(steps)} steps of ${batch} x ${context} tokens`,
    `${minutes} minutes on one core`,
    ...log.map(
      ({step, trainLoss, validationTop1}) =>
        `| ${step} | ${trainLoss.toFixed(3)} | ${percents(validationTop1)} |`,
    ),
    `On ${test.texts} texts that the model wrote after test beginnings, ${test.tokens} tokens each, the first guess is right in ${percents(test.top1)} of cases by distance, one of the first ${accuracy[1]} in ${percents(test.topAll)}.`,
  ];
}

/** What a section on groups of tokens says, from its tensors and its record. */
function groupLines(
  path: string,
  {rate, steps, batch, context, minutes, log, test}: GroupRun,
  model: number,
): string[] {
  const shapes = Object.entries(shapesOf(path));
  const own = sum(
    shapes.map(([name, shape]) => (name.startsWith("base.") ? 0 : shape.reduce((a, b) => a * b, 1))),
  );
  const micro = new Set(shapes.flatMap(([name]) => name.match(/^layers\.\d+/) ?? [])).size;
  const percent = (share: number) => percents([share]);
  return [
    `groups of up to ${MOST_TOKENS} tokens as one`,
    `a micro-step decoder of ${micro} layers`,
    `${apart(own)} parameters beside the copy, ${Number(((100 * own) / model).toPrecision(3))} % of the model's`,
    `AdamW, ${rate} after 50 steps of warm-up, cosine to zero, ${apart(steps)} steps of ${batch} x ${context} tokens`,
    `${minutes} minutes on one core`,
    ...log.map(
      ({step, trainLoss, validationFirst, validationLater, validationStops}) =>
        `| ${step} | ${trainLoss.toFixed(3)} | ${percent(validationFirst)} | ${percent(validationLater)} | ${percent(validationStops)} |`,
    ),
    `On ${test.texts} texts that the model wrote after 128 tokens of test documents`,
    `${percent(test.first)} of first and ${percent(test.later)} of later tokens of a group are the model's likeliest, and ${percent(test.stops)} of ends are where the rule has them; a group has ${test.tokensOfGroup.toFixed(2)} tokens`,
  ];
}

/** What the card says of the sizes of a model. */
function sizeLines(folder: string, isTrained: boolean): string[] {
  const config = json(`${folder}/config.json`);
  const stored = sizeOf(`${folder}/model.safetensors`);
  const {vocab_size: vocabulary, hidden_size: width, num_hidden_layers: layers} = config;
  const activations = `${folder}/activations.safetensors`;
  const captured = existsSync(activations) ? shapesOf(activations).input_ids : undefined;
  return [
    `${vocabulary} words, one token each`,
    ...(captured ? [`for ${captured[0] * captured[1]} tokens of validation documents`] : []),
    ...(isTrained
      ? [...endsOf(config, stored), `${layers} layers, width ${width},`, ...sizesOf(config)]
      : []),
  ];
}

/** Embedding and head are one matrix in training, but where the head is ternary. */
function endsOf({model_type, vocab_size: vocabulary, hidden_size: width}: Config & Typed, stored: number) {
  if (model_type === "hgrn_bit") return [`${apart(stored)} parameters`, `scaled by sqrt(${width})`];
  return [
    `${apart(stored - vocabulary * width)} parameters (${apart(stored)} as stored`,
    `= sqrt(${width}) E`,
  ];
}

interface Typed {
  readonly model_type: string;
}

type Config = Readonly<Record<string, number>>;

function sizesOf(config: Config & Typed): string[] {
  if (config.model_type === "attamba") return chunkSizes(config);
  if (config.model_type === "hgrn_bit") return gatedSizes(config);
  const mixture = MIXTURE_SIZES[config.model_type];
  if (mixture) return mixture(config);
  return config.model_type === "llama" ? decoderSizes(config) : mambaSizes(config);
}

const chunkSizes = (config: Config): string[] => [
  `${config.num_attention_heads} heads of ${config.head_dim}, SwiGLU of ${config.intermediate_size}, RMS norm before each part (eps 1e-05)`,
  `embedding with base ${config.rope_theta}`,
  `a chunk of ${config.token_chunk} tokens`,
  `${config.ssm_intermediate_size} inner channels in ${config.ssm_num_heads} heads with ${config.ssm_state_size} numbers of state each, convolution over ${config.ssm_conv_kernel} tokens`,
  `its last ${config.leading_tokens} tokens`,
];

const gatedSizes = (config: Config): string[] => [
  `one number of state for each of ${config.hidden_size} channels, a gated network of ${config.intermediate_size}.`,
  "of its own before it (eps 1e-08)",
  "RMS norm before each part (eps 1e-06)",
  ...(config.ternary === undefined ? ["inputs to 8 bits"] : []),
  `a layer keeps ${config.hidden_size} numbers`,
];

const decoderSizes = (config: Config): string[] => [
  `${config.num_attention_heads} query heads and ${config.num_key_value_heads} key/value heads of ${config.head_dim}, SwiGLU of ${config.intermediate_size}, RMS norm before each part (eps 1e-05)`,
  `rotary embedding with base ${config.rope_theta}`,
];

function mambaSizes(config: Config): string[] {
  const inner = config.hidden_size * config.expand;
  const channels = inner + (config.n_groups ? 2 * config.n_groups * config.state_size : 0);
  const [state, window] = [inner * config.state_size, (config.conv_kernel - 1) * channels];
  const all = config.num_hidden_layers * (state + window);
  return [
    `${inner} inner channels with ${config.state_size} numbers of state each, convolution over ${config.conv_kernel} tokens`,
    `a layer keeps ${apart(state)} numbers of state and ${apart(window)} of the convolution's window: ${apart(all)} in all, ${apart(4 * all)} bytes as float32`,
    config.n_groups
      ? `${config.num_heads} heads of ${config.head_dim}, ${config.n_groups} groups of B and C`
      : `time steps from ${config.time_step_rank} channels`,
  ];
}

/** Scores of a masked diffusion model: a bound, words filled in, samples of tasks. */
export interface MaskedScores {
  readonly context: number;
  readonly draws: number;
  readonly bound: readonly number[];
  readonly fill: readonly (Readonly<Record<"answers" | "copies" | "others", Counted>> & {
    readonly share: number;
    readonly masked: number;
  })[];
  readonly tasks: Scores["tasks"];
}

/** Is it a model that fills in masks? */
export const isMaskedModel = (model: string): boolean =>
  json(`src/data/models/${model}/config.json`).mask_token_id !== undefined;

/** The scores of a masked diffusion model. */
export const maskedScoresOf = (model: string): MaskedScores =>
  json(`src/data/models/${model}/card.json`).scores;

/** Pieces of the card of a masked diffusion model that its files give. */
function maskedLines(model: string): string[] {
  const folder = `src/data/models/${model}`;
  const config = json(`${folder}/config.json`);
  const stored = sizeOf(`${folder}/model.safetensors`);
  const {context, draws, bound, fill, tasks} = maskedScoresOf(model);
  const {vocab_size: vocabulary, hidden_size: width, num_hidden_layers: layers} = config;
  const loss = sum(bound) / bound.length;
  const share = ({right, of}: Counted) => `${((100 * sum(right)) / sum(of)).toFixed(1)} % of ${sum(of)}`;
  const decoder = cardOf("decoder-small").scores.test.loss;
  return [
    ...trainingLines(cardOf(model)),
    `${apart(stored - vocabulary * width)} parameters (${apart(stored)} as stored`,
    `${vocabulary - 1} words and`,
    `${layers} layers, width ${width},`,
    `= sqrt(${width}) E`,
    ...decoderSizes(config),
    `Test split, ${bound.length} documents of ${context} tokens`,
    `masks of all sizes, ${draws} a document`,
    `has a perplexity of ${Math.exp(sum(decoder) / decoder.length).toFixed(3)} on the same tokens`,
    `perplexity over all ${apart(context * bound.length)} tokens | ${Math.exp(loss).toFixed(3)} (loss ${loss.toFixed(4)})`,
    ...fill.map(
      ({share: part, answers, copies, others}) =>
        `| ${Math.round(100 * part)} % | ${share(answers)} | ${share(copies)} | ${share(others)} |`,
    ),
    `at the full context of ${context} tokens`,
    ...taskLines(tasks),
  ];
}

const taskLines = (tasks: Scores["tasks"]): string[] =>
  Object.entries(tasks).map(([task, {samples, wrong}]) => {
    const right = samples - wrong.length;
    return `| \`${task}\`: ${TITLES[task]} | ${((100 * right) / samples).toFixed(1)} % (${right} of ${samples}) |`;
  });

/** Work of test problems: the mean loss of a character of each, and how many of its characters are the likeliest. */
export interface ProblemScores extends Counted {
  readonly loss: readonly number[];
}

/** Is it a model of worked arithmetic? */
export const isArithmeticModel = (model: string): boolean => model.startsWith("arithmetic-");

/** The scores of a model of worked arithmetic. */
export const problemScoresOf = (model: string): ProblemScores =>
  json(`src/data/models/${model}/card.json`).problems;

/** Pieces of the card of a model of worked arithmetic that its files give. */
function arithmeticLines(model: string): string[] {
  const folder = `src/data/models/${model}`;
  const {vocab_size: vocabulary, hidden_size: width, ...config} = json(`${folder}/config.json`);
  const stored = sizeOf(`${folder}/model.safetensors`);
  const {loss, right, of} = problemScoresOf(model);
  const {rate, steps, batch, context, tokens, minutes, log} = cardOf(model).training!;
  const solved = right.filter((count, i) => count === of[i]).length;
  const share = (part: number, all: number) => `${((100 * part) / all).toFixed(1)} %`;
  return [
    `${apart(stored - vocabulary * width)} parameters (${apart(stored)} as stored`,
    `${vocabulary} characters, one token each`,
    `${config.num_hidden_layers} layers, width ${width},`,
    ...decoderSizes(config),
    `= sqrt(${width}) E`,
    `Trained at a context of ${context} tokens`,
    `warm-up over 100 steps to ${rate}, cosine to a tenth of it`,
    `${steps} steps of ${batch} x ${context} tokens, ${apart(tokens)} in all, ${minutes} minutes`,
    ...log.map(
      ({step, trainLoss, perplexity, answerAccuracy}) =>
        `| ${step} | ${trainLoss.toFixed(4)} | ${perplexity.toFixed(2)} | ${answerAccuracy.toFixed(3)} |`,
    ),
    `${of.length} problems of the test split`,
    `mean over problems | ${(sum(loss) / loss.length).toFixed(4)} |`,
    `work and answer right | ${share(sum(right), sum(of))} of ${sum(of)} |`,
    `every character right | ${share(solved, of.length)} (${solved} of ${of.length}) |`,
  ];
}

/** Is it a model of pictures? */
export const isPictureModel = (model: string): boolean =>
  json(`src/data/models/${model}/config.json`).image_size !== undefined;

/** How many pictures of a split a classifier names rightly, and its mean cross-entropy. */
interface PictureScore {
  readonly right: number;
  readonly pictures: number;
  readonly loss: number;
}

/** The record of a classifier of pictures. */
export interface PictureCard extends Omit<Run, "context"> {
  readonly parameters: number;
  readonly pictures: number;
  readonly seed: number;
  readonly test: PictureScore;
  /** Of the first pictures of the test split: named rightly or not. */
  readonly firstRight: readonly boolean[];
  readonly log: readonly {
    readonly step: number;
    readonly pictures: number;
    readonly trainLoss: number;
    readonly validation: PictureScore;
  }[];
}

/** The record of a classifier of pictures. */
export const pictureCardOf = (model: string): PictureCard => json(`src/data/models/${model}/card.json`);

/** Pieces of the card of a classifier of pictures that its files give. */
function pictureLines(model: string): string[] {
  const folder = `src/data/models/${model}`;
  const config = json(`${folder}/config.json`);
  const expected = json(`${folder}/expected.json`);
  const {rate, seed, steps, batch, pictures, minutes, test, log} = pictureCardOf(model);
  const {image_size: size, patch_size: patch} = config;
  return [
    `of ${apart(sizeOf(`${folder}/model.safetensors`))} parameters: it names which of ${config.num_labels} shapes a grey picture of ${size} x ${size} pixels shows`,
    `the first ${expected.labels.length} pictures of the validation split`,
    `Patches of ${patch} x ${patch} pixels, ${(size / patch) ** 2} of them; ${config.num_hidden_layers} layers of width ${config.hidden_size} with ${config.intermediate_size} inner channels, ${config.state_size} numbers of state for each`,
    `a convolution over ${config.conv_kernel} x ${config.conv_kernel} patches`,
    `time steps from ${config.time_step_rank} channels`,
    `warm-up over 100 steps to ${rate}, cosine to a tenth of it`,
    `float32, seed ${seed}. ${apart(steps)} steps of ${batch} pictures`,
    `${apart(pictures)} pictures, ${minutes} minutes`,
    ...log.map(
      ({step, pictures: seen, trainLoss, validation}) =>
        `| ${step} | ${apart(seen)} | ${trainLoss.toFixed(4)} | ${validation.loss.toFixed(4)} | ${validation.right} of ${validation.pictures} |`,
    ),
    `Of the first ${apart(test.pictures)} pictures of the test split it names ${apart(test.right)} rightly, ${((100 * test.right) / test.pictures).toFixed(1)} % (cross-entropy ${test.loss.toFixed(4)})`,
  ];
}

/** Pieces of a model's card that its files give. */
export function cardLines(model: string): string[] {
  if (isPictureModel(model)) return pictureLines(model);
  if (isMaskedModel(model)) return maskedLines(model);
  if (isArithmeticModel(model)) return arithmeticLines(model);
  const [folder, card] = [`src/data/models/${model}`, cardOf(model)];
  const isTrained = card.training !== undefined;
  const parameters = sizeOf(`${folder}/model.safetensors`);
  return [
    ...sizeLines(folder, isTrained),
    ...trainingLines(card),
    ...(isTrained ? scoreLines(card) : variantLines(card)),
    ...tailLines(card),
    ...butlerLines(folder, card, parameters),
    ...(card.medusaHeads
      ? guessLines(`${folder}/medusa-heads.safetensors`, card.medusaHeads, parameters)
      : []),
    ...(card.promptTokens
      ? guessLines(`${folder}/prompt-tokens.safetensors`, card.promptTokens, parameters)
      : []),
    ...(card.hamburger ? groupLines(`${folder}/hamburger.safetensors`, card.hamburger, parameters) : []),
  ];
}

function variantLines({scores: {test}}: Card): string[] {
  const loss = sum(test.loss) / test.loss.length;
  const {right, of} = test.answers;
  return [
    `Perplexity on the test split: ${Math.exp(loss).toFixed(3)}; answer tokens right: ${((100 * sum(right)) / sum(of)).toFixed(1)} % of ${sum(of)}`,
  ];
}
