import {structuredMethod} from "./structured-method.js";

/** Rules of the plain structured methods: the same share of every part, and nothing is put in the place of what goes. */
const PLAIN = {
  squaresAttention: false,
  standardizes: false,
  structure: "UL-UM",
  compensates: false,
} as const;

/** Magnitude of units: heads and channels go that are read with the smallest weights. */
export const magnitudeUnits = structuredMethod({
  id: "magnitude-sp",
  label: "Magnitude of units",
  source: "CASIA-IVA-Lab/FLAP at 3bb57db, lib/prune.py:prune_magnitude_sp",
  params: {},
  needs: [],
  rules: () => ({...PLAIN, metric: "norm"}),
});

/** Wanda of units: heads and channels go by the mean of Wanda's scores over the weights that read them. */
export const wandaUnits = structuredMethod({
  id: "wanda-sp",
  label: "Wanda of units",
  source: "CASIA-IVA-Lab/FLAP at 3bb57db, lib/prune.py:prune_wanda_sp",
  params: {},
  needs: ["calibration"],
  rules: () => ({...PLAIN, metric: "WIFN"}),
});
