import {CHANNEL_METRICS} from "./channel-scores.js";
import {STRUCTURES} from "./choose-units.js";
import {structuredMethod} from "./structured-method.js";

/** FLAP: heads and channels go whose values fluctuate least, and their mean becomes a bias. */
export const flap = structuredMethod({
  id: "flap",
  label: "FLAP",
  source: "arXiv:2312.11983; CASIA-IVA-Lab/FLAP at 3bb57db, lib/prune.py",
  params: {
    metric: {
      kind: "choice",
      label: "Metric",
      help: "WIFV is the output's squared error when a channel is replaced by its mean.",
      options: CHANNEL_METRICS.filter((metric) => metric !== "norm"),
      default: "WIFV",
    },
    structure: {
      kind: "choice",
      label: "Structure",
      help: "AL-AM lets heads and channels of all layers compete; UL-UM takes the same share of each.",
      options: STRUCTURES,
      default: "AL-AM",
    },
    squaresAttention: {
      kind: "flag",
      label: "Attention squared",
      help: "Scores of attention's channels are squared before they are compared, as in the authors' code.",
      default: true,
      advanced: true,
    },
    compensates: {
      kind: "flag",
      label: "Bias",
      help: "What removed units gave on average is added to the bias of the layer that read them.",
      default: true,
    },
  },
  presets: [
    {id: "flap-no-bias", label: "FLAP without bias", params: {compensates: false}},
    {id: "flap-uniform", label: "FLAP, every layer alike", params: {structure: "UL-UM"}},
    {id: "flap-not-squared", label: "FLAP, attention not squared", params: {squaresAttention: false}},
  ],
  needs: ["calibration"],
  rules: (params) => ({...params, standardizes: true}),
});
