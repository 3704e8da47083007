import type {PageGroup} from "../site-page.js";

/** Pages on caches of keys and values. */
export const CACHE_PAGES: PageGroup = {
  name: "Caches",
  pages: [
    {
      name: "Small caches",
      path: "/kv/small-caches",
      about:
        "KV-cache compression measured side by side: bytes held and read against what the model still knows.",
    },
    {
      name: "Sharing across layers",
      path: "/kv/sharing-across-layers",
      about: "Cross-layer sharing of keys and values: common bases, merged layers, and what each loses.",
    },
    {
      name: "Which tokens matter",
      path: "/kv/which-tokens-matter",
      about:
        "Eviction and sparse reads: which keys each policy keeps or reads, and what the model then gets wrong.",
    },
    {
      name: "How long a context?",
      path: "/kv/how-long-a-context",
      about: "The longest context that fits a memory, for published models and every form of the cache.",
    },
  ],
};
