/** Normalization over the last axis. */
export interface Norm {
  readonly kind: "rms" | "layer";
  readonly eps: number;
  /** `plus-one`: the file holds the weight less one (Gemma); `none`: there is no weight (OLMo). */
  readonly weight: "plain" | "plus-one" | "none";
  readonly bias: boolean;
}

/**
 * Place of a norm around a part of a layer: before it, on what it gives, on the sum with what went around it (`sum`), or
 * before it and before the way around (`stream`, MiniMax).
 */
export type NormPlace = "input" | "output" | "sum" | "stream";
