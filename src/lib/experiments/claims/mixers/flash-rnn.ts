/** FlashRNN's claims: tiles that its solver finds, and states that recurrent networks follow. */

import type {DataSets} from "../../../experiment/experiment.js";
import {fusedTiles} from "../../../mixers/flash-rnn/tiles/fused-tiles.js";
import {PROCESSORS} from "../../../mixers/flash-rnn/tiles/processor.js";
import {firstSolution} from "../../../mixers/flash-rnn/tiles/solve.js";
import {documentChange} from "../../../stats/documents.js";
import {secondHalf, trackedWords} from "../../mixers/state-tracking.js";
import type {Claim, Evidence} from "../claim.js";
import {intervalsOf, modelled, reported, type Spread, scaled, spread} from "../evidence.js";
import {notTried, orderVerdict} from "../rules.js";

/** Id of the paper. */
const FLASH_RNN = "arXiv:2412.07752";

/** The widest head of the version in Triton. (github.com/NX-AI/flashrnn, README) */
const TRITON_WIDTH = 64;
const WORDS = 12;
/** Elements of a word, eight times as many as in training. */
const LENGTH = 256;

/** Right products of an LSTM less those of a rival, by group. */
export interface FollowedStates {
  readonly gaps: readonly {readonly task: string; readonly rival: string; readonly gap: Spread}[];
}

/** Follows the words of both groups with an LSTM and both rivals. */
export async function followedStates(data: Pick<DataSets, "get">): Promise<FollowedStates> {
  const gaps = [];
  for (const task of ["parity", "s3"] as const) {
    const right = async (model: "lstm" | "gated" | "transformer") =>
      (await trackedWords({task, model}, WORDS, data)).flatMap(([, words]) => words);
    const own = await right("lstm");
    for (const rival of ["gated", "transformer"] as const) {
      gaps.push({task, rival, gap: gapOfWords(own, await right(rival))});
    }
  }
  return {gaps};
}

function gapOfWords(own: readonly Uint8Array[], rival: readonly Uint8Array[]): Spread {
  const change = documentChange(
    own.map((word, i) => {
      const [won, lost] = [
        word.map((hit, t) => Number(hit > rival[i][t])),
        word.map((hit, t) => Number(hit < rival[i][t])),
      ];
      const half = secondHalf(won, LENGTH);
      return {won: half.right, lost: secondHalf(lost, LENGTH).right, trials: half.trials};
    }),
  );
  return scaled({...change, documents: own.length}, 100);
}

/** The widest head of one LSTM layer for which there are tiles, in steps of 64 channels. */
function widestHead(): Evidence {
  let widest = 0;
  for (let headDim = 64; headDim <= 4096; headDim += 64) {
    const problem = fusedTiles({headDim, heads: 1, batch: 16, gates: 4}, PROCESSORS.h100);
    if (firstSolution(problem) !== null) widest = headDim;
  }
  return modelled(
    "an LSTM of one head on an H100, 16 sequences",
    "widest head over that of Triton",
    widest / TRITON_WIDTH,
    "x",
  );
}

/** Claims of FlashRNN. */
export const flashRnnClaims: readonly Claim<FollowedStates>[] = [
  {
    id: "flashrnn-hidden-sizes",
    paper: FLASH_RNN,
    place: "abstract",
    statement: "Its kernels allow hidden sizes 40 times as large as those of the version in Triton.",
    kind: "modelled",
    reported: [reported("fused kernels in CUDA", "larger hidden sizes", 40, "x")],
    ours: () => [widestHead()],
    judge: (printed, ours) =>
      (ours[0].value ?? 0) >= (printed[0].value ?? Number.NaN) ? "agrees" : "same direction",
    why: "Our solver of the published constraints finds tiles up to this width; beyond it the recurrent matrix fits neither registers nor shared memory. That such a kernel runs was not tried.",
  },
  {
    id: "flashrnn-state-tracking",
    paper: FLASH_RNN,
    place: "introduction",
    statement:
      "Traditional recurrent networks follow states that transformers and state-space models cannot.",
    kind: "measured",
    reported: [
      reported("tasks of formal languages", "states followed beyond the lengths of training", null, "%"),
    ],
    ours: ({gaps}) =>
      gaps.map(({task, rival, gap}) =>
        spread(
          `${task === "s3" ? "products of orders of three letters" : "parity"}, words eight times as long as in training`,
          `states right, LSTM less ${rival === "gated" ? "gated recurrence" : "transformer"}`,
          gap,
          "points",
        ),
      ),
    judge: (_, ours) => orderVerdict(intervalsOf(ours)),
    why: "One recurrent layer of 32 channels against two layers as wide with networks between them, three trainings each on words of up to 32 elements. Longer training or other positions could help the rivals.",
  },
  {
    id: "flashrnn-speed",
    paper: FLASH_RNN,
    place: "abstract",
    statement: "Its kernels are up to 50 times as fast as a plain recurrent network in PyTorch.",
    kind: "open",
    reported: [reported("on a graphics processor", "speed over plain PyTorch", 50, "x")],
    ours: () => [],
    judge: notTried,
    why: "The kernels need a processor that we do not have. What they save is counted: bytes of both forms, on the page.",
  },
];
