import type {PageGroup} from "../site-page.js";

/** Pages on weights that are zero or not loaded. */
export const SPARSE_PAGES: PageGroup = {
  name: "Sparse weights",
  pages: [
    {
      name: "Which weights can go?",
      path: "/sparse/which-weights-can-go",
      about:
        "Pruning measured: weights by magnitude, Wanda and SparseGPT, in any place or N of M, and whole heads and channels by FLAP.",
    },
    {
      name: "Sparse tiles",
      path: "/sparse/sparse-tiles",
      about:
        "SparAMX: weights behind a bitmap, expanded tile by tile; time over density, measured here and modelled for AMX.",
    },
    {
      name: "Experts",
      path: "/sparse/experts",
      about:
        "Mixtures of experts measured: which experts a token passes, what a run of tokens loads, and experts from a slow store.",
    },
  ],
};
