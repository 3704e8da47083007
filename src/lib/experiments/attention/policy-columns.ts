/** Columns of a table of policies: the policy, the keys read and kept, and the quality that follows. */

import {qualityColumns} from "../shared/quality-columns.js";

const share = (label: string) => ({type: "number", label, provenance: "measured", nullable: true}) as const;
const bytes = (label: string) =>
  ({type: "number", label, unit: "bytes per decoded token", provenance: "measured"}) as const;

/** Columns of every table of policies. */
export const policyColumns = {
  model: {type: "string", label: "Model"},
  frame: {type: "string", label: "Protocol"},
  policy: {type: "string", label: "Policy"},
  label: {type: "string", label: "Policy, in words"},
  kind: {type: "string", label: "Selects or evicts"},
  keepFraction: {type: "number", label: "Share of keys kept, asked for"},
  keysShown: {
    type: "number",
    label: "Share of the keys so far that a query is shown, all layers but the first",
    provenance: "measured",
  },
  bytesRead: bytes("Read: keys, values and what the policy reads"),
  bytesReadKv: bytes("Read of keys and values"),
  bytesReadMethod: bytes("Read by the policy of its own state"),
  bytesReadWeights: bytes("Read of the predictor's weights"),
  bytesReadShare: {
    type: "number",
    label: "Bytes read, share of all keys and values",
    provenance: "measured",
  },
  bytesKept: {
    type: "number",
    label: "Kept at the end of the text: keys, values and the policy's state",
    unit: "bytes per token of the text",
    provenance: "measured",
  },
  bytesKeptShare: {
    type: "number",
    label: "Bytes kept, share of all keys and values",
    provenance: "measured",
  },
  seed: {type: "string", label: "Evaluation seed"},
  ...qualityColumns,
  retrievalDifference: share("Retrieval above the full model's, paired"),
  retrievalDifferenceLow: share("Retrieval above the full model's, lower end of 95 %"),
  retrievalDifferenceHigh: share("Retrieval above the full model's, upper end of 95 %"),
  copying: share("Copying: share of repeated tokens right"),
  copyingLow: share("Copying, lower end of 95 %"),
  copyingHigh: share("Copying, upper end of 95 %"),
  copyingDifference: share("Copying above the full model's, paired"),
  copyingDifferenceLow: share("Copying above the full model's, lower end of 95 %"),
  copyingDifferenceHigh: share("Copying above the full model's, upper end of 95 %"),
  copyingTrials: {type: "integer", label: "Repeated tokens"},
} as const;
