import {
  ACCLLM_COMBINATIONS,
  ACCLLM_LLAMA,
  accLlmTokensPerSecond,
  bitsPerOriginalWeight,
} from "../../../accel/accllm/cost.js";
import type {Claim} from "../claim.js";
import {modelled, reported} from "../evidence.js";
import {notTried} from "../rules.js";

const GROUP = 64;
const WORKLOAD = {...ACCLLM_LLAMA, context: 16_384, sinks: 4, window: 1024, groupSize: GROUP};
const [NONE] = ACCLLM_COMBINATIONS;
const ALL = ACCLLM_COMBINATIONS[ACCLLM_COMBINATIONS.length - 1];
const rate = (measures: typeof NONE) => accLlmTokensPerSecond(measures, WORKLOAD);

/** Claims of AccLLM. */
export const accLlmClaims: readonly Claim[] = [
  {
    id: "accllm-flightllm",
    paper: "arXiv:2505.03745",
    place: "abstract",
    statement: "On an Alveo U280 it takes a quarter of FlightLLM's energy and has 2.98 times its throughput.",
    kind: "open",
    reported: [
      reported("against FlightLLM", "energy efficiency", 4.07, "x"),
      reported("against FlightLLM", "throughput", 2.98, "x"),
    ],
    ours: () => [
      modelled(
        "all four measures over none, Llama 2 7B, 16,384 tokens, U280",
        "throughput",
        rate(ALL) / rate(NONE),
        "x",
      ),
      modelled("all four over 2:4 alone", "throughput", rate(ALL) / rate({...NONE, sparse: true}), "x"),
      modelled("2:4 and two bits", "bits for each weight", bitsPerOriginalWeight(ALL, GROUP), "bits"),
      modelled(
        "two bits alone",
        "bits for each weight",
        bitsPerOriginalWeight({sparse: false, twoBit: true}, GROUP),
        "bits",
      ),
    ],
    judge: notTried,
    why: "FlightLLM is another accelerator with formats of its own, and was not modelled: the ratio to it cannot be judged. Our numbers are bounds by memory and multipliers of the same card with and without the four measures.",
  },
];
