import {elementCount} from "../../tensor/tensor.js";
import {ggufName} from "../gguf/names.js";
import type {StoredTensor} from "../stored-tensor.js";

/**
 * Importance of the input columns of matrices: the mean square of what each column is multiplied by. By the names that GGUF has
 * for tensors, where it has one; of several matrices in one tensor one after the other.
 */
export type ImportanceMatrix = ReadonlyMap<string, Float32Array>;

/** The name under which the importance of a tensor stands, whether its file is GGUF or a published checkpoint. */
export const importanceName = (name: string): string => ggufName(name) ?? name;

/**
 * The importance of a matrix; undefined where there is none.
 * @param isInputFirst whether it is stored [in, out]
 * @throws RangeError naming a tensor whose columns are others.
 */
export function importanceOf(
  importance: ImportanceMatrix | null,
  {name, shape}: Pick<StoredTensor, "name" | "shape">,
  isInputFirst = false,
): Float32Array | undefined {
  const found = shape.length < 2 ? undefined : importance?.get(importanceName(name));
  if (found === undefined) return undefined;
  const columns = shape.at(isInputFirst ? 0 : -1) ?? 0;
  const matrices = elementCount(shape.slice(0, -2));
  if (found.length === columns || found.length === matrices * columns) return found;
  throw new RangeError(
    `quantize: importance of ${name} must be of its ${columns} columns, got ${found.length} numbers: it is that of another model`,
  );
}

/** The importance of the columns of one matrix: of several in one tensor, the mean of theirs. */
export function meanImportance(importance: Float32Array, columns: number): Float32Array {
  if (importance.length === columns) return importance;
  const matrices = importance.length / columns;
  const mean = new Float32Array(columns);
  importance.forEach((weight, i) => {
    mean[i % columns] += weight / matrices;
  });
  return mean;
}

/**
 * The importance of a model's matrices.
 * @throws RangeError where it has none of them: it is of another model.
 */
export function requireImportance(
  importance: ImportanceMatrix,
  tensors: Iterable<Pick<StoredTensor, "name" | "shape">>,
): ImportanceMatrix {
  for (const tensor of tensors) if (importanceOf(importance, tensor) !== undefined) return importance;
  const [first = "none"] = importance.keys();
  throw new RangeError(
    `quantize: importance must be of matrices of the model, got one of ${importance.size} others, such as ${first}`,
  );
}
