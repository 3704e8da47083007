/**
 * The families of techniques, by what a reader calls them. A family decides the colour on every page; techniques of one
 * family differ by label and mark.
 */
export const FAMILIES = {
  baseline: "baseline",
  int: "integers",
  fp: "small floats",
  codebook: "codebooks",
  mx: "MX blocks",
  nvfp4: "NVFP4",
  razer: "RaZeR",
  rounding: "calibrated rounding",
  layers: "low rank and shared layers",
  tokens: "fewer tokens",
  "state-space": "state-space models",
  decoding: "decoding methods",
  sparse: "sparse weights",
  machine: "machines",
} as const;

/** The id of a family. */
export type Family = keyof typeof FAMILIES;
