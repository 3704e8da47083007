import {growingTextCost, staticTextCost, type TextCost} from "../../compiled/nitro/static-cost.js";
import {staticDecoder} from "../../compiled/nitro/static-decoder.js";
import {plainKvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {type GreedyResult, readOn} from "../../engine/generate.js";
import type {Reading} from "../../engine/language-model.js";
import {EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import type {Row} from "../../experiment/columns.js";
import {experiment} from "../../experiment/experiment.js";
import {corpusDocument} from "../../tasks/corpus.js";
import {DECODER_NEEDS, decoderWeights, modelParam, needsOfModel} from "../shared/decoders.js";

/** Tokens of every text: a prompt, and what is written after it. */
const TEXT = {prompt: 32, written: 32} as const;
/** Bytes of a number of the cache. */
const FP16 = 2;

const columns = {
  model: {type: "string", label: "Model"},
  way: {type: "string", label: "Cache"},
  compiledLength: {type: "integer", label: "Compiled length", unit: "tokens"},
  piece: {type: "integer", label: "Tokens of the prompt in one run", unit: "tokens"},
  tokens: {type: "integer", label: "Tokens of a text", unit: "tokens"},
  runs: {type: "integer", label: "Runs for a text", provenance: "measured"},
  equal: {
    type: "number",
    label: "Share of written tokens that are those of the growing cache",
    provenance: "measured",
  },
  difference: {type: "number", label: "Largest difference of a logit", provenance: "measured"},
  operations: {type: "number", label: "Operations for a token, mean of a text", provenance: "modelled"},
  readBytes: {
    type: "number",
    label: "Keys and values read for a token, in float16",
    unit: "bytes",
    provenance: "modelled",
  },
  writtenBytes: {
    type: "number",
    label: "Keys and values written for a token, in float16",
    unit: "bytes",
    provenance: "modelled",
  },
  unused: {
    type: "number",
    label: "Share of multiplied places that hold nothing a token sees",
    provenance: "modelled",
  },
  time: {type: "number", label: "Time of a token", unit: "ms", provenance: "measured", nullable: true},
} as const;

type ShapeRow = Row<typeof columns>;

/** Decoding with shapes that are fixed beforehand, beside a cache that grows with the text. */
export const staticShapes = experiment({
  id: "compiled/static-shapes",
  title: "Shapes fixed beforehand",
  question: "What does a text cost a machine that can run only graphs of one shape?",
  source: "NITRO, arXiv:2412.11053, section 3",
  params: {
    model: modelParam,
    lengths: {
      kind: "choices",
      label: "Compiled lengths",
      help: "Tokens whose keys and values the cache has places for.",
      unit: "tokens",
      options: [64, 128, 256, 512, 1024, 2048],
      default: [64, 128, 256, 512, 1024, 2048],
    },
    piece: {
      kind: "choice",
      label: "Tokens of the prompt in one run",
      help: "1: the prompt is read as text is written, token by token, which needs one graph only.",
      unit: "tokens",
      options: [1, 8, 32],
      default: 1,
    },
    measureTime: {
      kind: "flag",
      label: "Measure time",
      help: "Of one token on your machine, in plain loops for both: another run gives other numbers.",
      default: false,
    },
  },
  columns,
  needs: DECODER_NEEDS,
  needsOf: needsOfModel,
  sweep: [{}, {piece: 32}, {model: "decoder-large", lengths: [64, 128, 256, 512]}],
  async run({model, lengths, piece, measureTime}, {data, progress, clock}) {
    const decoder = await decoderOf(decoderWeights(model, data));
    const prompts = EVAL_SEEDS.map((seed) =>
      Array.from(corpusDocument("test", seed, {context: 2 * TEXT.prompt}).tokens.subarray(0, TEXT.prompt)),
    );
    const write = (begin: () => Reading) => {
      const began = clock();
      const texts = prompts.map((prompt) => readOn(begin(), prompt, TEXT.written));
      const time = (clock() - began) / (prompts.length * (TEXT.prompt + TEXT.written));
      return {texts, time: measureTime ? time : null};
    };
    const tokens = TEXT.prompt + TEXT.written;
    const common = {model, tokens, provenance: "measured"} as const;
    const growing = write(() => growingText(decoder));
    const growingCost = growingTextCost(decoder.config, TEXT);
    const rows: ShapeRow[] = [];
    for (const [at, compiledLength] of lengths.entries()) {
      await progress(at / lengths.length, `${compiledLength} tokens`);
      const shape = {compiledLength, tokens: piece};
      const compiled = staticDecoder(decoder, {compiledLength, promptTokens: piece});
      const own = write(() => compiled.begin().read);
      const cost = staticTextCost(decoder.config, shape, TEXT);
      const facts = {...common, compiledLength};
      rows.push({
        ...facts,
        way: "fixed",
        piece,
        ...cells(cost, tokens),
        ...comparison(own.texts, growing.texts),
        unused: 1 - (tokens + 1) / 2 / compiledLength,
        time: own.time,
      });
      rows.push({
        ...facts,
        way: "growing",
        piece: TEXT.prompt,
        ...cells(growingCost, tokens),
        ...comparison(growing.texts, growing.texts),
        unused: 0,
        time: growing.time,
      });
    }
    return rows;
  },
});

function growingText(decoder: Decoder): Reading {
  const cache = plainKvCache(decoder.config);
  return (ids) => forward(decoder, ids, {cache});
}

/** Counts of a text as means of its tokens. */
function cells({runs, operations, read, written}: TextCost, tokens: number) {
  return {
    runs,
    operations: operations / tokens,
    readBytes: (FP16 * read) / tokens,
    writtenBytes: (FP16 * written) / tokens,
  };
}

/** Written tokens that are the same, and the largest difference of a logit, the prompt's among them. */
function comparison(own: readonly GreedyResult[], others: readonly GreedyResult[]) {
  let [same, difference] = [0, 0];
  own.forEach(({tokens, promptLogits, logits}, text) => {
    const other = others[text];
    same += tokens.filter((token, i) => token === other.tokens[i]).length;
    difference = Math.max(difference, largestDifference(promptLogits, other.promptLogits));
    logits.forEach((row, i) => {
      difference = Math.max(difference, largestDifference(row, other.logits[i]));
    });
  });
  return {equal: same / (own.length * TEXT.written), difference};
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}
