import type {AttentionCall} from "./attention.js";

/**
 * Sites at which a tensor can be seen and changed, in the order of the forward pass; rows are tokens. A site that a
 * family's layers do not have (`mlp.gate`) is not met.
 * - `embedding`: the input of layer 0: the token embeddings, scaled and with learned positions where the family has these
 * - `attention.input`: what q, k and v are computed from: the stream, after the first norm
 * - `q`, `k`, `v`: the projections, after norms and clipping, before rotary; `q.rotated`, `k.rotated`: after it
 * - `attention.output`: the heads side by side; what the output projection takes
 * - `attention.update`: what attention adds to the residual stream
 * - `mlp.input`: what the network takes: the stream, after the second norm; `mlp.gate`, `mlp.up`: the two projections
 * - `mlp.scores`: what a router of experts gives for every one of them, before softmax or whatever bends it
 * - `mlp.hidden`: act(gate) · up, or act(up); what the down projection takes. These three are met once for each expert, with
 *   the rows of its tokens, where a layer has experts; `mlp.shared.gate`, `mlp.shared.up`, `mlp.shared.hidden` are those of
 *   the expert that every token passes
 * - `mlp.update`: what the MLP adds to the residual stream
 * - `layer.output`: the residual stream after the layer
 * - `final`: what the head takes, after the last norm. `logits`: what the model gives
 */
export type Site =
  | "embedding"
  | "attention.input"
  | "q"
  | "k"
  | "v"
  | "q.rotated"
  | "k.rotated"
  | "attention.output"
  | "attention.update"
  | "mlp.input"
  | "mlp.scores"
  | "mlp.gate"
  | "mlp.up"
  | "mlp.hidden"
  | "mlp.shared.gate"
  | "mlp.shared.up"
  | "mlp.shared.hidden"
  | "mlp.update"
  | "layer.output"
  | "final"
  | "logits";

/**
 * The plug points of a forward pass. All are optional, and where none is given nothing is called or copied.
 * Weights are changed when a model is loaded ({@link loadDecoder}), keys and values by the cache ({@link KvCache}).
 */
export interface Hooks {
  /**
   * Sees every tensor of {@link Site}, [rows, x.length / rows], and may give another of the same length to go on
   * with (an activation quantizer). `layer` is -1 outside the layers. x must not be changed in place.
   */
  tensor?(site: Site, layer: number, x: Float32Array, rows: number): Float32Array | undefined;
  /**
   * Stands in for attention. `plain` computes it, so a hook may mask (`plain({...call, mask})`), observe
   * (`plain({...call, observe})`), change q, keys or values, or not call it at all. Gives [T, heads, headDim].
   */
  attention?(call: AttentionCall, plain: (call: AttentionCall) => Float32Array): Float32Array;
  /** True leaves a half of a layer out: the residual stream passes it by; skipped attention caches nothing. */
  skip?(layer: number, part: "attention" | "mlp", residual: Float32Array): boolean;
}
