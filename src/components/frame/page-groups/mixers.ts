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
      name: "Other mixers",
      path: "/mixers/other-mixers",
      about:
        "Recurrent networks that follow a state, matrices that only add, attention to pairs and over binary codes.",
    },
  ],
};
