import type {PageGroup} from "../site-page.js";

/** Pages on ways to decode. */
export const DECODING_PAGES: PageGroup = {
  name: "Decoding",
  pages: [
    {
      name: "Drafting and verifying",
      path: "/decoding/drafting-and-verifying",
      about:
        "Speculative decoding measured: tokens that one pass gives, by draft model, tree, bits of the draft and temperature.",
    },
    {
      name: "Weights over a slow link",
      path: "/decoding/weights-over-a-slow-link",
      about:
        "SubSpec's bargain: offloaded weights, long drafts by a copy in few bits, and where the time goes.",
    },
    {
      name: "Skipping layers",
      path: "/decoding/skipping-layers",
      about: "Tokens that leave layers out: which ones each rule skips, and what the model then loses.",
    },
    {
      name: "Only what parses",
      path: "/decoding/only-what-parses",
      about:
        "XGrammar's masks: a grammar or JSON Schema of your own as an automaton, and the tokens that it allows after a text.",
    },
    {
      name: "Compiled shapes",
      path: "/decoding/compiled-shapes",
      about:
        "NITRO's decoding with shapes fixed beforehand: the same tokens, its cost over the compiled length, and an ONNX file.",
    },
    {
      name: "Who should think?",
      path: "/decoding/who-should-think",
      about:
        "SplitReason on worked arithmetic: a small model hands hard steps to a large one, measured against other rules.",
    },
  ],
};
