/** Trained models in formats with a place for outliers and in searched grids, scored document by document. */

import {wasmBackend} from "../../../engine/wasm/wasm-backend.js";
import {corpusCalibration, corpusSeeds, EVAL_SEEDS} from "../../../evaluate/eval-texts.js";
import {prepareModel, type Setup} from "../../../evaluate/prepare-model.js";
import {scorePair} from "../../../evaluate/token-scores.js";
import type {DataSets, Work} from "../../../experiment/experiment.js";
import {formatById} from "../../../formats/registry.js";
import type {MethodId} from "../../../quant/registry.js";
import {mean} from "../../../stats/moments.js";
import {randomStream} from "../../../tensor/random.js";
import type {Tensor} from "../../../tensor/tensor.js";
import {decoderWeights, SMALL_DECODERS} from "../../shared/decoders.js";
import {MASK, MASKED_CONFIG, MASKED_MODEL} from "../../shared/masked.js";
import type {Claim} from "../claim.js";

interface Names {
  readonly weights?: string;
  readonly inputs?: string;
  readonly method?: MethodId;
}

/** Setups of the decoders by name. */
export const DECODER_SETUPS = {
  float: {},
  "int8 W8A8": {weights: "int8_channel", inputs: "int8_token"},
  "LLM.int8()": {weights: "int8_channel", method: "llm-int8"},
  "int4 W4A4": {weights: "int4_channel", inputs: "int4_channel"},
  "OliVe W4A4": {weights: "olive4", inputs: "olive4_tensor"},
  int4: {weights: "int4_channel"},
  FP6: {weights: "fp6_4p2"},
  "uniform, 3 bits": {weights: "int3"},
  "power, 3 bits": {weights: "nupes3"},
} as const satisfies Record<string, Names>;

/** Setups of the masked diffusion model by name, one scale a tensor in all. */
export const MASKED_SETUPS = {
  float: {},
  "int8 W8A8": {weights: "int8_tensor", inputs: "int8_tensor"},
  "FP8 W8A8": {weights: "fp8_searched", inputs: "fp8_searched"},
  "FP4 W4A8": {weights: "fp4_searched", inputs: "fp8_searched"},
  "FP4 W4A8, learned rounding": {weights: "fp4_searched", inputs: "fp8_searched", method: "learned-rounding"},
} as const satisfies Record<string, Names>;

/** The name of a setup of the decoders, and of the masked model. */
export type DecoderSetup = keyof typeof DECODER_SETUPS;
/** The name of a setup of the masked diffusion model. */
export type MaskedSetup = keyof typeof MASKED_SETUPS;

/** Mean negative log-likelihood of each document, in nats. */
export interface Losses {
  readonly nll: Float64Array;
}

/** Losses of all setups, on both decoders and on the masked model. */
export interface OutlierFound {
  readonly decoders: Readonly<Record<string, Readonly<Record<DecoderSetup, Losses>>>>;
  readonly masked: Readonly<Record<MaskedSetup, Losses>>;
}

/** A claim that these models judge. */
export type OutlierClaim = Claim<OutlierFound>;

/** Data sets that these claims read. */
export const OUTLIER_NEEDS = [
  ...SMALL_DECODERS.map((id) => `weights/${id}` as const),
  `weights/${MASKED_MODEL}`,
] as const;

/** Documents of each seed. */
const DOCUMENTS = 4;
/** Share of tokens that are masked in a document of the diffusion model. */
const MASKED_SHARE = 0.5;

const setupOf = ({weights, inputs, method}: Names): Setup => ({
  ...(weights && {weights: formatById(weights)}),
  ...(inputs && {activations: formatById(inputs)}),
  ...(method && {method}),
});

/** A document as a model reads it, and the token that each position of its logits is to say, -1 where none is scored. */
interface Read {
  readonly ids: readonly number[];
  readonly targets: readonly number[];
}

const nextTokens = (tokens: readonly number[]): Read => ({
  ids: tokens.slice(0, -1),
  targets: tokens.slice(1),
});

/** Tokens are masked at random but for the first; a position's logits are those of the next one, as in Dream. */
function maskedTokens(tokens: readonly number[], uniform: () => number): Read {
  const isMasked = tokens.map((_, i) => i > 0 && uniform() < MASKED_SHARE);
  return {
    ids: tokens.map((token, i) => (isMasked[i] ? MASK : token)),
    targets: tokens.map((_, i) => (isMasked[i + 1] ? tokens[i + 1] : -1)),
  };
}

function lossOf(logits: Tensor, {targets}: Read): number {
  return -mean(scorePair(logits, logits, targets).model.logProbs);
}

async function lossesOf<N extends string>(
  weights: Parameters<typeof prepareModel>[0],
  setups: Readonly<Record<N, Names>>,
  reads: readonly Read[],
  tell: (what: string) => Promise<void>,
): Promise<Record<N, Losses>> {
  const found = {} as Record<N, Losses>;
  const options = {backend: wasmBackend, calibration: corpusCalibration(8)};
  for (const [name, names] of Object.entries(setups) as [N, Names][]) {
    await tell(name);
    const {logits} = await prepareModel(weights, setupOf(names), options);
    found[name] = {nll: Float64Array.from(reads, (read) => lossOf(logits(read.ids), read))};
  }
  return found;
}

/** Losses of all setups on all models. */
export async function outlierFound(
  data: Pick<DataSets, "get">,
  progress: Work["progress"],
): Promise<OutlierFound> {
  const texts = corpusSeeds({seeds: EVAL_SEEDS, documents: DOCUMENTS}).flatMap((seed) => seed.texts);
  const decoders: Record<string, Record<DecoderSetup, Losses>> = {};
  for (const [n, id] of SMALL_DECODERS.entries()) {
    const reads = texts.map(({tokens}) => nextTokens(tokens));
    decoders[id] = await lossesOf(decoderWeights(id, data as never), DECODER_SETUPS, reads, (what) =>
      progress((n + 0.5) / 3, what),
    );
  }
  const {uniform} = randomStream(0, "masked documents");
  const reads = texts.map(({tokens}) => maskedTokens(tokens, uniform));
  const weights = {config: MASKED_CONFIG, tensors: data.get(`weights/${MASKED_MODEL}`)!};
  return {decoders, masked: await lossesOf(weights, MASKED_SETUPS, reads, (what) => progress(0.9, what))};
}
