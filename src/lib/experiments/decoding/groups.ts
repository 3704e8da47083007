import type {Round} from "../../decoding/decoding-run.js";
import {hamburger} from "../../decoding/hamburger/hamburger.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import {experiment, type TensorSet} from "../../experiment/experiment.js";
import {documentMean, documentShare} from "../../stats/documents.js";
import {openedDecoder} from "../shared/decoder-texts.js";
import {known} from "../shared/quality-columns.js";
import {groupsOf} from "./draft-models.js";
import {type DocumentRounds, draftPrompts, plainTexts, roundCells, roundsOf} from "./draft-rounds.js";

const measured = {provenance: "measured"} as const;
const CONFIDENCES = [0, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1];

/** Data of the experiment. */
export const GROUP_NEEDS = ["weights/decoder-large", "groups/decoder-large"] as const;

/** Texts that the large decoder writes in groups of tokens, over the confidence at which a group goes on. */
export const writtenGroups = experiment({
  id: "decoding/groups",
  title: "Written in groups",
  question: "How many tokens does a step write, if nothing verifies them, and are they still the model's?",
  source: hamburger.source,
  params: {
    confidences: {
      kind: "choices",
      label: "Confidence to go on",
      help: "At 1 every group has one token; the model that reads them was trained to read groups all the same.",
      options: CONFIDENCES,
      default: CONFIDENCES,
      rowsBy: "confidence",
    },
    count: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "More narrow the intervals.",
      min: 2,
      max: 67,
      default: 8,
      advanced: true,
    },
    tokens: {
      kind: "integer",
      label: "Tokens written after each prompt",
      min: 4,
      max: 128,
      default: 48,
      advanced: true,
    },
  },
  columns: {
    confidence: {type: "number", label: "Confidence to go on"},
    tokensPerStep: {type: "number", label: "Tokens of a step, and of an entry of the cache"},
    tokensPerStepLow: {type: "number", label: "Tokens of a step, lower end of 95 %", nullable: true},
    tokensPerStepHigh: {type: "number", label: "Tokens of a step, upper end of 95 %", nullable: true},
    entriesSaved: {type: "number", label: "Share of the written text's entries of the cache that are saved"},
    weightsRead: {
      type: "number",
      label: "Weights read for a token, over those of a token written alone",
    },
    own: {type: "number", label: "Share of tokens that the model would have written there"},
    ownLow: {type: "number", label: "The model's own tokens, lower end of 95 %", nullable: true},
    ownHigh: {type: "number", label: "The model's own tokens, upper end of 95 %", nullable: true},
    loss: {type: "number", label: "Loss of a written token by the model", unit: "nats"},
    lossAbove: {type: "number", label: "Loss above that of its own text", unit: "nats"},
    lossAboveLow: {
      type: "number",
      label: "Loss above, lower end of 95 %, paired",
      unit: "nats",
      nullable: true,
    },
    lossAboveHigh: {
      type: "number",
      label: "Loss above, upper end of 95 %, paired",
      unit: "nats",
      nullable: true,
    },
    same: {type: "integer", label: "Documents with the very text of plain decoding"},
    documents: {type: "integer", label: "Documents"},
  },
  needs: GROUP_NEEDS,
  sweep: [{}],
  async run({confidences, count, tokens}, {data, progress}) {
    const target = await openedDecoder("decoder-large", data);
    const groups = await groupsOf(target, data);
    const prompts = draftPrompts(count, "tasks");
    const plain = plainTexts(target, tokens);
    const own = prompts.map((prompt) => scoresOf(target, prompt, plain(prompt)));
    const sizes = weightsOf(data.get("weights/decoder-large"), data.get("groups/decoder-large"));
    const rows = [];
    for (const [n, confidence] of confidences.entries()) {
      const told = (share: number) => progress((n + share) / confidences.length, `confidence ${confidence}`);
      const goal = {tokens, temperature: 0, told};
      const texts = await roundsOf(hamburger, {target, groups}, {confidence}, prompts, plain, goal);
      const scores = texts.map(({rounds}, i) => scoresOf(target, prompts[i], writtenBy(rounds)));
      rows.push({confidence, ...stepCells(texts, sizes), ...qualityCells(scores, own), ...measured});
    }
    return rows;
  },
});

const writtenBy = (rounds: readonly Round[]): number[] => rounds.flatMap(({written}) => [...written]);

/** Scores of a text that follows a prompt, by the model that reads it token by token. */
interface TextScores {
  readonly loss: number;
  /** Tokens that were the likeliest. */
  readonly own: number;
  readonly tokens: number;
}

function scoresOf(model: Decoder, prompt: readonly number[], written: readonly number[]): TextScores {
  const ids = [...prompt, ...written];
  const from = prompt.length - 1;
  const {shape, data} = forward(model, ids.slice(0, -1));
  const width = shape[1];
  const logits = {shape: [written.length, width], data: data.subarray(from * width)};
  const {logProbs, topTokens} = scoreTokens(logits, written);
  return {
    loss: -logProbs.reduce((sum, value) => sum + value, 0),
    own: written.filter((token, t) => topTokens[t] === token).length,
    tokens: written.length,
  };
}

/** Numbers of weights that a pass of the model reads, and one of the micro-step decoder with head and stop head. */
interface PassWeights {
  readonly model: number;
  readonly micro: number;
}

function weightsOf(model: TensorSet | undefined, groups: TensorSet | undefined): PassWeights {
  const sum = (tensors: TensorSet | undefined, counts: (name: string) => boolean) =>
    Array.from(tensors ?? [], ([name, {shape}]) =>
      counts(name) ? shape.reduce((a, b) => a * b, 1) : 0,
    ).reduce((a, b) => a + b, 0);
  const head = sum(model, (name) => name === "lm_head.weight");
  return {
    model: sum(model, (name) => !name.includes("embed_tokens")),
    micro: head + sum(groups, (name) => /^(layers|norm|stop)\./.test(name)),
  };
}

function stepCells(texts: readonly DocumentRounds[], {model, micro}: PassWeights) {
  const {tokensPerPass, tokensPerPassLow, tokensPerPassHigh, draftPassesPerToken, documents, same} =
    roundCells(texts);
  return {
    tokensPerStep: tokensPerPass,
    tokensPerStepLow: tokensPerPassLow,
    tokensPerStepHigh: tokensPerPassHigh,
    entriesSaved: 1 - 1 / tokensPerPass,
    weightsRead: 1 / tokensPerPass + (draftPassesPerToken * micro) / model,
    same: same ?? 0,
    documents,
  };
}

function qualityCells(scores: readonly TextScores[], plain: readonly TextScores[]) {
  const own = documentShare(scores.map(({own, tokens}) => ({right: own, trials: tokens})));
  const sizes = scores.map(({tokens}) => tokens);
  const above = documentMean({sums: scores.map(({loss}, i) => loss - plain[i].loss), sizes});
  return {
    own: own.share,
    ownLow: known(own.low),
    ownHigh: known(own.high),
    loss: documentMean({sums: scores.map(({loss}) => loss), sizes}).value,
    lossAbove: above.value,
    lossAboveLow: known(above.low),
    lossAboveHigh: known(above.high),
  };
}
