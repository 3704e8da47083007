import {forwardAttamba} from "../../engine/attamba/attamba.js";
import {attambaOf} from "../../engine/attamba/load-attamba.js";
import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds} from "../../evaluate/eval-texts.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import type {DataSets} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import type {Tensor} from "../../tensor/tensor.js";
import {decoderWeights} from "../shared/decoders.js";
import {ATTAMBA_ID, attambaWeights, RIVALS} from "./models.js";

/** The id of one of the three models. */
export type MixerModelId = typeof ATTAMBA_ID | (typeof RIVALS)[number];

/** Mean negative log-likelihood of each document, in nats, under each of the models. */
export type DocumentLosses = Readonly<Record<MixerModelId, {readonly nll: Float64Array}>>;

/** Reads the documents of all evaluation seeds with every model. */
export async function documentLosses(
  data: Pick<DataSets, "get">,
  documents: number,
  tell: (share: number, what: string) => Promise<void>,
): Promise<DocumentLosses> {
  const texts = corpusSeeds({documents}).flatMap((seed) => seed.texts);
  const read = async (id: MixerModelId, at: number) => {
    await tell(at / (1 + RIVALS.length), id);
    const logits = await reading(id, data);
    const nll = Float64Array.from(
      texts,
      ({tokens}) => -mean(Array.from(scoreTokens(logits(tokens.slice(0, -1)), tokens.slice(1)).logProbs)),
    );
    return [id, {nll}] as const;
  };
  const found: (readonly [MixerModelId, {readonly nll: Float64Array}])[] = [];
  for (const [at, id] of [ATTAMBA_ID, ...RIVALS].entries()) found.push(await read(id as MixerModelId, at));
  return Object.fromEntries(found) as DocumentLosses;
}

async function reading(
  id: MixerModelId,
  data: Pick<DataSets, "get">,
): Promise<(ids: readonly number[]) => Tensor> {
  const backend = await wasmBackend();
  if (id === ATTAMBA_ID) {
    const model = await attambaOf(attambaWeights(data), {backend});
    return (ids) => forwardAttamba(model, ids);
  }
  const model = await decoderOf(decoderWeights(id, data), {backend});
  return (ids) => forward(model, ids);
}
