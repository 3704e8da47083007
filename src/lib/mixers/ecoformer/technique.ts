import type {MixerTechnique} from "../mixer-technique.js";

/** Attention over short binary codes of queries and keys, from hash functions that learn which tokens attention finds alike: it needs sums of the keys only, and additions in place of most products. */
export const ecoformer = {
  id: "ecoformer",
  label: "EcoFormer",
  family: "codebook",
  source: "EcoFormer, arXiv:2209.09004, section 3",
} as const satisfies MixerTechnique;
