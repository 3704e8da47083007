import {
  KINETICS_BYTES_PER_VALUE,
  KINETICS_FLOPS_PER_BYTE,
  type KineticsCost,
  kineticsDense,
  kineticsTopK,
} from "../../../accel/kinetics.js";
import {kineticsSizes} from "../../accel/kinetics.js";
import type {Claim, Evidence} from "../claim.js";
import {modelled, reported, valuesOf} from "../evidence.js";
import {notTried} from "../rules.js";

const paper = "arXiv:2506.05333";
/** One long answer. */
const LONG = {context: 1024, generated: 16384, trials: 1};
const SIZES = ["tinyllama-1.1b", "llama-3.1-8b", "llama-3.1-70b"] as const;

const total = ({compute, memory}: KineticsCost): number => compute + memory;

/** Cost of attention over that of all products with weights. */
function attentionShares(): Evidence[] {
  return SIZES.map((id) => {
    const sizes = kineticsSizes(id);
    const parameters = (2 * sizes.parameters * LONG.generated) / 1e12;
    const all = total(kineticsDense({...sizes, ...LONG}));
    return modelled(
      `${id}, ${LONG.generated} tokens after a prompt of ${LONG.context}`,
      "cost of attention over that of parameters",
      (all - parameters) / parameters,
      "x",
    );
  });
}

const PRICE = `The price of a byte, ${KINETICS_FLOPS_PER_BYTE} operations, is the paper's own for its machine, ${KINETICS_BYTES_PER_VALUE * KINETICS_FLOPS_PER_BYTE} for a cached value of 16 bits, and reading the weights is left to a large batch, as it does.`;

const attention: Claim = {
  id: "kinetics-attention",
  paper,
  place: "abstract",
  statement: "When a model thinks long, attention costs more than its parameters do.",
  kind: "modelled",
  reported: [reported("models of 0.6 to 32 billion parameters", "no number is given", null, "")],
  ours: attentionShares,
  judge: (_reported, ours) => (valuesOf(ours).every((ratio) => ratio > 1) ? "agrees" : "differs"),
  why: `It follows from the paper's formula and price. ${PRICE}`,
};

const threshold: Claim = {
  id: "kinetics-threshold",
  paper,
  place: "abstract",
  statement: "Test-time compute is spent better on models above a threshold of size than on smaller ones.",
  kind: "open",
  reported: [reported("Qwen3 models", "no threshold is in the abstract", null, "")],
  ours: attentionShares,
  judge: notTried,
  why: "A smaller model pays more for attention beside its parameters, which is the reason that the paper gives; whether it then solves fewer problems for the same cost was not run.",
};

const sparse: Claim = {
  id: "kinetics-sparse",
  paper,
  place: "abstract",
  statement:
    "At equal cost, sparse attention solves over 60 points more problems where little is spent and over 5 where much is.",
  kind: "open",
  reported: [
    reported("AIME, low cost", "more problems solved", 60, "points"),
    reported("AIME, high cost", "more problems solved", 5, "points"),
  ],
  ours: () => {
    const workload = {...kineticsSizes("llama-3.1-8b"), ...LONG};
    return [
      modelled(
        `llama-3.1-8b, ${LONG.generated} tokens, 1024 attended to`,
        "cost of dense over top-k attention",
        total(kineticsDense(workload)) / total(kineticsTopK(workload, 1024, "corrected")),
        "x",
      ),
    ];
  },
  judge: notTried,
  why: "Our model says how many more trials the same cost buys, not whether sparse attention answers as well: that was not run on such models.",
};

/** Claims of Kinetics. */
export const kineticsClaims: readonly Claim[] = [attention, threshold, sparse];
