import {SPARSE_CLAIMS} from "../../../src/lib/experiments/claims/sparse.js";
import {between, type Outcome, testOutcomes} from "./outcomes.js";

const OUTCOMES: Readonly<Record<string, readonly Outcome[]>> = {
  "wanda-over-magnitude": [
    ["agrees", [between("above Wanda, perplexity by magnitude", 1, 2), between("above Wanda", 3, 4)]],
    ["differs", [between("above Wanda, perplexity by magnitude", -2, -1)]],
    ["open", [between("above Wanda, perplexity by magnitude", -1, 1)]],
  ],
  "sparsegpt-half": [
    ["agrees", [between("perplexity lost", 0, 4), between("the small one's perplexity lost", 20, 30)]],
    ["differs", [between("perplexity lost", 6, 9)]],
    ["open", [between("perplexity lost", 4, 6)]],
  ],
  "elsa-accuracy": [
    ["agrees", [between("more pictures named rightly, evolved levels over one for all", 1, 6)]],
    ["open", [between("more pictures named rightly, evolved levels over one for all", -1, 6)]],
    ["differs", [between("more pictures named rightly, evolved levels over one for all", -6, -1)]],
  ],
  "flap-over-wanda": [
    ["agrees", [between("above FLAP, perplexity by structured Wanda", 1, 2)]],
    ["same direction", [between("above FLAP", 1, 2), between("above FLAP", -1, 2)]],
    ["differs", [between("above FLAP, perplexity by structured Wanda", -2, -1)]],
  ],
};

testOutcomes(SPARSE_CLAIMS, OUTCOMES);
