/** Parameters that several policies have. */

import type {ChoiceParam, NumberParam} from "../technique/params.js";

/** Share of the keys so far that a query sees, or a head holds. */
export const keepFraction = {
  kind: "number",
  label: "Share of keys kept",
  help: "Of the keys up to each token, rounded up.",
  min: 0.01,
  max: 1,
  step: 0.01,
  default: 0.25,
} as const satisfies NumberParam;

/** First keys of the text that stay in view. */
export const sinks = {
  kind: "integer",
  label: "First keys that every query sees",
  help: "On top of the share that is kept; StreamingLLM counts them as part of it.",
  min: 0,
  max: 64,
  default: 4,
  advanced: true,
} as const satisfies NumberParam;

/** Consecutive keys that share their bounds. */
export const pageSize = {
  kind: "choice",
  label: "Keys of a page",
  options: [1, 2, 4, 8, 16, 32, 64],
  default: 16,
  advanced: true,
} as const satisfies ChoiceParam<number>;

/** Last queries that vote. */
export const votingWindow = {
  kind: "integer",
  label: "Last queries that vote",
  help: "Their own keys are always kept.",
  min: 1,
  max: 256,
  default: 32,
  advanced: true,
} as const satisfies NumberParam;

/** Neighbours that share their votes, an odd number. */
export const pool = {
  kind: "choice",
  label: "Neighbours that share their votes",
  options: [1, 3, 5, 7, 9, 11, 13],
  default: 7,
  advanced: true,
} as const satisfies ChoiceParam<number>;
