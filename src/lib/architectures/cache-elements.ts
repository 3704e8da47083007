import type {ModelRecord} from "./model-record.js";
import type {Mixer} from "./record/mixer.js";

/** Numbers that one token adds to the cache of a layer, while the layer's window has room. */
export function cachedPerToken(mixer: Mixer): number {
  if (mixer.kind === "chunk-states") return 2 * mixer.heads * mixer.headDim;
  if (mixer.kind === "latent") return mixer.kvRank + mixer.ropeDim;
  if (mixer.kind !== "attention" || mixer.sharesKvOf !== null) return 0;
  return 2 * mixer.kvHeads * mixer.headDim;
}

/** Tokens that a layer holds of a text of `tokens`; of chunks that is the most over all places where they may end. */
export function heldTokens(mixer: Mixer, tokens: number): number {
  if (mixer.kind === "chunk-states")
    return Math.min(tokens, 1 + Math.ceil(tokens / mixer.tokenChunk) + mixer.leading);
  return mixer.kind === "attention" ? Math.min(tokens, mixer.window ?? tokens) : tokens;
}

/** Numbers in the caches of all layers of one text of `tokens`: windows hold no more than they see. */
export const kvElements = ({layers}: ModelRecord, tokens: number): number =>
  layers.reduce((sum, {mixer}) => sum + cachedPerToken(mixer) * heldTokens(mixer, tokens), 0);

/** Numbers of one layer's state, which does not grow: [recurrent, of the convolution]. */
export function stateOf(mixer: Mixer): readonly [state: number, convolution: number] {
  switch (mixer.kind) {
    case "mamba":
      return [mixer.inner * mixer.state, mixer.inner * mixer.convWidth];
    case "mamba2":
      return [mixer.inner * mixer.state, (mixer.inner + 2 * mixer.groups * mixer.state) * mixer.convWidth];
    case "gated-delta": {
      const {keyHeads, valueHeads, keyDim, valueDim, convWidth} = mixer;
      return [valueHeads * keyDim * valueDim, (2 * keyHeads * keyDim + valueHeads * valueDim) * convWidth];
    }
    case "lightning":
      return [mixer.heads * mixer.headDim ** 2, 0];
    case "convolution":
      return [0, mixer.width * mixer.convWidth];
    case "rg-lru":
      return [mixer.width, mixer.width * (mixer.convWidth - 1)];
    case "chunk-states": {
      const {inner, state, convWidth} = mixer.scan;
      return [2 * inner * state, 2 * (inner + 2 * state) * (convWidth - 1)];
    }
    case "hgrn":
      return [mixer.width, 0];
    case "rwkv":
      return [5 * mixer.width, 0];
    default:
      return [0, 0];
  }
}

/** Numbers of the state of all layers of one text. */
export const stateElements = ({layers}: ModelRecord): number =>
  layers.reduce((sum, {mixer}) => sum + stateOf(mixer)[0] + stateOf(mixer)[1], 0);
