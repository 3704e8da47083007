import type {Row} from "../../experiment/columns.js";
import {experiment} from "../../experiment/experiment.js";
import {
  drawNumbers,
  MATCHING_WIDTH,
  type MatchTask,
  matchedTokens,
  matchingHead,
  sufficientSharpness,
} from "../../mixers/kronecker/match-three.js";
import {kronecker} from "../../mixers/kronecker/technique.js";
import {tensorAttention} from "../../mixers/kronecker/tensor-attention.js";
import {decide, trainHead} from "../../mixers/kronecker/trained-head.js";
import {type DocumentTrials, documentShare} from "../../stats/documents.js";
import {randomStream} from "../../tensor/random.js";
import {known} from "../shared/quality-columns.js";
import {tripleColumns} from "./triple-columns.js";

/** Heads that are compared, by the lists of keys that they have; none for one that is not trained. */
const HEADS = {
  "softmax, trained": 1,
  "tensor, trained": 2,
  "tensor, written down": null,
  "the more frequent answer": null,
} as const;
const HEAD_IDS = Object.keys(HEADS) as (keyof typeof HEADS)[];
const WIDTHS = [2, 4, 8] as const;
const SEEDS = [1, 2, 3] as const;
const ALL_SEEDS = "all";
/** Units of the network that reads a trained head's output. */
const HIDDEN = 16;
const BATCH = 32;
const LEARNING_RATE = 0.02;

const columns = {
  head: {type: "string", label: "Head"},
  width: {type: "integer", label: "Channels", nullable: true},
  seed: {type: "string", label: "Seed of training"},
  ...tripleColumns,
} as const;

/** Heads that shall find triples: attention of tokens, and attention to pairs of tokens. */
export const triples = experiment({
  id: "mixers/triples",
  title: "Finding triples",
  question: "Can one head tell whether two other numbers complete its own to a multiple of a modulus?",
  source: `${kronecker.source}; the task: arXiv:2306.02896, section 4`,
  params: {
    heads: {kind: "choices", label: "Heads", options: HEAD_IDS, default: HEAD_IDS, rowsBy: "head"},
    widths: {
      kind: "choices",
      label: "Channels of trained heads",
      options: WIDTHS,
      default: [...WIDTHS],
      rowsBy: "width",
    },
    steps: {
      kind: "integer",
      label: "Steps of training",
      help: `Of ${BATCH} lists each.`,
      min: 50,
      max: 1000,
      log: true,
      default: 600,
    },
    modulus: {kind: "integer", label: "Modulus", min: 3, max: 13, default: 11, advanced: true},
    kinds: {kind: "integer", label: "Kinds of numbers in a list", min: 2, max: 6, default: 4, advanced: true},
    lists: {
      kind: "integer",
      label: "Lists that are decided",
      min: 6,
      max: 400,
      log: true,
      default: 100,
      advanced: true,
    },
  },
  columns,
  needs: [],
  sweep: [{}],
  async run({heads, widths, steps, modulus, kinds, lists}, {progress}) {
    const task = {modulus, kinds, tokens: 8};
    const asked = Array.from({length: lists}, (_, n) =>
      drawNumbers(randomStream(n, "lists to decide"), task),
    );
    const rows: Row<typeof columns>[] = [];
    for (const [at, head] of heads.entries()) {
      const keyLists = HEADS[head];
      if (keyLists === null) {
        rows.push(
          pooledRow(head, head === "tensor, written down" ? MATCHING_WIDTH : null, [
            decided(asked, modulus, fixedDecision(head, asked, task)),
          ]),
        );
        continue;
      }
      for (const width of widths) {
        const found: DocumentTrials[][] = [];
        for (const seed of SEEDS) {
          await progress((at + (seed - 1) / SEEDS.length) / heads.length, `${head}, ${width} channels`);
          const shape = {
            ...task,
            lists: keyLists,
            width,
            hidden: HIDDEN,
            steps,
            batch: BATCH,
            learningRate: LEARNING_RATE,
          };
          const weights = trainHead(shape, randomStream(seed, "training"));
          found.push(decided(asked, modulus, (numbers) => decide(weights, numbers, width)));
        }
        rows.push(pooledRow(head, width, found));
        for (const [n, trials] of found.entries())
          rows.push({...pooledRow(head, width, [trials]), seed: String(SEEDS[n])});
      }
    }
    return rows;
  },
});

/** Numbers of each list that are decided rightly. */
const decided = (
  asked: readonly (readonly number[])[],
  modulus: number,
  decision: (numbers: readonly number[]) => readonly number[],
): DocumentTrials[] =>
  asked.map((numbers) => {
    const [matched, held] = [matchedTokens(numbers, modulus), decision(numbers)];
    return {right: matched.filter((label, i) => label === held[i]).length, trials: numbers.length};
  });

/** The decision of the head that is written down, or the answer that is right more often for all. */
function fixedDecision(head: keyof typeof HEADS, asked: readonly (readonly number[])[], task: MatchTask) {
  if (head === "tensor, written down") {
    const sharpness = sufficientSharpness(task);
    return (numbers: readonly number[]) =>
      Array.from(tensorAttention(matchingHead(numbers, task.modulus, sharpness)).output, (share) =>
        Number(share > 0.5),
      );
  }
  const all = asked.flatMap((numbers) => matchedTokens(numbers, task.modulus));
  const often = Number(all.filter((label) => label === 1).length > all.length / 2);
  return (numbers: readonly number[]) => numbers.map(() => often);
}

/** A row over the heads of several seeds: a list's decisions by all of them count together. */
function pooledRow(
  head: string,
  width: number | null,
  found: readonly (readonly DocumentTrials[])[],
): Row<typeof columns> {
  const lists = found[0].map((_, list) => ({
    right: found.reduce((sum, trials) => sum + trials[list].right, 0),
    trials: found.reduce((sum, trials) => sum + trials[list].trials, 0),
  }));
  const {share, low, high} = documentShare(lists);
  return {
    head,
    width,
    seed: ALL_SEEDS,
    right: share,
    rightLow: known(low),
    rightHigh: known(high),
    lists: lists.length,
    provenance: "measured",
  };
}
