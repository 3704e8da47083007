import {type StaticText, staticDecoder} from "../../compiled/nitro/static-decoder.js";
import {staticInputs} from "../../compiled/nitro/static-inputs.js";
import {compilable} from "../../compiled/nitro/static-shape.js";
import {plainKvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {argmax} from "../../engine/generate.js";
import {experiment} from "../../experiment/experiment.js";
import {decodeText} from "../../tasks/vocabulary.js";
import {DECODER_NEEDS, decoderWeights, modelParam, needsOfModel} from "../shared/decoders.js";
import {promptIds, promptParam} from "../shared/prompt.js";

/** Tokens that are written after the prompt at most. */
const MOST_WRITTEN = 24;

/** A sentence read and written with fixed shapes and with a cache that grows, token by token. */
export const compiledSentence = experiment({
  id: "compiled/one-sentence",
  title: "One sentence with fixed shapes",
  question: "Does a decoder whose shapes are fixed beforehand write what it would have written anyway?",
  source: "NITRO, arXiv:2412.11053, section 3",
  params: {
    model: modelParam,
    prompt: promptParam("Prompt", "fact otter amber plum . query otter"),
    compiledLength: {
      kind: "choice",
      label: "Compiled length",
      help: "Places of the cache. A text of up to twice as many tokens may be read: then the oldest fall out.",
      unit: "tokens",
      options: [8, 16, 32, 64],
      default: 16,
    },
    layersPerChunk: {
      kind: "integer",
      label: "Layers of a chunk",
      min: 1,
      max: 16,
      default: 2,
    },
    written: {kind: "integer", label: "Tokens to write", min: 1, max: MOST_WRITTEN, default: 5},
  },
  columns: {
    position: {type: "integer", label: "Position"},
    word: {type: "string", label: "Word that is read with fixed shapes"},
    growingWord: {type: "string", label: "Word that is read with a growing cache"},
    isPrompt: {type: "boolean", label: "Of the prompt"},
    seen: {type: "integer", label: "Places that the mask shows", unit: "tokens"},
    cosine: {type: "number", label: "Cosine of the fastest rotary pair"},
    sine: {type: "number", label: "Sine of the fastest rotary pair"},
    chunks: {type: "integer", label: "Graphs that run for a token"},
    next: {type: "string", label: "Next word, fixed shapes"},
    growingNext: {type: "string", label: "Next word, growing cache"},
    difference: {type: "number", label: "Largest difference of a logit", provenance: "measured"},
  },
  needs: DECODER_NEEDS,
  needsOf: needsOfModel,
  sweep: [{}, {compiledLength: 8}],
  async run({model, prompt, compiledLength, layersPerChunk, written}, {data, progress}) {
    const ids = promptIds(prompt);
    const decoder = await decoderOf(decoderWeights(model, data));
    const {chunks, begin} = staticDecoder(decoder, {compiledLength, layersPerChunk, slides: true});
    const rope = compilable(decoder.config);
    const fixed = begin();
    const cache = plainKvCache(decoder.config);
    const tokens = ids.length + written;
    const rows = [];
    let [own, growing] = [ids[0], ids[0]];
    for (let position = 0; position < tokens; position++) {
      await progress(position / tokens);
      const {mask, rotary} = staticInputs({compiledLength, tokens: 1}, rope, position);
      const logits = lastOf(fixed, own);
      const others = forward(decoder, [growing], {cache}).data;
      const [next, growingNext] = [argmax(logits), argmax(others)];
      rows.push({
        position,
        word: decodeText([own]),
        growingWord: decodeText([growing]),
        isPrompt: position < ids.length,
        seen: mask.filter((hides) => hides === 0).length,
        cosine: rotary?.cos[0] ?? 1,
        sine: rotary?.sin[0] ?? 0,
        // The embedding and the head are graphs of their own.
        chunks: chunks.length + 2,
        next: decodeText([next]),
        growingNext: decodeText([growingNext]),
        difference: largestDifference(logits, others),
        provenance: "measured" as const,
      });
      own = ids[position + 1] ?? next;
      growing = ids[position + 1] ?? growingNext;
    }
    return rows;
  },
});

const lastOf = (text: StaticText, id: number): Float32Array => text.read([id]).data as Float32Array;

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}
