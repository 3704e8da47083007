/** The edge array's claim on its weights' format. */

import {gapPercent, intervalsOf, reported, spread} from "../evidence.js";
import {atMostVerdict, PERPLEXITY_LOST} from "../rules.js";
import {type ModelClaim, type SetupName, scoresOf} from "./readings.js";

const MXINT4 = "perplexity lost, MXINT4";
/** Formats of about as many bits, to read MXINT4's loss beside. */
const OTHERS = [
  "MXFP4",
  "MXFP4, blocks of 16",
  "NVFP4",
  "4over6",
  "RaZeR",
] as const satisfies readonly SetupName[];

/** HSA's claim that its weights' format costs little. */
export const mxint4AccuracyClaim: ModelClaim = {
  id: "hsa-accuracy",
  paper: "arXiv:2507.09010",
  place: "abstract",
  statement: "Weights in MXINT4 cost a model little accuracy.",
  kind: "measured",
  reported: [reported("1.3B model", "no number is given", null, "")],
  ours: (found) =>
    found
      .filter(({activationBits}) => activationBits === 16)
      .flatMap((one) =>
        (["MXINT4", ...OTHERS] as const).map((name) =>
          spread(
            one.model,
            `perplexity lost, ${name}`,
            gapPercent(scoresOf(one, name), scoresOf(one, "FP16")),
            "%",
          ),
        ),
      ),
  judge: (_reported, ours) => atMostVerdict(intervalsOf(ours, MXINT4), PERPLEXITY_LOST),
  why: "Little is at most 5 % of perplexity. Ours are a decoder of 200 thousand parameters, one training run, and a copy of it with outlier channels, which a block of 32 integers under one exponent bears badly; theirs is a model of 1.3 billion parameters whose loss the abstract does not number.",
};
