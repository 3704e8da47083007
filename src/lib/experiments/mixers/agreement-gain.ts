import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusCalibration} from "../../evaluate/eval-texts.js";
import type {DataSets} from "../../experiment/experiment.js";
import {RELEASED_TRAINING} from "../../mixers/ecoformer/learn-hash.js";
import {type Interval, studentInterval} from "../../stats/interval.js";
import {estimateMean, mean} from "../../stats/moments.js";
import {decoderWeights} from "../shared/decoders.js";
import {headHashes, headLessons, heldAgreements} from "./coded-heads.js";

const MODEL = "decoder-small";
/** The data set that the gain is measured with. */
export const AGREEMENT_DATA = `weights/${MODEL}` as const;
const TEXTS = 6;
const SETTING = {bits: 16, anchors: 25} as const;
const SEEDS = [1, 2, 3] as const;

/** Agreement with labels of other texts that codes gain by learning as released, over the heads of a decoder; a head's three seeds are one number. */
export async function agreementGain(
  data: Pick<DataSets, "get">,
): Promise<Interval & {readonly heads: number}> {
  const model = await decoderOf(decoderWeights(MODEL, data), {backend: await wasmBackend()});
  const lessons = (seed: number) =>
    headLessons(model, corpusCalibration(TEXTS, {seed}), {step: 16, alikeShare: 0.125, rows: "q"});
  const [known, held] = [lessons(0), lessons(1)];
  const bySeed = SEEDS.map((seed) => {
    const [random, learned] = [null, RELEASED_TRAINING].map((training) =>
      heldAgreements(headHashes(known, {...SETTING, training, seed}), held),
    );
    return learned.map((agreement, head) => agreement - random[head]);
  });
  const gains = bySeed[0].map((_, head) => mean(bySeed.map((own) => own[head])));
  const {value, low, high} = studentInterval(estimateMean(gains), gains.length);
  return {value, low, high, heads: gains.length};
}
