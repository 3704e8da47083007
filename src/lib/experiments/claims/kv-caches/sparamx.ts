import {reported} from "../evidence.js";
import {losslessVerdict} from "../rules.js";
import {type CacheClaim, FULL, having, lossEvidence, lostBy, OUR_DECODERS} from "./evidence.js";

/** Id of the paper. */
export const SPARAMX = "arXiv:2502.12444";

const PRUNED = ["30 % pruned", "50 % pruned"] as const;

/** The claim of SparAMX on caches. */
export const sparamxCacheClaims: readonly CacheClaim[] = [
  {
    id: "sparamx-cache",
    paper: SPARAMX,
    place: "abstract",
    statement:
      "Small entries of keys and values can be dropped: attention is 1.14 times faster and nothing is lost.",
    kind: "measured",
    reads: [FULL, ...PRUNED],
    reported: [reported("Llama-3-8B", "faster with a sparse cache", 1.14, "times")],
    ours: (found) =>
      having(found, PRUNED[0]).flatMap((each) => PRUNED.flatMap((name) => lossEvidence(each, name))),
    // The speed was not run, so a loss can speak against the claim and nothing for all of it.
    judge: (_reported, ours) => {
      const {perplexity, answers} = lostBy(PRUNED[0]);
      return losslessVerdict(ours, perplexity, answers) === "differs" ? "differs" : "open";
    },
    why: `${OUR_DECODERS} The speed is that of one processor's tile instructions, which a page cannot run, and which shares were pruned without loss we could not verify. What pruning 30 % does to a model speaks against the claim if it loses more than nearly nothing.`,
  },
];
