import type {MixtureTechnique} from "./mixture-technique.js";

/** The plain mixture: a router behind attention sends every token through the two likeliest of eight gated networks. */
export const mixtral = {
  id: "mixtral",
  label: "Two of eight",
  family: "sparse",
  source: "Mixtral, arXiv:2401.04088, section 2.1",
  model: "mixture-small",
} as const satisfies MixtureTechnique;
