import type {MixerTechnique} from "../mixer-technique.js";

/** Recurrent cells whose gates read the state before, in heads that read their own states alone; one kernel keeps the matrices for all steps. */
export const flashRnn = {
  id: "flash-rnn",
  label: "FlashRNN",
  family: "state-space",
  source: "FlashRNN, arXiv:2412.07752, sections 3 and 4",
} as const satisfies MixerTechnique;
