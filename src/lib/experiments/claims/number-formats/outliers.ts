/** Headline claims of OliVe, LLM.int8(), ZeroQuant(4+2), NUPES and floats for diffusion models, judged by trained models. */

import type {Rule} from "../claim.js";
import {gapPercent, intervalsOf, reported, spread} from "../evidence.js";
import {atMostVerdict, notTried, orderVerdict, PERPLEXITY_LOST} from "../rules.js";
import type {DecoderSetup, MaskedSetup, OutlierClaim, OutlierFound} from "./outlier-readings.js";

const TWIN = "decoder-small-outliers";
const MASKED = "diffusion-small, half of the tokens masked";

const onDecoders = (
  {decoders}: OutlierFound,
  quantity: string,
  worse: DecoderSetup,
  better: DecoderSetup,
  only?: string,
) =>
  Object.entries(decoders)
    .filter(([model]) => only === undefined || model === only)
    .map(([model, scores]) => spread(model, quantity, gapPercent(scores[worse], scores[better]), "%"));

const onMasked = ({masked}: OutlierFound, quantity: string, worse: MaskedSetup, better: MaskedSetup) =>
  spread(MASKED, quantity, gapPercent(masked[worse], masked[better]), "%");

const order: Rule = (_reported, ours) => orderVerdict(intervalsOf(ours, "perplexity gained"));
const lossless: Rule = (_reported, ours) =>
  atMostVerdict(intervalsOf(ours, "perplexity lost"), PERPLEXITY_LOST);

/** Claims about formats with a place for outliers, and about searched grids. */
export const outlierClaims: readonly OutlierClaim[] = [
  {
    id: "olive-accuracy",
    paper: "arXiv:2304.07493",
    place: "abstract",
    statement:
      "Weights and activations in four bits keep what plain integers lose, for outliers take their neighbours' places.",
    kind: "measured",
    reported: [reported("BERT, GPT-2, OPT and BLOOM", "no single number is given", null, "")],
    ours: (found) =>
      onDecoders(found, "perplexity gained over int4, weights and inputs", "int4 W4A4", "OliVe W4A4"),
    judge: order,
    why: "Ours are a decoder of 200 thousand parameters and the same function with outlier channels; every token has a scale of its own. Theirs are models of up to 6.7 billion parameters.",
  },
  {
    id: "olive-speed",
    paper: "arXiv:2304.07493",
    place: "abstract",
    statement:
      "A matrix unit for outlier-victim pairs is 4.5 times as fast as GOBO's and takes a fourth of the energy.",
    kind: "open",
    reported: [
      reported("against GOBO", "speed", 4.5, "times"),
      reported("against GOBO", "energy", 4, "times less"),
    ],
    ours: () => [],
    judge: notTried,
    why: "No unit of either kind is modelled here; what is checked is that a pair takes exactly the bits of two codes.",
  },
  {
    id: "llm-int8-lossless",
    paper: "arXiv:2208.07339",
    place: "abstract; Table 1",
    statement: "Eight bits with outlier columns apart lose nothing.",
    kind: "measured",
    reported: [reported("models of 125 million to 175 billion parameters", "no loss is found", null, "")],
    ours: (found) => onDecoders(found, "perplexity lost", "LLM.int8()", "float"),
    judge: lossless,
    why: "Nothing is at most 5 % of perplexity. Ours are a small decoder and the same function with outlier channels; outliers are found token by token, as in writing.",
  },
  {
    id: "llm-int8-over-int8",
    paper: "arXiv:2208.07339",
    place: "Table 1",
    statement: "Where there are outliers, eight bits without a place for them lose more.",
    kind: "measured",
    reported: [
      reported("13 billion parameters", "perplexity, vector-wise int8 less LLM.int8()", 16.48 - 12.45, ""),
    ],
    ours: (found) =>
      onDecoders(found, "perplexity gained over int8 of tokens and rows", "int8 W8A8", "LLM.int8()", TWIN),
    judge: order,
    why: "Ours has outlier channels that were made, of up to sixteen times; those of large models are larger.",
  },
  {
    id: "fp6-lossless",
    paper: "arXiv:2312.08583",
    place: "abstract",
    statement: "Weights in FP6 with one scale a row are as good as in FP16, where INT4 is not.",
    kind: "measured",
    reported: [reported("StarCoder-15B and others", "no single number is given", null, "")],
    ours: (found) => [
      ...onDecoders(found, "perplexity lost", "FP6", "float"),
      ...onDecoders(found, "perplexity gained over int4", "int4", "FP6"),
    ],
    judge: (said, ours) => {
      const verdict = lossless(said, ours);
      return verdict === "agrees" ? order(said, ours) : verdict;
    },
    why: "As good is at most 5 % of perplexity. Theirs is judged by the code that large models write, ours by the perplexity of small ones; INT4 has one scale a row too.",
  },
  {
    id: "nupes-over-uniform",
    paper: "arXiv:2308.05600",
    place: "abstract",
    statement: "Integers of a power of the weights lose less than integers of the weights.",
    kind: "measured",
    reported: [reported("vision and language models", "no single number is given", null, "")],
    ours: (found) =>
      onDecoders(
        found,
        "perplexity gained over uniform integers, 3 bits",
        "uniform, 3 bits",
        "power, 3 bits",
      ),
    judge: order,
    why: "Ours rounds weights alone to nearest, with an exponent searched for each tensor; weights are not learned over all codes, as the data-driven form of the paper has it.",
  },
  {
    id: "fp-diffusion-eight",
    paper: "arXiv:2408.06995",
    place: "abstract",
    statement: "Weights and activations in searched 8-bit floats lose nothing in a diffusion model.",
    kind: "measured",
    reported: [reported("image diffusion models", "no single number is given", null, "")],
    ours: (found) => [
      onMasked(found, "perplexity lost", "FP8 W8A8", "float"),
      onMasked(found, "difference of int8 from FP8, one scale a tensor", "int8 W8A8", "FP8 W8A8"),
    ],
    judge: lossless,
    why: "Nothing is at most 5 % of the perplexity of masked tokens. Ours is a diffusion model of text, theirs are of images.",
  },
  {
    id: "fp-diffusion-learned",
    paper: "arXiv:2408.06995",
    place: "section 3",
    statement: "With weights in four bits, learned rounding is better than rounding to nearest.",
    kind: "measured",
    reported: [reported("image diffusion models", "no single number is given", null, "")],
    ours: (found) => [
      onMasked(found, "perplexity gained over rounding to nearest", "FP4 W4A8", "FP4 W4A8, learned rounding"),
      onMasked(found, "loss that remains", "FP4 W4A8, learned rounding", "float"),
    ],
    judge: order,
    why: "Ours learns each layer by itself on texts without masks, in few steps; theirs follows the steps of denoising.",
  },
];
