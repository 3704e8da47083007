import {forward} from "../engine/decoder/decoder.js";
import type {Decoder} from "../engine/decoder/load-decoder.js";
import type {Hooks} from "../engine/hooks.js";
import type {MaskedModel, MaskedText, Span} from "./masked-text.js";
import {type SlotCache, slotCache} from "./slot-cache.js";

/** A text of the engine's model, whose cache may be looked at. */
export interface EngineText extends MaskedText {
  readonly cache: SlotCache;
}

/** A masked diffusion model of the engine. */
export interface EngineMaskedModel extends MaskedModel {
  open(tokens: number): EngineText;
}

/**
 * The masked diffusion model that a decoder of the engine is. The mask is never predicted: its logit is -Infinity.
 * @throws RangeError if the model has no mask token.
 */
export function maskedModel(model: Decoder, hooks?: Hooks): EngineMaskedModel {
  const {masked, vocabSize, family} = model.config;
  if (masked === null)
    throw new RangeError(`maskedModel: model must be a masked diffusion model, got a ${family}`);
  const lead = masked.shifted ? 1 : 0;
  return {
    vocabSize,
    maskToken: masked.token,
    open(tokens) {
      const cache = slotCache(model.config, tokens);
      const pass = (x: readonly number[], {from, to}: Span) => {
        cache.length = from;
        return forward(model, x.slice(from, to), {cache, ...(hooks && {hooks})}).data;
      };
      return {
        cache,
        predict(x, {from, to}) {
          // The prediction of the first token of a text stands at its own place, though it is shifted elsewhere.
          const isEarly = lead > 0 && from > 0;
          const fed = isEarly ? {from: from - lead, to} : {from, to};
          const rows = pass(x, fed);
          const logits = lead === 0 ? rows : shifted(rows, vocabSize, isEarly, to - from);
          for (let at = masked.token; at < logits.length; at += vocabSize)
            logits[at] = Number.NEGATIVE_INFINITY;
          return {logits, fed};
        },
      };
    },
  };
}

/** Rows of the tokens at their own places, from those that stand one place early. */
function shifted(rows: Float32Array, vocabSize: number, isEarly: boolean, count: number): Float32Array {
  if (isEarly) return rows.slice(0, count * vocabSize);
  const moved = rows.slice(0, count * vocabSize);
  moved.set(rows.subarray(0, (count - 1) * vocabSize), vocabSize);
  return moved;
}
