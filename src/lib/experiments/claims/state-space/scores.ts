/** State-space models under several setups on the same test documents, scored document by document. */

import type {MambaWeights} from "../../../engine/mamba/mamba-weights.js";
import type {PreparedModel} from "../../../engine/prepared-model.js";
import {wasmBackend} from "../../../engine/wasm/wasm-backend.js";
import {corpusCalibration, corpusSeeds, EVAL_SEEDS, type EvalText} from "../../../evaluate/eval-texts.js";
import {memoized} from "../../../evaluate/evaluate.js";
import {scorePair} from "../../../evaluate/token-scores.js";
import type {Work} from "../../../experiment/experiment.js";
import {type QuantizeMambaOptions, quantizeMamba} from "../../../ssm/quantize/quantize-mamba.js";
import {mambaTensorErrors} from "../../../ssm/quantize/tensor-errors.js";
import {ownParams, type ScanQuantizerId} from "../../../ssm/registry.js";
import {largest, smallest} from "../../../stats/extent.js";
import {mean} from "../../../stats/moments.js";
import {CALIBRATION_TEXTS} from "../../ssm/quantized-quality.js";
import type {Answers, TextLosses} from "../evidence.js";

/** Losses, answers and mean KL divergence to the float model, in nats, of every document. */
export interface DocumentScores extends TextLosses, Answers {
  readonly kl: Float64Array;
}

/** A setup by name; null is the float model. */
export type Setups<N extends string> = Readonly<
  Record<N, Pick<QuantizeMambaOptions, "method" | "bits" | "roundsEnds"> | null>
>;

/** Scores of every setup on the documents of all seeds. */
export async function documentScores<N extends string>(
  weights: MambaWeights,
  setups: Setups<N>,
  {documents, tell}: {readonly documents: number; readonly tell: Work["progress"]},
): Promise<Readonly<Record<N, DocumentScores>>> {
  const texts = corpusSeeds({seeds: EVAL_SEEDS, documents}).flatMap((seed) => seed.texts);
  const calibration = corpusCalibration(CALIBRATION_TEXTS);
  const shared = {calibration, backend: wasmBackend};
  const float = memoized(await quantizeMamba(weights, {...shared, method: "dynamic", bits: null}));
  const own = ({method}: {method: ScanQuantizerId}) => ({params: ownParams(method, {headGroups: 2})});
  const found: Partial<Record<N, DocumentScores>> = {};
  const all = Object.entries(setups) as [N, Setups<N>[N]][];
  for (const [n, [name, setup]] of all.entries()) {
    await tell(n / all.length, name);
    const model = setup === null ? float : await quantizeMamba(weights, {...shared, ...setup, ...own(setup)});
    found[name] = await scoresOf(model, float, texts, (share) => tell((n + share) / all.length, name));
  }
  return found as Record<N, DocumentScores>;
}

type Logits = Pick<PreparedModel, "logits">;

async function scoresOf(
  model: Logits,
  float: Logits,
  texts: readonly EvalText[],
  tell: (share: number) => Promise<void>,
): Promise<DocumentScores> {
  const nll = new Float64Array(texts.length);
  const kl = new Float64Array(texts.length);
  const right: boolean[][] = [];
  for (const [i, {tokens, answers}] of texts.entries()) {
    await tell(i / texts.length);
    const read = tokens.slice(0, -1);
    const pair = scorePair(float.logits(read), model.logits(read), tokens.slice(1));
    nll[i] = -mean(pair.model.logProbs);
    kl[i] = mean(pair.kl);
    right.push(answers.map((position) => pair.model.topTokens[position - 1] === tokens[position]));
  }
  return {nll, kl, right};
}

interface Tail {
  readonly kurtosis: number;
  readonly sqnrDb: number;
}

/** Kurtosis and signal to noise of the gated output, in the layer where each is worst, as it is and in Hadamard space. */
export interface OutputTails {
  readonly plain: Tail;
  readonly hadamard: Tail;
}

/** Measures the tails of the gated output on so many documents of each seed. */
export async function outputTails(weights: MambaWeights, documents: number): Promise<OutputTails> {
  const texts = corpusSeeds({seeds: EVAL_SEEDS, documents}).flatMap((seed) =>
    seed.texts.map(({tokens}) => tokens.slice(0, -1)),
  );
  const calibration = corpusCalibration(CALIBRATION_TEXTS);
  const worst = async (method: "static" | "hadamard") => {
    const errors = await mambaTensorErrors(weights, {method, calibration, backend: wasmBackend}, texts);
    const own = errors.filter(({tensor}) => tensor === "output");
    return {
      kurtosis: largest(own.map(({kurtosis}) => kurtosis)),
      sqnrDb: smallest(own.map(({sqnrDb}) => sqnrDb)),
    };
  };
  return {plain: await worst("static"), hadamard: await worst("hadamard")};
}
