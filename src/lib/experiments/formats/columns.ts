import {formatById, formats} from "../../formats/registry.js";

/**
 * The named formats in the order of the registry, which is that of every choice among them.
 * @throws RangeError if there is no format of a name.
 */
export function formatIds(...named: readonly string[]): string[] {
  const wanted = new Set(named.map((id) => formatById(id).id));
  return Object.keys(formats).filter((id) => wanted.has(id));
}

/** Formats that a reader meets first: a baseline, and one of each kind at its default. */
export const firstFormats = (baseline: "bf16" | "fp16"): string[] =>
  formatIds(
    baseline,
    "fp8_e4m3",
    "int8",
    "int4",
    "int4_asym",
    "int4_g64_offset",
    "int3",
    "fp4",
    "nf4",
    "mxfp8_e4m3",
    "mxfp6_e2m3",
    "mxfp6_e3m2",
    "mxfp4",
    "mxint8",
    "mxint4",
    "nvfp4",
    "four_over_six",
    "razer",
  );

/** The name of a format and its conventions, in the words all experiments of this family share. */
export const formatColumns = {
  format: {type: "string", label: "Format"},
  family: {type: "string", label: "Family"},
  convention: {type: "string", label: "Convention"},
} as const;

/** Size and errors of a format. */
export const measuredColumns = {
  bitsPerElement: {type: "number", label: "Size", unit: "bits per element", provenance: "measured"},
  mse: {type: "number", label: "Mean squared error", provenance: "measured"},
  sqnrDb: {type: "number", label: "Signal to quantization noise", unit: "dB", provenance: "measured"},
  cosine: {type: "number", label: "Cosine with the original", provenance: "measured"},
  maxAbsError: {type: "number", label: "Largest error", provenance: "measured"},
} as const;
