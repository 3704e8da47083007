/** Evidence that claims of several papers on quantized state-space models share. */

import {meanReduction} from "../../../evaluate/loss-reduction.js";
import type {Claim, Evidence} from "../claim.js";
import {answersChange, gapPercent, intervalsOf, reported, type Spread, scaled, spread} from "../evidence.js";
import {lossVerdict, notTried} from "../rules.js";
import type {DocumentScores} from "./scores.js";

/** The models that are read. */
export const [MAMBA_ID, MAMBA2_ID] = ["mamba1-small", "mamba2-small"] as const;

/** Sizes of the models, as reasons name them. */
export const SMALL =
  "Ours are models of 160 to 210 thousand parameters, one training run each, on their own test documents, with intervals over documents.";

/** Mean KL divergence that one setup saves of another's, in per cent. */
export function klReduction(better: DocumentScores, worse: DocumentScores): Spread {
  const {value, low, high} = meanReduction(better.kl, worse.kl);
  return scaled({value, low, high, documents: better.kl.length}, 100);
}

const ANSWERS_LOST = "answers lost";

/** Answers and perplexity that a setup loses to the float model: where answers are saturated, perplexity is not. */
export function lossEvidence(subject: string, setup: DocumentScores, float: DocumentScores): Evidence[] {
  return [
    spread(subject, ANSWERS_LOST, answersChange(float, setup), "points"),
    spread(subject, "perplexity lost", gapPercent(setup, float), "%"),
  ];
}

/** A printed fall of accuracy in points, judged by the answers that our model lost. */
export function accuracyRule(points: number): Claim["judge"] {
  return (_reported, ours) => {
    const [lost] = intervalsOf(ours, ANSWERS_LOST);
    return lost === undefined ? "open" : lossVerdict(lost, points);
  };
}

/** Reason beside a claim on accuracy. */
export const ACCURACY = `${SMALL} Answers are facts that a document states, not zero-shot tasks. Without a loss of answers beyond doubt the claim stays open; what perplexity loses stands beside it.`;

/** A printed latency, which no machine here can measure. */
export function latency(
  claim: Pick<Claim, "id" | "paper" | "place" | "statement">,
  printed: readonly (readonly [subject: string, quantity: string, value: number, unit: string])[],
): Claim<unknown> {
  return {
    ...claim,
    kind: "open",
    reported: printed.map((numbers) => reported(...numbers)),
    ours: () => [],
    judge: notTried,
    why: "A latency belongs to a machine and its kernels; none of these GPUs is here, and no cost model of ours has their kernels.",
  };
}
