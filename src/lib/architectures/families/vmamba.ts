import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import type {ImageInput} from "../model-record.js";
import {layerNorm, layerPlan} from "../parts.js";
import type {CrossScanMixer} from "../record/mixer.js";
import {hiddenOf, layersOf} from "../shape.js";

/**
 * VMamba's block at one resolution (arXiv:2401.10166), under keys of ours: the authors' files have no config.json. Scans go
 * along rows and columns of patches, forwards and backwards.
 */
export const vmamba: Family = {
  types: ["vmamba"],
  architectures: ["VMambaForImageClassification"],
  read(c) {
    const norm = layerNorm(c, 1e-5, "layer_norm_eps");
    const classes = c.count("num_labels");
    const mixer: CrossScanMixer = {
      kind: "cross-scan",
      inner: c.count("intermediate_size"),
      state: c.count("state_size", 16),
      convWidth: c.count("conv_kernel", 3),
      dtRank: c.count("time_step_rank"),
      directions: 4,
    };
    c.require("hidden_act", "silu");
    return {
      hidden: hiddenOf(c),
      finalNorm: norm,
      tied: false,
      headBias: true,
      image: imageOf(c),
      vocabulary: {rows: classes, tokens: classes},
      layers: Array.from({length: layersOf(c)}, () => layerPlan(mixer, null, norm)),
    };
  },
};

function imageOf(c: ConfigReader): ImageInput {
  const [size, patch] = [c.count("image_size"), c.count("patch_size")];
  if (size % patch !== 0)
    throw c.problem("bad-value", "patch_size", patch, `a divisor of the ${size} pixels`);
  return {size, patch, channels: c.count("num_channels", 3), extraTokens: 0, positions: false, heads: 1};
}
