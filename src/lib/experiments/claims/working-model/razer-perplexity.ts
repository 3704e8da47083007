/** RaZeR's claims on perplexity. */

import {lossReduction, meanReduction} from "../../../evaluate/loss-reduction.js";
import type {Interval} from "../../../stats/interval.js";
import {gapOf, intervalsOf, measured, perplexityOf, reported, scaled, spread} from "../evidence.js";
import {printedAverage} from "../number-formats/razer.js";
import {orderVerdict, reductionVerdict} from "../rules.js";
import {type Found, type ModelClaim, type SetupName, scoresOf} from "./readings.js";

const paper = "arXiv:2501.04052v2";
const PAPER_MODELS = "eight Llama and Qwen models";

/** From best to worst as Table 3 has them. */
const RANKED = ["FP16", "RaZeR", "NVFP4", "MXFP4"] as const satisfies readonly SetupName[];

const withBits = (found: readonly Found[], bits: 16 | 4) =>
  found.filter(({activationBits}) => activationBits === bits);

const orderClaim = (activationBits: 16 | 4): ModelClaim => ({
  id: activationBits === 16 ? "model-order-weights" : "model-order-weights-activations",
  paper,
  place: activationBits === 16 ? "Table 3, weights only" : "Table 3, weights and activations",
  statement: `With ${activationBits === 16 ? "weights alone" : "weights and activations"} in four bits, FP16 beats RaZeR beats NVFP4 beats MXFP4.`,
  kind: "measured",
  reported: RANKED.map((name) =>
    reported(
      PAPER_MODELS,
      `mean perplexity of ${name}`,
      printedAverage(name, name === "FP16" ? 16 : activationBits),
      "perplexity",
    ),
  ),
  ours: (found) =>
    withBits(found, activationBits).flatMap((one) => [
      ...RANKED.map((name) =>
        measured(one.model, `perplexity of ${name}`, perplexityOf(scoresOf(one, name)), "perplexity"),
      ),
      ...RANKED.slice(1).map((worse, i) =>
        spread(
          one.model,
          `above ${RANKED[i]}'s, perplexity of ${worse}`,
          gapOf(scoresOf(one, worse), scoresOf(one, RANKED[i])),
          "perplexity",
        ),
      ),
    ]),
  judge: (_reported, ours) => orderVerdict(intervalsOf(ours, "above ")),
  why: "Ours is a decoder of 200 thousand parameters, one training run, on its own test documents, and a copy of it with outlier channels; theirs are large models on WikiText-2 and C4. The paper's scripts run MXFP4 with blocks of 16, its standard size of 32 is used here.",
});

/** A reduction of a mean over documents, in per cent. */
const percent = ({value, low, high}: Interval, documents: number) =>
  scaled({value, low, high, documents}, 100);

const PERPLEXITY = "less perplexity lost than NVFP4";

const reductionClaim = (activationBits: 16 | 4, value: number): ModelClaim => ({
  id: activationBits === 16 ? "model-reduction-weights" : "model-reduction-weights-activations",
  paper,
  place: "abstract; Table 3",
  statement: `With ${activationBits === 16 ? "weights alone" : "activations too"} in four bits, RaZeR loses ${value} % less perplexity than NVFP4.`,
  kind: "measured",
  reported: [reported(PAPER_MODELS, PERPLEXITY, value, "%")],
  ours: (found) =>
    withBits(found, activationBits).flatMap((one) => {
      const [better, worse, float] = (["RaZeR", "NVFP4", "FP16"] as const).map((name) => scoresOf(one, name));
      const documents = better.nll.length;
      const lost = lossReduction(better.nll, worse.nll, float.nll);
      const kl = meanReduction(better.kl, worse.kl);
      return [
        spread(one.model, PERPLEXITY, percent(lost, documents), "%"),
        spread(one.model, "less KL divergence than NVFP4", percent(kl, documents), "%"),
      ];
    }),
  judge: (_reported, ours) => reductionVerdict(intervalsOf(ours, PERPLEXITY), value),
  why: "The perplexity lost is a small difference of large numbers, so its reduction is uncertain even on the same documents; KL divergence sees the whole distribution and is sharper. Other models on other texts need not lose the same share; each of ours is one training run.",
});

/** Claims on orders and reductions of perplexity. */
export const razerPerplexityClaims: readonly ModelClaim[] = [
  orderClaim(16),
  orderClaim(4),
  reductionClaim(16, 34.6),
  reductionClaim(4, 31.2),
];
