import {elementCount, type Tensor} from "../tensor/tensor.js";
import {readStored, type StoredTensor} from "./stored-tensor.js";

/** Most elements that are read of a tensor at once, unless fewer are asked for: 64 MiB as float32. */
export const SAMPLE_ELEMENTS = 2 ** 24;
/** Runs of rows that a sample is made of, evenly over the tensor. */
const RUNS = 64;
/** A multiple of every block: where a sample of a row begins and ends. */
const STEP = 256;

/**
 * A tensor, or of one of more than `most` elements as many rows as these hold, in runs spread evenly over it; of rows that are
 * longer than that, runs of elements.
 * @throws RangeError or FormatError naming a tensor that cannot be read.
 */
export async function readSample(
  reader: string,
  tensor: StoredTensor,
  most = SAMPLE_ELEMENTS,
): Promise<Tensor> {
  const count = elementCount(tensor.shape);
  if (count <= most) return readStored(reader, tensor);
  const columns = tensor.shape.at(-1) ?? 1;
  const unit = columns <= most / RUNS ? columns : STEP;
  const part = tensor.partStep === null ? await wholeOf(reader, tensor) : tensor;
  const data = await readRuns(part, {unit, units: Math.floor(count / unit), most});
  return {shape: unit === columns ? [data.length / columns, columns] : [data.length], data};
}

/** Most elements of a tensor that gives no parts: one gigabyte as float32. */
const MOST_WHOLE = 2 ** 28;

/** A tensor that gives no parts, read whole to take them from. */
async function wholeOf(reader: string, tensor: StoredTensor): Promise<Pick<StoredTensor, "readElements">> {
  if (elementCount(tensor.shape) > MOST_WHOLE) {
    throw new RangeError(
      `${reader}: ${tensor.name}, ${tensor.dtype}, can be read whole alone and must have at most ${MOST_WHOLE} elements for it, got [${tensor.shape.join(", ")}]`,
    );
  }
  const {data} = await readStored(reader, tensor);
  return {readElements: async (first, count) => data.subarray(first, first + count)};
}

async function readRuns(
  tensor: Pick<StoredTensor, "readElements">,
  {unit, units, most}: {readonly unit: number; readonly units: number; readonly most: number},
): Promise<Float32Array> {
  const length = Math.floor(most / RUNS / unit);
  const data = new Float32Array(RUNS * length * unit);
  for (let run = 0; run < RUNS; run++) {
    const first = Math.floor((run * (units - length)) / (RUNS - 1));
    data.set(await tensor.readElements(first * unit, length * unit), run * length * unit);
  }
  return data;
}
