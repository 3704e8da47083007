import type {Claim, Verdict} from "../claim.js";
import {intervalsOf, measured, reported, spread} from "../evidence.js";
import {notTried} from "../rules.js";
import type {DecodingFound} from "./evidence.js";

const SUBJECT = "decoder-large, test documents, sliding rule at the paper's threshold";

const paper = "arXiv:2505.20438";

const cache: Claim<DecodingFound> = {
  id: "hamburger-cache",
  paper,
  place: "abstract",
  statement: "Several tokens share an entry of the cache, which takes up to half of its computation.",
  kind: "measured",
  reported: [reported("Llama 3.2 1B", "reduction of the cache's computation, up to", 2, "x")],
  ours: ({segmented: {documents, foreseen, ...tokens}}) => [
    spread(SUBJECT, "tokens of an entry", {...tokens, documents}, "tokens"),
    measured(
      SUBJECT,
      "joined tokens that the model would have written",
      foreseen === null ? null : 100 * foreseen,
      "%",
    ),
  ],
  judge: (_reported, ours): Verdict => {
    const [tokens] = intervalsOf(ours, "tokens of an entry");
    return tokens !== undefined && tokens.low > 1 ? "same direction" : "open";
  },
  why: "These are the groups that the paper's decoder is taught, made by the entropies of our large one: so many tokens would share an entry if it learned them all. Nothing was trained to write them here.",
};

const speed: Claim<DecodingFound> = {
  id: "hamburger-speed",
  paper,
  place: "abstract",
  statement: "It writes up to twice as many tokens a second and keeps the quality.",
  kind: "open",
  reported: [reported("Llama 3.2 1B", "times as fast, up to", 2, "x")],
  ours: () => [],
  judge: notTried,
  why: "Embedder and decoder of groups were not trained here.",
};

/** Claims of HAMburger. */
export const hamburgerClaims: readonly Claim<DecodingFound>[] = [cache, speed];
