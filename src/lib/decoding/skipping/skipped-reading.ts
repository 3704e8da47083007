import {plainKvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {LayerSchedule, ScheduledToken} from "./layer-schedule.js";

/** A schedule laid out for texts. */
export interface SkippedText {
  readonly schedule: LayerSchedule;
  readonly speedup: number;
  /** Tokens of the prompt. */
  readonly prompt: number;
}

/** The layers of each token of a text, in order. */
export function layersOfTokens(
  layers: number,
  tokens: number,
  {schedule, speedup, prompt}: SkippedText,
): number[][] {
  const all = Array.from({length: layers}, (_, layer) => layer);
  return Array.from({length: tokens}, (_, position) => {
    const token: ScheduledToken = {layers, speedup, step: position - prompt, steps: tokens - prompt};
    return token.step < 0 && schedule.readsPromptWhole ? all : schedule.keeps(token);
  });
}

/**
 * Logits [T, vocab] of a text whose tokens pass the layers of a schedule. Tokens with the same layers are read in one pass;
 * a layer that a token does not pass gets no keys and values of it.
 */
export function readSkipping(model: Decoder, ids: readonly number[], text: SkippedText): Tensor {
  const {layers, vocabSize} = model.config;
  const kept = layersOfTokens(layers, ids.length, text);
  const cache = plainKvCache(model.config);
  const data = new Float32Array(ids.length * vocabSize);
  for (let from = 0; from < ids.length; ) {
    let to = from + 1;
    while (to < ids.length && kept[to].join() === kept[from].join()) to++;
    const passed = new Set(kept[from]);
    const hooks = {skip: (layer: number) => !passed.has(layer)};
    data.set(forward(model, ids.slice(from, to), {cache, hooks}).data, from * vocabSize);
    from = to;
  }
  return {shape: [ids.length, vocabSize], data};
}
