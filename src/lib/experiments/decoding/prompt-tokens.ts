import {MACHINES, machineById} from "../../accel/machines.js";
import {passSecondsOf} from "../../decoding/ppd/pass-time.js";
import {promptDecoding} from "../../decoding/ppd/ppd.js";
import {bestTrees, expectedRound, stateChances, stationaryShares} from "../../decoding/ppd/prompt-trees.js";
import {experiment} from "../../experiment/experiment.js";
import {optionNames} from "../../technique/option-names.js";
import {openedDecoder} from "../shared/decoder-texts.js";
import {promptsOf} from "./draft-models.js";
import {draftPrompts, plainTexts, roundCells, roundParams, roundsOf} from "./draft-rounds.js";

/** Limits on the inputs of a pass. */
const INPUTS = [4, 8, 16, 24, 32, 48];
/** Weights of Vicuna 7B, which has the sizes of Llama 2, at 16 bits. (arXiv:2307.09288) */
const VICUNA = {weights: 6.74e9, weightBytes: 2};

/** Sizes of PPD's passes: tokens of a round as its trees predict them and as texts give them, and the time on a machine. */
export const promptTokensExperiment = experiment({
  id: "decoding/prompt-tokens",
  title: "The model as its own draft",
  question: "How large should a pass be, if every input of it costs time on a machine?",
  source: `${promptDecoding.source}; times are those of a roofline of 6.74 billion weights at 16 bits`,
  params: {
    machine: {
      kind: "choice",
      label: "Hardware",
      help: "It determines how long a pass over many inputs takes.",
      options: [...MACHINES.keys()],
      names: optionNames(MACHINES.values()),
      default: "m2-ultra",
    },
    inputs: {
      kind: "choices",
      label: "Inputs of a pass at most",
      options: INPUTS,
      default: INPUTS,
      rowsBy: "inputs",
      advanced: true,
    },
    ...roundParams,
  },
  columns: {
    inputs: {type: "integer", label: "Inputs of a pass at most"},
    what: {type: "string", label: "Tokens of a pass are"},
    candidates: {type: "integer", label: "Candidates after a round with all guesses"},
    allGuesses: {type: "number", label: "Share of rounds with all guesses, in the long run"},
    tokensPerPass: {type: "number", label: "Tokens for each pass of the model"},
    tokensPerPassLow: {type: "number", label: "95 % interval, low", nullable: true},
    tokensPerPassHigh: {type: "number", label: "95 % interval, high", nullable: true},
    documents: {type: "integer", label: "Documents"},
    same: {type: "integer", label: "Documents with the very text of plain decoding", nullable: true},
    passMilliseconds: {type: "number", label: "Time of a pass", unit: "ms", provenance: "modelled"},
    speedup: {type: "number", label: "Times as fast as plain decoding", provenance: "modelled"},
  },
  needs: ["weights/decoder-large", "prompts/decoder-large"],
  sweep: [{}],
  async run({machine: id, inputs: limits, count, tokens}, {data, progress}) {
    const {bandwidthGBs, peakTops} = machineById(id);
    const rates = {
      bytesPerSecond: 1e9 * bandwidthGBs,
      operationsPerSecond: 1e12 * (peakTops.fp16 ?? peakTops.fp32 ?? Number.NaN),
    };
    const seconds = (inputs: number) => passSecondsOf(inputs, VICUNA, rates);
    const target = await openedDecoder("decoder-large", data);
    const prompts = promptsOf(target, data);
    const texts = draftPrompts(count, "tasks");
    const plain = plainTexts(target, tokens);
    const rows = [];
    for (const [n, inputs] of limits.entries()) {
      const trees = bestTrees(prompts.accuracy, inputs);
      const expected = expectedRound(trees);
      const told = (share: number) => progress((n + share) / limits.length, `${inputs} inputs`);
      const goal = {tokens, temperature: 0, told};
      const rounds = await roundsOf(promptDecoding, {target, prompts}, {inputs}, texts, plain, goal);
      const {tokensPerPass, tokensPerPassLow, tokensPerPassHigh, documents, same} = roundCells(rounds);
      const facts = {
        inputs,
        candidates: trees[trees.length - 1].ways.length,
        allGuesses: stationaryShares(stateChances(trees))[trees.length - 1],
        passMilliseconds: 1e3 * seconds(inputs),
      };
      const timed = (tokens: number) => (tokens * seconds(1)) / seconds(inputs);
      rows.push({
        ...facts,
        what: "predicted",
        tokensPerPass: expected.tokens,
        tokensPerPassLow: null,
        tokensPerPassHigh: null,
        documents: 0,
        same: null,
        speedup: timed(expected.tokens),
        provenance: "modelled" as const,
      });
      rows.push({
        ...facts,
        what: "measured",
        tokensPerPass,
        tokensPerPassLow,
        tokensPerPassHigh,
        documents,
        same,
        speedup: timed(tokensPerPass),
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});
