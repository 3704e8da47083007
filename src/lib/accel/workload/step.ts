import {requireInteger} from "../../tensor/require.js";

/** One pass through a model: `tokens` new tokens for each of `batch` sequences with `cached` tokens behind them. */
export interface Step {
  /** Sequences. */
  readonly batch: number;
  /** New tokens a sequence: the prompt in prefill, 1 in decode, the tree in a speculative check. */
  readonly tokens: number;
  /** Tokens a sequence already cached. */
  readonly cached: number;
  /** Logits of the last token only, or of all new ones (speculation). */
  readonly logits?: "last" | "all";
  /** Norms, activations, residuals and softmax cost no bytes beside their neighbours; attention in one kernel. */
  readonly fused?: boolean;
  /** Query rows that a fused attention kernel keeps at a time. */
  readonly rowBlock?: number;
  /** Latent attention: expand the latents to keys and values, or work on the latents. */
  readonly latent?: "absorbed" | "expanded";
}

/** Reading a prompt of `tokens`. */
export const prefill = (batch: number, tokens: number): Step => ({batch, tokens, cached: 0});

/** One more token for each sequence, `cached` tokens behind it. */
export const decode = (batch: number, cached: number): Step => ({batch, tokens: 1, cached});

/** A step with its defaults: logits of the last token, fused, 128 query rows, latents expanded for prompts only. */
export function fullStep(step: Step): Required<Step> {
  requireInteger("step", "batch", step.batch, 1);
  requireInteger("step", "tokens", step.tokens, 1);
  requireInteger("step", "cached", step.cached, 0);
  const {batch, tokens, cached, logits = "last", fused = true, rowBlock = 128} = step;
  requireInteger("step", "rowBlock", rowBlock, 1);
  const latent = step.latent ?? (tokens === 1 ? "absorbed" : "expanded");
  return {batch, tokens, cached, logits, fused, rowBlock, latent};
}
