import {forwardAttamba} from "../../engine/attamba/attamba.js";
import {attambaOf} from "../../engine/attamba/load-attamba.js";
import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {matMulFreeOf} from "../../engine/matmul-free/load-matmul-free.js";
import {forwardMatMulFree} from "../../engine/matmul-free/matmul-free.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds} from "../../evaluate/eval-texts.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import type {DataSets} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import type {Tensor} from "../../tensor/tensor.js";
import {decoderWeights} from "../shared/decoders.js";
import {
  ATTAMBA_ID,
  attambaWeights,
  isMatMulFreeId,
  MATMUL_FREE_IDS,
  matMulFreeWeights,
  RIVALS,
} from "./models.js";

/** Models that read the documents, all trained on the same ones. */
export const READERS = [ATTAMBA_ID, ...RIVALS, ...MATMUL_FREE_IDS] as const;

/** The id of one of these models. */
export type MixerModelId = (typeof READERS)[number];

/** Mean negative log-likelihood of each document, in nats, under each of the models. */
export type DocumentLosses = Readonly<Record<MixerModelId, {readonly nll: Float64Array}>>;

/** Reads the documents of all evaluation seeds with every model. */
export async function documentLosses(
  data: Pick<DataSets, "get">,
  documents: number,
  tell: (share: number, what: string) => Promise<void>,
): Promise<DocumentLosses> {
  const texts = corpusSeeds({documents}).flatMap((seed) => seed.texts);
  const found: (readonly [MixerModelId, {readonly nll: Float64Array}])[] = [];
  for (const [at, id] of READERS.entries()) {
    await tell(at / READERS.length, id);
    const logits = await reading(id, data);
    const nll = Float64Array.from(
      texts,
      ({tokens}) => -mean(Array.from(scoreTokens(logits(tokens.slice(0, -1)), tokens.slice(1)).logProbs)),
    );
    found.push([id, {nll}]);
  }
  return Object.fromEntries(found) as DocumentLosses;
}

async function reading(
  id: MixerModelId,
  data: Pick<DataSets, "get">,
): Promise<(ids: readonly number[]) => Tensor> {
  if (isMatMulFreeId(id)) {
    const model = await matMulFreeOf(matMulFreeWeights(id, data));
    return (ids) => forwardMatMulFree(model, ids);
  }
  const backend = await wasmBackend();
  if (id === ATTAMBA_ID) {
    const model = await attambaOf(attambaWeights(data), {backend});
    return (ids) => forwardAttamba(model, ids);
  }
  const model = await decoderOf(decoderWeights(id, data), {backend});
  return (ids) => forward(model, ids);
}
