/**
 * Sites at which a tensor of a state-space model can be seen and changed, in the order of the forward pass; rows are tokens.
 * - `embedding`: the token embeddings, the input of layer 0
 * - `mixer.input`: after the layer's norm; what the input projection takes
 * - `projected`: what it gives: [x, z] in Mamba, [z, x, B, C, dt] in Mamba2
 * - `x`: after convolution and SiLU, the input of the scan (and, in Mamba, of the projection to dt, B and C)
 * - `x.projected`: Mamba only: low-rank dt, B and C side by side
 * - `B`, `C`, `dt`: what the scan takes; dt before its bias and softplus in Mamba, as it is used in Mamba2
 * - `y`: the output of the scan with its skip; in Mamba with its gate, in Mamba2 before gate and norm
 * - `mixer.output`: what the output projection takes: y in Mamba, after gate and norm in Mamba2
 * - `mixer.update`: what the layer adds to the residual stream
 * - `layer.output`: the residual stream after the layer
 * - `final`: after the last norm; what the head takes. `logits`: what it gives
 */
export type MambaSite =
  | "embedding"
  | "mixer.input"
  | "projected"
  | "x"
  | "x.projected"
  | "B"
  | "C"
  | "dt"
  | "y"
  | "mixer.output"
  | "mixer.update"
  | "layer.output"
  | "final"
  | "logits";

/** The plug points of a forward pass; all optional. Weights are changed when a model is loaded. */
export interface MambaHooks {
  /**
   * Sees every tensor of {@link MambaSite}, [rows, x.length / rows], and may give another of the same length to go on
   * with. `layer` is -1 outside the layers. x must not be changed in place.
   */
  tensor?(site: MambaSite, layer: number, x: Float32Array, rows: number): Float32Array | undefined;
  /**
   * Sees the state of a layer's scan as it goes into the cache, [inner, N] ([heads, headDim, N]), and may give another
   * to keep: a cache that is quantized.
   */
  state?(layer: number, state: Float64Array): Float64Array | undefined;
}
