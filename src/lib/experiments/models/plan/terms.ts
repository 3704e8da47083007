/** Terms on which a plan's formats are measured. */
import type {ImportanceMatrix} from "../../../checkpoint/importance/importance.js";
import type {StoredTensor} from "../../../checkpoint/stored-tensor.js";

/** Importance by which errors are weighed; null: all columns count alike. */
export type MeasureWeights = ImportanceMatrix | null;

/** Format in which a tensor is written for which another is asked. */
export type WrittenFormat = (tensor: Pick<StoredTensor, "name" | "shape">, format: string) => string;
