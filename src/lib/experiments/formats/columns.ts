import {formatById, formats} from "../../formats/registry.js";

/**
 * The named formats in the order of the registry, which is that of every choice among them.
 * @throws RangeError if there is no format of a name.
 */
export function formatIds(...named: readonly string[]): string[] {
  const wanted = new Set(named.map((id) => formatById(id).id));
  return Object.keys(formats).filter((id) => wanted.has(id));
}

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
