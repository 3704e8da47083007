import {OPERATION_ENERGY} from "../../accel/energy.js";
import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import type {Hooks} from "../../engine/hooks.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusCalibration, corpusSeeds, type EvalText} from "../../evaluate/eval-texts.js";
import {pairedDifference, perplexity} from "../../evaluate/quality.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import type {Row} from "../../experiment/columns.js";
import {experiment} from "../../experiment/experiment.js";
import {codeHooks, type LayerHashes} from "../../mixers/ecoformer/code-hooks.js";
import {codedOperations, hashOperations, softmaxOperations} from "../../mixers/ecoformer/head-operations.js";
import {type HashTraining, RELEASED_TRAINING} from "../../mixers/ecoformer/learn-hash.js";
import {ecoformer} from "../../mixers/ecoformer/technique.js";
import type {OperationCounts} from "../../mixers/operation-counts.js";
import {largest, smallest} from "../../stats/extent.js";
import {mean} from "../../stats/moments.js";
import {decoderWeights} from "../shared/decoders.js";
import {intervalEnd, known} from "../shared/quality-columns.js";
import {headHashes, headLessons, heldAgreements} from "./coded-heads.js";

const MODEL = "decoder-small";
const LAYERS = 4;
const ALL_LAYERS = "all";
/** Texts of the training split that hash functions learn from, and others that agreement is measured on. */
const CALIBRATION_TEXTS = 6;
const HELD_TEXTS = 6;
/** Seed of the texts that no hash function learned from. */
const HELD_SEED = 1;
/** Every so many tokens of a text are learned from, and a share of each row's tokens is alike. */
const STEP = 16;
const ALIKE_SHARE = 0.125;
/** The released number of anchors. */
const ANCHORS = 25;
const BITS = [4, 8, 16, 32] as const;
const LENGTHS = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384] as const;
const WIDTHS = [16, 64] as const;

const columns = {
  mixer: {type: "string", label: "In place of softmax"},
  layer: {type: "string", label: "Layer"},
  bits: {type: "integer", label: "Bits of a code", nullable: true},
  perplexity: {type: "number", label: "Perplexity", provenance: "measured"},
  perplexityLow: intervalEnd("Perplexity, lower end of 95 %"),
  perplexityHigh: intervalEnd("Perplexity, upper end of 95 %"),
  ratio: {type: "number", label: "Perplexity over that of softmax", provenance: "measured"},
  ratioLow: intervalEnd("Over softmax, lower end of 95 %"),
  ratioHigh: intervalEnd("Over softmax, upper end of 95 %"),
  documents: {type: "integer", label: "Documents, which the intervals count"},
} as const;

const agreementColumns = {
  vectors: {type: "string", label: "Vectors"},
  hash: {type: "string", label: "Hash functions"},
  bits: {type: "integer", label: "Bits of a code"},
  agreement: {
    type: "number",
    label: "Agreement with labels of other texts, mean of three seeds",
    provenance: "measured",
  },
  agreementLow: {type: "number", label: "Of the worst of three seeds", provenance: "measured"},
  agreementHigh: {type: "number", label: "Of the best of three seeds", provenance: "measured"},
} as const;

const energyColumns = {
  mixer: {type: "string", label: "Attention"},
  width: {type: "integer", label: "Channels of a head"},
  tokens: {type: "integer", label: "Tokens"},
  multiplications: {type: "number", label: "Multiplications a token", provenance: "modelled"},
  additions: {type: "number", label: "Additions a token", provenance: "modelled"},
  energy: {type: "number", label: "Energy of a head for a token", unit: "pJ", provenance: "modelled"},
} as const;

/** Attention over learned binary codes, in heads that were trained with softmax. */
export const ecoformerExperiment = experiment({
  id: "mixers/ecoformer",
  title: "Codes instead of queries and keys",
  question: "What do binary codes of queries and keys save, and how much of softmax attention do they keep?",
  source: ecoformer.source,
  params: {
    bits: {kind: "choice", label: "Bits of a code", options: BITS, default: 16},
    learningRate: {
      kind: "number",
      label: "Step size of learning",
      help: "The released code has 0.0005.",
      min: 0.0001,
      max: 1,
      log: true,
      default: RELEASED_TRAINING.learningRate,
    },
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "Of 128 tokens; each seed has hash functions of its own.",
      min: 2,
      max: 16,
      default: 6,
      advanced: true,
    },
  },
  columns,
  tables: {agreement: agreementColumns, energy: energyColumns},
  needs: [`weights/${MODEL}`],
  sweep: [{}, {learningRate: 0.1}],
  async run({bits, learningRate, documents}, {data, progress}) {
    const model = await decoderOf(decoderWeights(MODEL, data), {backend: await wasmBackend()});
    const training = {...RELEASED_TRAINING, learningRate};
    const lessons = headLessons(model, corpusCalibration(CALIBRATION_TEXTS), {...SAMPLING, rows: "q"});
    const seeds = corpusSeeds({documents});
    const learned = new Map<number, ReadonlyMap<number, LayerHashes>>();
    const random = new Map<number, ReadonlyMap<number, LayerHashes>>();
    for (const [n, {seed}] of seeds.entries()) {
      await progress((0.3 * n) / seeds.length, "learning");
      learned.set(seed, headHashes(lessons, {bits, anchors: ANCHORS, training, seed}));
      random.set(seed, headHashes(lessons, {bits, anchors: ANCHORS, training: null, seed}));
    }
    const ways: Way[] = [
      {mixer: "equal weights", bits: null, hooks: equalHooks},
      {mixer: "random codes", bits, hooks: (layers, seed) => codeHooks(chosen(random.get(seed)!, layers))},
      {mixer: "learned codes", bits, hooks: (layers, seed) => codeHooks(chosen(learned.get(seed)!, layers))},
      {
        mixer: "learned codes, released bias",
        bits,
        hooks: (layers, seed) => codeHooks(chosen(learned.get(seed)!, layers), "own value"),
      },
    ];
    const texts = seeds.flatMap(({seed, texts: own}) => own.map((text) => ({seed, text})));
    const base = texts.map(({text}) => scoresOf(model, text));
    const rows: Row<typeof columns>[] = [
      qualityRow({mixer: "softmax", bits: null, layer: ALL_LAYERS}, base, base),
    ];
    for (const [n, {mixer, bits: own, hooks}] of ways.entries()) {
      await progress(0.3 + (0.5 * n) / ways.length, mixer);
      for (const layer of [...Array(LAYERS).keys(), ALL_LAYERS] as const) {
        const layers = layer === ALL_LAYERS ? [...Array(LAYERS).keys()] : [layer];
        const scores = texts.map(({seed, text}) => scoresOf(model, text, hooks(layers, seed)));
        rows.push(qualityRow({mixer, bits: own, layer: String(layer)}, scores, base));
      }
    }
    await progress(0.8, "agreement");
    const agreement = agreementRows(model, training, {seeds: seeds.map(({seed}) => seed), bits});
    return {rows, agreement, energy: energyRows(bits)};
  },
});

const SAMPLING = {step: STEP, alikeShare: ALIKE_SHARE} as const;

/** A mixer that takes the place of softmax in some layers, with the hash functions of a seed. */
interface Way {
  readonly mixer: string;
  readonly bits: number | null;
  readonly hooks: (layers: readonly number[], seed: number) => Hooks;
}

/** Every key that a query sees weighs the same: scores times 0. */
const equalHooks = (layers: readonly number[]): Hooks => ({
  attention: (call, plain) => plain(layers.includes(call.layer) ? {...call, scale: 0} : call),
});

const chosen = (hashes: ReadonlyMap<number, LayerHashes>, layers: readonly number[]) =>
  new Map([...hashes].filter(([layer]) => layers.includes(layer)));

function scoresOf(model: Decoder, {tokens}: EvalText, hooks?: Hooks): Float64Array {
  return scoreTokens(forward(model, tokens.slice(0, -1), hooks && {hooks}), tokens.slice(1)).logProbs;
}

function qualityRow(
  key: Pick<Row<typeof columns>, "mixer" | "layer" | "bits">,
  scores: readonly Float64Array[],
  base: readonly Float64Array[],
): Row<typeof columns> {
  const read = perplexity(scores).perplexity;
  const {ratio} = pairedDifference(scores, base);
  return {
    ...key,
    perplexity: read.value,
    perplexityLow: known(read.low),
    perplexityHigh: known(read.high),
    ratio: ratio.value,
    ratioLow: known(ratio.low),
    ratioHigh: known(ratio.high),
    documents: scores.length,
    provenance: "measured",
  };
}

/** Vectors whose codes are compared with labels of other texts. */
const VECTORS = {"queries and keys": "q", "keys alone": "k"} as const;

/** Agreement of learned and random codes with labels of texts that they did not learn from. */
function agreementRows(
  model: Decoder,
  training: HashTraining,
  {seeds, bits}: {readonly seeds: readonly number[]; readonly bits: number},
): Row<typeof agreementColumns>[] {
  return Object.entries(VECTORS).flatMap(([vectors, rows]) => {
    const lessons = headLessons(model, corpusCalibration(CALIBRATION_TEXTS), {...SAMPLING, rows});
    const held = headLessons(model, corpusCalibration(HELD_TEXTS, {seed: HELD_SEED}), {...SAMPLING, rows});
    return Object.entries({random: null, learned: training}).map(([hash, own]) => {
      const found = seeds.map((seed) =>
        mean(heldAgreements(headHashes(lessons, {bits, anchors: ANCHORS, training: own, seed}), held)),
      );
      return {
        vectors,
        hash,
        bits,
        agreement: mean(found),
        agreementLow: smallest(found),
        agreementHigh: largest(found),
        provenance: "measured" as const,
      };
    });
  });
}

/** Energy of reading a text, shared out over its tokens: multiplications and additions in float32, and no traffic. */
function energyRows(bits: number): Row<typeof energyColumns>[] {
  return WIDTHS.flatMap((width) =>
    LENGTHS.flatMap((tokens) => {
      const sizes = {tokens, width, bits, anchors: ANCHORS};
      const [coded, hashed] = [codedOperations(sizes), hashOperations(sizes)];
      const both = {
        multiplications: coded.multiplications + hashed.multiplications,
        additions: coded.additions + hashed.additions,
      };
      return [
        energyRow({mixer: "softmax", width, tokens}, softmaxOperations(sizes)),
        energyRow({mixer: "codes, with their making", width, tokens}, both),
        energyRow({mixer: "codes, once they are there", width, tokens}, coded),
      ];
    }),
  );
}

function energyRow(
  key: Pick<Row<typeof energyColumns>, "mixer" | "width" | "tokens">,
  counts: Pick<OperationCounts, "multiplications" | "additions">,
): Row<typeof energyColumns> {
  const multiplications = counts.multiplications / key.tokens;
  const additions = counts.additions / key.tokens;
  const energy =
    multiplications * OPERATION_ENERGY.fp32Multiply.value + additions * OPERATION_ENERGY.fp32Add.value;
  return {...key, multiplications, additions, energy, provenance: "modelled"};
}
