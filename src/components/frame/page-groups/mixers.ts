import type {PageGroup} from "../site-page.js";

/** Pages on mixers of tokens between attention and state. */
export const MIXER_PAGES: PageGroup = {
  name: "Between attention and state",
  pages: [
    {
      name: "Chunks instead of tokens",
      path: "/mixers/chunks-instead-of-tokens",
      about:
        "Attamba's cache of chunks, measured beside transformers of equal cache and of equal operations.",
      techniques: ["attamba"],
    },
    {
      name: "Recurrence without attention",
      path: "/mixers/recurrence-without-attention",
      about: "Recurrent networks that follow a state and keep their matrices, and matrices that only add.",
      techniques: ["flash-rnn", "matmul-free"],
    },
    {
      name: "Attention over codes and pairs",
      path: "/mixers/attention-over-codes-and-pairs",
      about:
        "What attention loses if it compares binary codes, and what it gains if it sees pairs of tokens.",
      techniques: ["ecoformer", "kronecker"],
    },
  ],
};
