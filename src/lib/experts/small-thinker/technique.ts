import type {MixtureTechnique} from "../mixture-technique.js";

/** The router reads the stream before attention, so that missing experts come from storage while attention runs; gates by ReLU leave neurons out. */
export const smallThinker = {
  id: "small-thinker",
  label: "SmallThinker",
  family: "sparse",
  source: "SmallThinker, arXiv:2507.20984, section 2",
  model: "mixture-small-early",
} as const satisfies MixtureTechnique;
