/** Claims of NITRO, judged by a decoder that is run with fixed shapes. */

import type {Row} from "../../../experiment/columns.js";
import type {staticShapes} from "../../compiled/static-shapes.js";
import type {Claim} from "../claim.js";
import {measured, modelled, reported, valuesOf} from "../evidence.js";
import {notTried} from "../rules.js";

/** Id of the paper. */
export const NITRO = "arXiv:2412.11053";

/** Rows of a decoder with fixed shapes and with a growing cache. */
export type FixedShapes = readonly Row<(typeof staticShapes)["columns"]>[];

const common = {paper: NITRO, place: "abstract"} as const;
const [SAME, DIFFERENCE] = ["written tokens that are the same", "largest difference of a logit"];
/** Logits as close as this are the same up to the order of sums. */
const CLOSE = 1e-5;

/** Claims of NITRO. */
export const nitroClaims: readonly Claim<FixedShapes>[] = [
  {
    ...common,
    id: "nitro-same-text",
    statement: "A decoder rebuilt with shapes that never change writes text as the original does.",
    kind: "measured",
    reported: [reported("Llama 3 models", "no number is in the abstract", null, "")],
    ours: (rows) =>
      rows
        .filter(({way}) => way === "fixed")
        .flatMap(({model, tokens, compiledLength, equal, difference, unused}) => {
          const subject = `${model}, texts of ${tokens} tokens, compiled for ${compiledLength}`;
          return [
            measured(subject, SAME, 100 * equal, "%"),
            measured(subject, DIFFERENCE, difference, "logits"),
            modelled(subject, "multiplied places that hold nothing", 100 * unused, "%"),
          ];
        }),
    judge: (_reported, ours) => {
      const isSame = valuesOf(ours, SAME).every((share) => share === 100);
      return isSame && valuesOf(ours, DIFFERENCE).every((difference) => difference <= CLOSE)
        ? "agrees"
        : "differs";
    },
    why: "The cache, the mask and the rotations are those of the released code, run in float32 until the cache is full; it runs in float16 on a machine of its own, and loses the oldest tokens of longer texts.",
  },
  {
    ...common,
    id: "nitro-speed",
    statement: "A laptop's machine for neural networks then writes faster than others have made it.",
    kind: "open",
    reported: [reported("Meteor Lake", "no number is in the abstract", null, "")],
    ours: () => [],
    judge: notTried,
    why: "No such machine is here. Operations and bytes of fixed shapes are counted on the page, and the graph is written as a file that runs elsewhere.",
  },
];
