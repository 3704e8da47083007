/** Columns of how near a decoded object is to its reference, beside its Chamfer distance. */
export const qualityColumns = {
  chamferSquared: {
    type: "number",
    label: "Squared Chamfer distance",
    unit: "of the largest edge, squared",
    provenance: "measured",
  },
  hausdorff: {
    type: "number",
    label: "Hausdorff distance",
    unit: "of the largest edge",
    provenance: "measured",
  },
  fScore: {type: "number", label: "F-score within 2 % of the largest edge", provenance: "measured"},
  normalConsistency: {type: "number", label: "Normal consistency", provenance: "measured"},
  silhouetteIou: {
    type: "number",
    label: "Silhouettes, intersection over union of six views",
    provenance: "measured",
  },
} as const;
