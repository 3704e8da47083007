/** Models in four-bit formats on the same test documents, scored document by document. */

import type {DecoderWeights} from "../../../engine/decoder/decoder-weights.js";
import type {PreparedModel} from "../../../engine/prepared-model.js";
import {wasmBackend} from "../../../engine/wasm/wasm-backend.js";
import type {EvalText} from "../../../evaluate/eval-texts.js";
import {memoized} from "../../../evaluate/evaluate.js";
import {prepareModel} from "../../../evaluate/prepare-model.js";
import {scorePair} from "../../../evaluate/token-scores.js";
import type {Work} from "../../../experiment/experiment.js";
import type {Format} from "../../../formats/format.js";
import {mx, mxfp4, mxint4} from "../../../formats/mx/mx.js";
import {fourOverSix} from "../../../formats/nvfp4/four-over-six.js";
import {nvfp4} from "../../../formats/nvfp4/nvfp4.js";
import {razer} from "../../../formats/razer/razer.js";
import {razerAct} from "../../../formats/razer/razer-act.js";
import {mean} from "../../../stats/moments.js";
import type {DecoderId} from "../../shared/decoders.js";
import type {Claim} from "../claim.js";

/** Formats of a setup. */
interface Setup {
  readonly weights: Format | null;
  /** What the paper of the format means for activations, where it speaks of them. */
  readonly activations?: Format;
}

/** Setups by name: weights alone are rounded, or activations too. */
export const SETUPS = {
  FP16: {weights: null},
  RaZeR: {weights: razer(), activations: razerAct()},
  NVFP4: {weights: nvfp4(), activations: nvfp4()},
  MXFP4: {weights: mxfp4, activations: mxfp4},
  "MXFP4, blocks of 16": {weights: mx({blockSize: 16})},
  "4over6": {weights: fourOverSix()},
  MXINT4: {weights: mxint4},
} as const satisfies Readonly<Record<string, Setup>>;

/** The name of a setup. */
export type SetupName = keyof typeof SETUPS;

/** Mean negative log-likelihood and mean KL divergence to the float model of every document, in nats. */
export interface Scores {
  readonly nll: Float64Array;
  readonly kl: Float64Array;
}

/** Setups' scores on one model, with activations of 16 or 4 bits. */
export interface Found {
  readonly model: DecoderId;
  readonly activationBits: 16 | 4;
  readonly scores: Readonly<Partial<Record<SetupName, Scores>>>;
}

/** A claim that models in formats judge. */
export type ModelClaim = Claim<readonly Found[]>;

/** @throws RangeError if the setup was not run. */
export function scoresOf({scores, model}: Found, name: SetupName): Scores {
  const found = scores[name];
  if (found === undefined)
    throw new RangeError(`scoresOf: ${model} must have been run in ${name}, got no run`);
  return found;
}

/** Scores of every setup on every text; of those with formats for activations if these have 4 bits. */
export async function setupScores(
  weights: DecoderWeights,
  activationBits: 16 | 4,
  texts: readonly EvalText[],
  progress: Work["progress"],
): Promise<Found["scores"]> {
  const baseline = memoized(await prepareModel(weights, {}, {backend: wasmBackend}));
  const scores: Partial<Record<SetupName, Scores>> = {};
  const run = (Object.entries(SETUPS) as [SetupName, Setup][]).filter(
    ([, {weights: rounded, activations}]) => activationBits === 16 || rounded === null || activations,
  );
  for (const [n, [name, {weights: rounded, activations}]] of run.entries()) {
    const setup = {
      ...(rounded && {weights: rounded}),
      ...(activations && activationBits === 4 && {activations}),
    };
    const model = await prepareModel(weights, setup, {backend: wasmBackend});
    const tell = (share: number) => progress((n + share) / run.length, name);
    scores[name] = await textScores(model, baseline, texts, tell);
  }
  return scores;
}

type Logits = Pick<PreparedModel, "logits">;

async function textScores(
  model: Logits,
  baseline: Logits,
  texts: readonly EvalText[],
  tell: (share: number) => Promise<void>,
): Promise<Scores> {
  const nll = new Float64Array(texts.length);
  const kl = new Float64Array(texts.length);
  for (const [i, {tokens}] of texts.entries()) {
    await tell(i / texts.length);
    const read = tokens.slice(0, -1);
    const pair = scorePair(baseline.logits(read), model.logits(read), tokens.slice(1));
    nll[i] = -mean(pair.model.logProbs);
    kl[i] = mean(pair.kl);
  }
  return {nll, kl};
}
