/** Parameters that several decoding methods have. */

import type {NumberParam} from "../technique/params.js";

/** Levels of a drafted tree. */
export const depth = {
  kind: "integer",
  label: "Tokens drafted ahead",
  help: "Levels of the tree below the last written token.",
  min: 1,
  max: 64,
  default: 8,
} as const satisfies NumberParam;

/** Nodes of each level. */
export const width = {
  kind: "integer",
  label: "Drafts kept side by side",
  help: "Nodes of each level of the tree; 1 is a chain.",
  min: 1,
  max: 16,
  default: 4,
} as const satisfies NumberParam;

/** Sharpness of the draft. */
export const draftTemperature = {
  kind: "number",
  label: "Temperature of the draft",
  help: "Below 1 the tree goes deeper along its likeliest branches; SubSpec has 0.2.",
  min: 0.05,
  max: 2,
  step: 0.05,
  default: 1,
  advanced: true,
} as const satisfies NumberParam;

/** Shape of EAGLE-2's tree. */
export const treeShape = {
  depth: {...depth, default: 6},
  width: {...width, default: 4},
  nodes: {
    kind: "integer",
    label: "Nodes that the target verifies",
    help: "The likeliest of the tree, beside its root.",
    min: 1,
    max: 128,
    default: 24,
  },
} as const satisfies Record<string, NumberParam>;
