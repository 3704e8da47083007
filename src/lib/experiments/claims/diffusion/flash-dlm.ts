/** Claims of FlashDLM: FreeCache and guided diffusion, first called Accelerating Diffusion Language Model Inference. */

import {publishedRatio} from "../../diffusion/published-time.js";
import {intervalsOf, measured, modelled, reported, spread, valuesOf} from "../evidence.js";
import {atMostVerdict, copies, PERPLEXITY_LOST, within} from "../rules.js";
import {answersPercent, type DiffusionClaim, OURS, tokensPerPass, writtenGap} from "./evidence.js";

/** The paper, as ledgers name it. */
export const FLASH_DLM = "arXiv:2505.21467";

const OURS_IS =
  "Ours is one model of 0.2 million parameters, trained once, that goes on with documents of 128 tokens for 32 tokens; a decoder trained on the same documents judges what was written.";

/** Speedups of Dream 7B with a guide of 1.5B, task by task, as the second version prints them. */
const SPEEDUPS = {
  "MMLU-Pro": 12.48,
  "GSM8K, 8 examples": 17.8,
  PiQA: 34.1,
  "ARC-C": 3.41,
  "ARC-E": 3.26,
  GPQA: 1.78,
} as const;

const GAP = "perplexity of what is written, above that of";
const [FREECACHE, BLOCKS, GUIDED, UNGUIDED, DECODER] = [
  "freecache-1",
  "blocks-1",
  "guided-deterministic-prompt-only",
  "low_confidence-1",
  "decoder",
] as const;

/** Ways that the claims read. */
export const READ_WAYS = [FREECACHE, "freecache-released-1", BLOCKS, GUIDED, UNGUIDED, DECODER] as const;

const arithmeticMean = Object.values(SPEEDUPS).reduce((sum, x) => sum + x, 0) / 6;
const geometricMean = Object.values(SPEEDUPS).reduce((product, x) => product * x, 1) ** (1 / 6);

/** Claims of the paper. */
export const flashDlmClaims: readonly DiffusionClaim[] = [
  {
    id: "flashdlm-34x",
    paper: FLASH_DLM,
    place: "abstract of version 1; PiQA in version 2",
    statement: "Inference is up to 34 times faster end to end, without loss of accuracy.",
    kind: "modelled",
    reported: [
      reported("Dream 7B, guide of 1.5B, RTX 6000 Ada", "speedup, best task", 34.1, "x"),
      reported("abstract", "speedup, up to", 34, "x"),
    ],
    ours: (found) => {
      const perPass = tokensPerPass(found[GUIDED]);
      const at = (tokens: number) => publishedRatio("both", {prompt: 1024, written: 256, perPass: tokens});
      return [
        measured(OURS, "tokens a guided pass writes", perPass, "tokens"),
        modelled("Dream 7B on an L40", "speedup with as many tokens a pass as ours", at(perPass), "x"),
        modelled("Dream 7B on an L40", "speedup with 8 tokens a pass", at(8), "x"),
        modelled("Dream 7B on an L40", "bound: speedup with 32 tokens a pass", at(32), "x"),
      ];
    },
    judge: within("speedup", "bound"),
    why: `No model of that size was run here. A formula of one pass, operations and bytes at six tenths of the peak rates, says what a prompt of 1024 tokens that is kept and some tokens a pass give for 256 written ones: the printed number needs both, and is within what they can give. ${OURS_IS}`,
  },
  {
    id: "flashdlm-average",
    paper: FLASH_DLM,
    place: "abstract and table 1 of version 2, second-hand",
    statement: "The average speedup is 12.14 times.",
    kind: "modelled",
    reported: [reported("six tasks", "mean speedup", 12.14, "x")],
    ours: () => [
      modelled("the six printed speedups", "mean speedup", arithmeticMean, "x"),
      modelled("the six printed speedups", "geometric mean", geometricMean, "x"),
    ],
    judge: (printed, ours) => copies(0.005)(printed.slice(0, 1), ours.slice(0, 1)),
    why: "The number is the arithmetic mean of six ratios, of which one task is nearly half. The geometric mean, which suits ratios, is smaller.",
  },
  {
    id: "freecache-loss",
    paper: FLASH_DLM,
    place: "table 1 of version 2, second-hand",
    statement: "Keys and values of the prompt and of finished blocks can be used again at a small loss.",
    kind: "measured",
    reported: [
      reported("Dream 7B, GSM8K, 8 examples", "speedup of FreeCache alone", 4.42, "x"),
      reported("LLaDA 8B, GSM8K", "speedup of FreeCache alone", 6.32, "x"),
      reported("Dream 7B, GSM8K, 8 examples", "accuracy, every pass whole", 79.68, "%"),
      reported("Dream 7B, GSM8K, 8 examples", "accuracy, FreeCache", 77.4, "%"),
    ],
    ours: (found) => [
      ...[FREECACHE, "freecache-released-1"].flatMap((way) => [
        measured(OURS, `fewer tokens fed, ${way}`, fewer(found[way].queries, found[BLOCKS].queries), "x"),
        spread(OURS, `${gapName(way)} the same blocks whole`, writtenGap(found, way, BLOCKS), "%"),
        measured(OURS, `own answers right, ${way}`, answersPercent(found[way]), "%"),
      ]),
      measured(OURS, "own answers right, the same blocks whole", answersPercent(found[BLOCKS]), "%"),
      modelled(
        "Dream 7B on an L40",
        "speedup of FreeCache alone",
        publishedRatio("freecache", {prompt: 1024, written: 256}),
        "x",
      ),
    ],
    judge: (_reported, ours) =>
      atMostVerdict(intervalsOf(ours, `${GAP} ${BLOCKS}: ${FREECACHE}`), PERPLEXITY_LOST),
    why: `${OURS_IS} Blocks of 8 are fed once more when they are finished. As released they are kept as they were a pass before their last tokens were written, which is shown beside it and not judged.`,
  },
  {
    id: "freecache-speed",
    paper: FLASH_DLM,
    place: "table 1 of version 2, second-hand",
    statement: "Reuse alone makes Dream 4.42 and LLaDA 6.32 times faster on GSM8K.",
    kind: "modelled",
    reported: [
      reported("Dream 7B, GSM8K, 8 examples", "speedup of FreeCache alone", 4.42, "x"),
      reported("LLaDA 8B, GSM8K", "speedup of FreeCache alone", 6.32, "x"),
    ],
    ours: () =>
      (["dream-7b", "llada-8b"] as const).flatMap((model) => {
        const at = (written: 64 | 256 | 1024) => publishedRatio("freecache", {model, prompt: 1024, written});
        const title = model === "dream-7b" ? "Dream 7B on an L40" : "LLaDA 8B on an L40";
        return [
          modelled(title, "speedup with 1024 tokens written", at(1024), "x"),
          modelled(title, "speedup with 256 tokens written", at(256), "x"),
          modelled(title, "bound: speedup with 64 tokens written", at(64), "x"),
        ];
      }),
    judge: within("speedup", "bound"),
    why: "No model of that size was run here. A formula of one pass says what a kept prompt of 1024 tokens, about eight examples, saves: the more tokens are written after it, the less. The table does not say how many are; both printed numbers are within what such texts give.",
  },
  {
    id: "guided-loss",
    paper: FLASH_DLM,
    place: "table 1 of version 2, second-hand",
    statement: "A small guide lets a diffusion model write several tokens a pass without loss.",
    kind: "measured",
    reported: [
      reported("Dream 7B, GSM8K, 8 examples", "speedup with a guide of 1.5B", 17.8, "x"),
      reported("Dream 7B, GSM8K, 8 examples", "accuracy, every pass whole", 79.68, "%"),
      reported("Dream 7B, GSM8K, 8 examples", "accuracy, guided", 80.33, "%"),
    ],
    ours: (found) => [
      measured(OURS, "tokens a guided pass writes", tokensPerPass(found[GUIDED]), "tokens"),
      spread(OURS, `${gapName(GUIDED)} a token a pass`, writtenGap(found, GUIDED, UNGUIDED), "%"),
      measured(OURS, "own answers right, guided", answersPercent(found[GUIDED]), "%"),
      measured(OURS, "own answers right, a token a pass", answersPercent(found[UNGUIDED]), "%"),
    ],
    judge: (_reported, ours) => atMostVerdict(intervalsOf(ours, GAP), PERPLEXITY_LOST),
    why: `${OURS_IS} The guide is that decoder too, so that what it lets stand is what it finds likely: the comparison favours guidance.`,
  },
  {
    id: "guided-against-decoder",
    paper: FLASH_DLM,
    place: "abstract",
    statement: "Diffusion language models become as fast as decoders of their size, or faster.",
    kind: "modelled",
    reported: [
      reported("Dream 7B, guided by Qwen2.5 7B, GSM8K", "latency", 3.43, "s"),
      reported("Qwen2.5 7B, GSM8K", "latency", 3.23, "s"),
      reported("Dream 7B, guided by Qwen2.5 7B, GSM8K", "accuracy", 82.3, "%"),
      reported("Qwen2.5 7B, GSM8K", "accuracy", 91.13, "%"),
    ],
    ours: (found) => {
      const perPass = tokensPerPass(found[GUIDED]);
      const over = (tokens: number) => {
        const ratio = (way: string) => publishedRatio(way, {prompt: 1024, written: 256, perPass: tokens});
        return ratio("both") / ratio("decoder");
      };
      return [
        measured(OURS, "tokens a guided pass writes", perPass, "tokens"),
        modelled(
          "7B on an L40",
          "time of the decoder over that of guided diffusion, tokens a pass as ours",
          over(perPass),
          "x",
        ),
        modelled(
          "7B on an L40",
          "time of the decoder over that of guided diffusion, 6 tokens a pass",
          over(6),
          "x",
        ),
      ];
    },
    judge: (_reported, ours) => {
      const ratios = valuesOf(ours, "time of the decoder");
      if (ratios.every((ratio) => ratio >= 1)) return "agrees";
      return ratios.some((ratio) => ratio >= 1) ? "same direction" : "differs";
    },
    why: `A formula says how long a pass takes; how many tokens a pass writes is measured on ours and is no number of large models. The decoder that the printed row stands beside is more accurate at the same time. ${OURS_IS}`,
  },
];

const gapName = (way: string) => `${GAP} ${way === GUIDED ? UNGUIDED : BLOCKS}: ${way} against`;
const fewer = (own: readonly number[], all: readonly number[]) =>
  all.reduce((sum, x) => sum + x, 0) / own.reduce((sum, x) => sum + x, 0);
