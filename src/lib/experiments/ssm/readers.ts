/** Decoders and state-space models side by side, as experiments compare them. */

import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {mambaOf} from "../../engine/mamba/mamba-weights.js";
import {decoderText, mambaText, type OpenText} from "../../engine/open-text.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import type {DataSets} from "../../experiment/experiment.js";
import {type DecoderId, decoderWeights} from "../shared/decoders.js";
import {type MambaId, mambaWeights} from "./mambas.js";

/** Models that remember in either way; the two small decoders compute the same, and so do the two Mamba2. */
export const READER_IDS = [
  "decoder-small",
  "decoder-large",
  "mamba1-small",
  "mamba2-small",
] as const satisfies readonly (DecoderId | MambaId)[];

/** The id of a model that the experiment compares. */
export type ReaderId = (typeof READER_IDS)[number];

/** The choice of models to compare. */
export const readersParam = {
  kind: "choices",
  label: "Models",
  options: READER_IDS,
  default: READER_IDS,
} as const;

/** Data sets of all models that the experiment compares. */
export const READER_NEEDS = READER_IDS.map((id) => `weights/${id}` as const);

/** The data sets that one setting of an experiment with `models` reads. */
export const needsOfReaders = ({models}: {models: readonly ReaderId[]}) =>
  models.map((id) => `weights/${id}` as const);

/** True for a state-space model, false for a decoder. */
export function isMamba(id: ReaderId): id is ReaderId & MambaId {
  return id.startsWith("mamba");
}

/** Makes a model ready to begin texts. */
export async function reader(id: ReaderId, data: Pick<DataSets, "get">): Promise<() => OpenText> {
  const options = {backend: await wasmBackend()};
  if (isMamba(id)) {
    const model = await mambaOf(mambaWeights(id, data), options);
    return () => mambaText(model);
  }
  const model = await decoderOf(decoderWeights(id, data), options);
  return () => decoderText(model);
}
