import type {Tensor} from "../../tensor/tensor.js";
import {add, checkIds, embed, seen} from "../residual-stream.js";
import type {Mamba} from "./load-mamba.js";
import {type MambaCache, mambaCache} from "./mamba-cache.js";
import type {MambaHooks} from "./mamba-hooks.js";

/** Options of a pass. */
export interface MambaForwardOptions {
  /** Earlier tokens: the new ones follow them, and it is moved on. Without it the text starts here. */
  readonly cache?: MambaCache;
  readonly hooks?: MambaHooks;
  /** Rows of logits to compute; a prefill needs only the last. */
  readonly rows?: "all" | "last";
}

/**
 * Runs tokens through a state-space model: prefill (many ids) and step (one id and a cache) are the same call, and the
 * cache is as large after a thousand tokens as after one. Each layer adds mixer(norm(h)) to the residual stream h.
 * @returns logits [T, vocab], or [1, vocab] for `rows: "last"`.
 * @throws RangeError if there are no ids, or an id is no integer in [0, vocab).
 */
export function forwardMamba(
  model: Mamba,
  ids: readonly number[],
  {cache = mambaCache(model.config), hooks, rows = "all"}: MambaForwardOptions = {},
): Tensor {
  const {config, backend} = model;
  const tokens = ids.length;
  checkIds(ids, config.vocabSize);
  let h = seen(hooks, "embedding", -1, embed(model.embedding, config.hiddenSize, ids), tokens);
  model.layers.forEach(({norm, mixer}, layer) => {
    const x = seen(hooks, "mixer.input", layer, backend.rmsNorm(h, norm, config.normEps), tokens);
    const see = (site: Parameters<NonNullable<MambaHooks["tensor"]>>[0], value: Float32Array) =>
      seen(hooks, site, layer, value, tokens);
    const {update, state} = mixer(x, cache.read(layer), see);
    cache.write(layer, {...state, scan: hooks?.state?.(layer, state.scan) ?? state.scan});
    h = add(h, see("mixer.update", update));
    h = see("layer.output", h);
  });
  cache.length += tokens;
  const kept = rows === "all" ? tokens : 1;
  const last = h.subarray((tokens - kept) * config.hiddenSize);
  const final = seen(hooks, "final", -1, backend.rmsNorm(last, model.norm, config.normEps), kept);
  const logits = seen(hooks, "logits", -1, model.head(final), kept);
  return {shape: [kept, config.vocabSize], data: logits};
}
