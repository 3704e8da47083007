import type {TensorSet} from "../../../lib/experiment/experiment.js";
import {fromBytePlanes} from "../../../lib/io/byte-planes.js";
import {bytesSource} from "../../../lib/io/byte-source.js";
import {floatDecoder} from "../../../lib/io/dtypes.js";
import {gunzipped, isGzip} from "../../../lib/io/gzip.js";
import {openSafetensors, readTensor} from "../../../lib/io/safetensors.js";
import type {Tensor} from "../../../lib/tensor/tensor.js";

/** All tensors of floats in a file of this site. @throws Error if it does not come; FormatError if it is damaged. */
export async function loadTensors(address: string): Promise<TensorSet> {
  const file = await openSafetensors(bytesSource(await fetchBytes(address)));
  const floats = Array.from(file.tensors.values()).filter(({dtype}) => floatDecoder(dtype) !== undefined);
  const loaded = new Map<string, Tensor>();
  for (const {name} of floats) loaded.set(name, await readTensor(file, name));
  return loaded;
}

/** The built site holds tensors packed (scripts/pack-tensors.ts); a preview has them as they are. */
async function fetchBytes(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the data at ${address} did not come: ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return isGzip(bytes) ? fromBytePlanes(await gunzipped(bytes)) : bytes;
}
