/** Rotary positions. */
export interface Rope {
  readonly theta: number;
  /** Numbers of a head that are rotated, from the first; the others pass. */
  readonly dim: number;
  /** `halves`: number i turns with i + dim/2 (Llama); `neighbours`: 2i with 2i + 1 (Cohere, GLM, DeepSeek). */
  readonly pairs: "halves" | "neighbours";
  readonly scaling: RopeScaling | null;
}

/** Change of the rotary frequencies for texts longer than those of training. */
export type RopeScaling =
  | {readonly kind: "linear"; readonly factor: number}
  | {readonly kind: "dynamic"; readonly factor: number; readonly originalMaxPositions: number}
  | {
      readonly kind: "llama3";
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalMaxPositions: number;
    }
  | {
      readonly kind: "yarn";
      readonly factor: number;
      readonly originalMaxPositions: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      /** Bounds of the ramp are rounded to whole dimensions. */
      readonly truncate: boolean;
      /** Factor of sine and cosine. */
      readonly attentionFactor: number;
    }
  | {
      readonly kind: "longrope";
      /** dim / 2 divisors of the frequencies up to `originalMaxPositions` tokens, and beyond. */
      readonly shortFactor: readonly number[];
      readonly longFactor: readonly number[];
      readonly originalMaxPositions: number;
      /** Factor of sine and cosine. */
      readonly attentionFactor: number;
    };
