import {rowsInOrder} from "../../formats/grouped-levels.js";
import {elementCount} from "../../tensor/tensor.js";
import {readStored, type StoredTensor} from "../stored-tensor.js";
import {type GgufFamily, ggufFamily} from "./families.js";
import {ggufModelProblem, type Metadata, numberAt, requiredNumber} from "./metadata.js";
import {publishedName, ROPE_FACTORS} from "./names.js";

/**
 * The tensors of a GGUF model by their published names, with the rows of queries and keys in the published order. What has
 * no published name keeps its own.
 * @throws FormatError with kind `unknown-architecture` or `bad-value`.
 */
export function publishedTensors(
  metadata: Metadata,
  tensors: ReadonlyMap<string, StoredTensor>,
): ReadonlyMap<string, StoredTensor> {
  const family = ggufFamily(metadata);
  const published = new Map<string, StoredTensor>();
  for (const tensor of tensors.values()) {
    if (tensor.name === ROPE_FACTORS) continue;
    const name = publishedName(tensor.name);
    const heads = family.isPermuted ? headsOf(metadata, family, tensor.name) : undefined;
    published.set(name, {...(heads === undefined ? tensor : inPublishedOrder(tensor, heads)), name});
  }
  return published;
}

/** Heads whose rows a tensor holds, where these are rotated. */
function headsOf(metadata: Metadata, {id}: GgufFamily, name: string): number | undefined {
  const [, part] = /^blk\.\d+\.attn_([qk])\.(?:weight|bias)$/.exec(name) ?? [];
  if (part === undefined) return undefined;
  const heads = requiredNumber(metadata, `${id}.attention.head_count`);
  return part === "q" ? heads : (numberAt(metadata, `${id}.attention.head_count_kv`) ?? heads);
}

/**
 * Undoes the order that llama.cpp's converter gives rows for a rotation of neighbouring pairs: within a head, row 2j is the
 * published row j, and row 2j + 1 the published row j + d/2.
 */
function inPublishedOrder(tensor: StoredTensor, heads: number): StoredTensor {
  const [rows] = tensor.shape;
  const headDim = rows / heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0) {
    throw ggufModelProblem(
      "bad-shape",
      tensor.name,
      `${rows} rows`,
      `an even number for each of ${heads} heads`,
    );
  }
  const width = elementCount(tensor.shape) / rows;
  const storedRow = (row: number): number => {
    const at = row % headDim;
    return row - at + (at < headDim / 2 ? 2 * at : 2 * at - headDim + 1);
  };
  return {
    ...tensor,
    partStep: null,
    ...(tensor.readLevels && {
      readLevels: async () => {
        const levels = await tensor.readLevels!();
        return levels && rowsInOrder(levels, storedRow);
      },
    }),
    async readElements(first, count) {
      const {data} = await readStored("openGgufModel", tensor);
      const ordered = new Float32Array(data.length);
      for (let row = 0; row < rows; row++) {
        const stored = storedRow(row);
        ordered.set(data.subarray(stored * width, (stored + 1) * width), row * width);
      }
      return ordered.subarray(first, first + count);
    },
  };
}
