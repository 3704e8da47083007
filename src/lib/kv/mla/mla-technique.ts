import {cacheTechnique, readWhole} from "../../engine/cache/technique.js";

/** Keys and values of every head, computed from the latents of latent attention and cached in full: the comparison for caches of latents. */
export const mlaExplicit = cacheTechnique({
  id: "mla-explicit",
  label: "Latents multiplied out",
  source: "DeepSeek-V2, arXiv:2405.04434, section 2.1",
  family: "baseline",
  params: {},
  needs: [],
  kindOf: () => "baseline",
  labelOf: () => "without latents",
  inWords: () => "keys and values of every head",
  appliesTo: ({latent}) => latent?.explicitWidth !== undefined,
  formulaOf: () => "layers · heads · (nopeDim + ropeDim + valueDim) · 2 bytes",
  comesBackOf: () => "as it was",
  bytes({widths, latent}, tokens) {
    if (latent?.explicitWidth === undefined) {
      throw new RangeError("cacheBytes: mla-explicit must have latents and their explicitWidth, got none");
    }
    return readWhole(widths.length * tokens * latent.explicitWidth * 2);
  },
  open: () => null,
  lossless: "No decoder that runs here has latents.",
  parts: "agree",
  presets: [],
  published: [{label: "without latents", params: {}}],
});
