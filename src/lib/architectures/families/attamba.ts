import type {Family} from "../family.js";
import {activationOf, gatedNetwork, layerPlan, rms} from "../parts.js";
import {ropeOf} from "../rope.js";
import {plainShapeOf, widthOf} from "../shape.js";

/**
 * Attamba (arXiv:2411.17685): keys and values are states of chunks. The released code has no file of this kind, so its keys are
 * our own: `token_chunk`, `leading_tokens`, `chunk_strategy`, and the sizes of the state-space models beginning with `ssm_`.
 */
export const attamba: Family = {
  types: ["attamba"],
  architectures: ["AttambaForCausalLM"],
  read(c) {
    const shape = plainShapeOf(c);
    const norm = rms(c, 1e-5);
    const [heads] = shape.heads;
    c.require("ssm_time_step_bias", false);
    const scan = {
      inner: c.count("ssm_intermediate_size"),
      heads: c.count("ssm_num_heads"),
      state: c.count("ssm_state_size"),
      convWidth: c.count("ssm_conv_kernel", 4),
    };
    if (scan.inner % scan.heads !== 0)
      throw c.problem(
        "bad-value",
        "ssm_num_heads",
        scan.heads,
        `a divisor of the ${scan.inner} inner channels`,
      );
    const mixer = {
      kind: "chunk-states",
      heads,
      headDim: shape.headDim,
      tokenChunk: c.count("token_chunk"),
      leading: c.count("leading_tokens", undefined, 0),
      chunks: c.choice("chunk_strategy", ["cyclic", "uniform"], "cyclic"),
      rope: ropeOf(c, {headDim: shape.headDim, pairs: "neighbours"}),
      scan,
    } as const;
    const activation = activationOf(c, "silu");
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: Array.from({length: shape.layers}, (_, layer) =>
        layerPlan(mixer, gatedNetwork(widthOf(c, shape, layer), activation), norm),
      ),
    };
  },
};
