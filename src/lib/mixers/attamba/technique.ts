import type {MixerTechnique} from "../mixer-technique.js";

/** Attention over chunks: keys and values are what two small state-space models have read of a chunk, and of all earlier chunks only the last state is kept. */
export const attamba = {
  id: "attamba",
  label: "Attamba",
  family: "state-space",
  source: "Attamba, arXiv:2411.17685, section 3",
} as const satisfies MixerTechnique;
