/** The decoder that writes in a way, with its layers in a format where the way says one. */

import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import type {DataSets} from "../../experiment/experiment.js";
import {formats} from "../../formats/registry.js";
import {quantizeDecoder} from "../../quant/quantize-decoder.js";
import {decoderWeights} from "../shared/decoders.js";

/** The small decoder rounded to the nearest numbers of a format, and the bits that a weight takes; nothing without one. */
export async function decoderIn(
  id: string | undefined,
  data: Pick<DataSets, "get">,
): Promise<{readonly decoder: Decoder; readonly bitsPerWeight: number} | undefined> {
  if (id === undefined) return undefined;
  const {weights, bytes, elements} = await quantizeDecoder(decoderWeights("decoder-small", data), {
    format: formats[id],
  });
  return {
    decoder: await decoderOf(weights, {backend: await wasmBackend()}),
    bitsPerWeight: (8 * bytes) / elements,
  };
}
