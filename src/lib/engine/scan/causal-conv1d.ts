import {silu} from "../../tensor/activation.js";
import {requireInteger} from "../../tensor/require.js";
import {requireLengths} from "./require-shapes.js";

/** One sequence for the depthwise convolution in front of a scan. */
export interface CausalConvInput<Floats extends Float32Array | Float64Array = Float64Array> {
  /** Width of x; written D. */
  readonly channels: number;
  /** Tokens that one output sees; written K. */
  readonly width: number;
  /** [L, D] */
  readonly x: Floats;
  /** [D, K]; index K - 1 multiplies the newest token. */
  readonly weight: Floats;
  /** [D] */
  readonly bias?: Floats;
  /** The K - 1 tokens before x, oldest first, [K - 1, D]; default zeros, as before the start of a text. */
  readonly state?: Float64Array;
}

/** The outputs of the convolution. */
export interface CausalConvOutput<Floats extends Float32Array | Float64Array = Float64Array> {
  /** [L, D] */
  readonly y: Floats;
  /** The last K - 1 tokens, to carry into the next call, [K - 1, D]. */
  readonly state: Float64Array;
}

/**
 * y_t = silu(bias + sum_k weight_k x_(t - K + 1 + k)) for every channel by itself: a short memory in front of the scan.
 * (arXiv 2312.00752, section 3.4)
 * @throws RangeError naming the array whose length does not fit.
 */
export function causalConv1dSilu(input: CausalConvInput): CausalConvOutput {
  const {channels, width, x, weight, bias} = input;
  requireInteger("causalConv1dSilu", "channels", channels, 1);
  requireInteger("causalConv1dSilu", "width", width, 1);
  const tokens = Math.floor(x.length / channels);
  requireLengths("causalConv1dSilu", {
    x: [x, [tokens, channels]],
    weight: [weight, [channels, width]],
    bias: [bias, [channels]],
    state: [input.state, [width - 1, channels]],
  });
  const before = (width - 1) * channels;
  const padded = new Float64Array(before + x.length);
  if (input.state !== undefined) padded.set(input.state);
  padded.set(x, before);
  const y = new Float64Array(x.length);
  for (let t = 0; t < tokens; t++) {
    for (let d = 0; d < channels; d++) {
      let sum = bias === undefined ? 0 : bias[d];
      for (let k = 0; k < width; k++) sum += weight[d * width + k] * padded[(t + k) * channels + d];
      y[t * channels + d] = silu(sum);
    }
  }
  return {y, state: padded.slice(padded.length - before)};
}
