/** What an experiment says of a format on some values, in the words all experiments of this family share. */
export const formatColumns = {
  format: {type: "string", label: "Format"},
  family: {type: "string", label: "Family"},
  convention: {type: "string", label: "Convention"},
} as const;

/** What a format costs and loses. */
export const measuredColumns = {
  bitsPerElement: {type: "number", label: "Size", unit: "bits per element", provenance: "measured"},
  mse: {type: "number", label: "Mean squared error", provenance: "measured"},
  sqnrDb: {type: "number", label: "Signal to quantization noise", unit: "dB", provenance: "measured"},
  cosine: {type: "number", label: "Cosine with the original", provenance: "measured"},
  maxAbsError: {type: "number", label: "Largest error", provenance: "measured"},
} as const;
