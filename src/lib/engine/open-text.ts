/** A text that a model goes on reading, and that can be asked in between. */

import type {Tensor} from "../tensor/tensor.js";
import {forwardAttamba} from "./attamba/attamba.js";
import {attambaCache, type ChunkRule, copyOfCache} from "./attamba/attamba-cache.js";
import type {Attamba} from "./attamba/load-attamba.js";
import {plainKvCache} from "./cache/kv-cache.js";
import {forward} from "./decoder/decoder.js";
import type {Decoder} from "./decoder/load-decoder.js";
import type {Mamba} from "./mamba/load-mamba.js";
import {forwardMamba} from "./mamba/mamba.js";
import {mambaCache} from "./mamba/mamba-cache.js";
import type {MatMulFree} from "./matmul-free/load-matmul-free.js";
import {forwardMatMulFree, matMulFreeCache} from "./matmul-free/matmul-free.js";

/** A model in the middle of a text. Both functions throw a RangeError if there are no ids or one is none of the vocabulary. */
export interface OpenText {
  /** Reads on; logits [T, vocab]. */
  read(ids: readonly number[]): Tensor;
  /** The logits that {@link OpenText.read} would give, without the text becoming longer by them. */
  aside(ids: readonly number[]): Tensor;
}

/** Begins a text for a decoder. What was read aside is cut from the cache again. */
export function decoderText(model: Decoder): OpenText {
  const cache = plainKvCache(model.config);
  const read = (ids: readonly number[]) => forward(model, ids, {cache});
  return {
    read,
    aside(ids) {
      const {length} = cache;
      const logits = read(ids);
      cache.truncate(length);
      return logits;
    },
  };
}

/** Begins a text for a state-space model. A state cannot be cut, so what is read aside moves a copy. */
export function mambaText(model: Mamba): OpenText {
  const cache = mambaCache(model.config);
  return {
    read: (ids) => forwardMamba(model, ids, {cache}),
    aside(ids) {
      const copy = mambaCache(model.config);
      copy.length = cache.length;
      model.layers.forEach((_, layer) => {
        const {conv, scan} = cache.read(layer);
        copy.write(layer, {conv: conv.slice(), scan: scan.slice()});
      });
      return forwardMamba(model, ids, {cache: copy});
    },
  };
}

/** Begins a text for a model that keeps states of chunks, by its own rule or another. What is read aside moves a copy. */
export function attambaText(model: Attamba, rule: Partial<ChunkRule> = {}): OpenText {
  const cache = attambaCache(model.config, rule);
  return {
    read: (ids) => forwardAttamba(model, ids, {cache}),
    aside: (ids) => forwardAttamba(model, ids, {cache: copyOfCache(cache)}),
  };
}

/** Begins a text for a model without products of matrices. What is read aside moves a copy. */
export function matMulFreeText(model: MatMulFree): OpenText {
  const cache = matMulFreeCache(model.config);
  return {
    read: (ids) => forwardMatMulFree(model, ids, {cache}),
    aside: (ids) => forwardMatMulFree(model, ids, {cache: {...cache, states: [...cache.states]}}),
  };
}
