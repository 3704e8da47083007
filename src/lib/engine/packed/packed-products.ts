/** Products of a model with matrices that stay as its files hold them. */
import type {PackedCheckpoint} from "../../checkpoint/open-checkpoint.js";
import type {GroupedLevels} from "../../formats/grouped-levels.js";
import type {Checkpoint} from "../../io/checkpoint.js";
import {elementCount} from "../../tensor/tensor.js";
import {type Backend, type Linear, type PackedActivations, referenceBackend} from "../backend.js";
import {EMBEDDING_NAME} from "../decoder/layer-parts.js";
import type {PlannedTensor, TensorPlan} from "../tensor-plan.js";
import {packedLinear} from "./packed-linear.js";

/** A checkpoint, with its matrices as they are packed where it tells. */
export type MaybePacked = Checkpoint & Partial<Pick<PackedCheckpoint, "levels" | "packedBytes">>;

/** The product of a planned matrix that stays packed; null for one that is to be unpacked. */
export type PackedProduct = (name: string, bias: Float32Array | null) => Promise<Linear | null>;

/** The options of loading that decide about products. */
interface Products {
  readonly backend?: Backend;
  readonly packed?: PackedActivations;
  /** Given where weights are rewritten: none stays packed then. */
  readonly transform?: unknown;
  readonly linear?: unknown;
}

/** Products of the matrices of a plan, as the option `packed` asks. */
export async function packedProducts(
  checkpoint: MaybePacked,
  plan: TensorPlan,
  {backend = referenceBackend, packed, transform, linear}: Products,
): Promise<PackedProduct> {
  if (packed === undefined || transform !== undefined || linear !== undefined) return async () => null;
  const fused = await backend.packed?.();
  return async (name, bias) => {
    const levels = await plannedLevels(checkpoint, plan, name);
    if (levels === null) return null;
    return fused === undefined ? packedLinear(levels, bias, packed) : fused(levels, bias, packed);
  };
}

/** Widths of codes that products read. */
const CODE_BITS = [2, 4, 8] as const;
/** Bits an element that its scale takes beside its code, at most: a float32 number for 16, or two for 32. */
const SCALE_BITS = 2;

/**
 * Tensors of a plan with the bytes that they take: of a matrix that stays packed no more than its codes in the width that
 * products read, and scales in float32. The table that tokens are looked up in is unpacked, beside a head that shares it.
 */
export function plannedBytes(
  checkpoint: MaybePacked,
  plan: TensorPlan,
  {packed, transform, linear}: Products,
  isTied: boolean,
): readonly (Pick<PlannedTensor, "shape"> & {readonly bytes?: number})[] {
  const staysPacked = packed !== undefined && transform === undefined && linear === undefined;
  return Array.from(plan, ([name, {stored, take, shape}]) => {
    const inFile = staysPacked && take === undefined ? (checkpoint.packedBytes?.(stored.name) ?? null) : null;
    if (inFile === null) return {shape};
    const elements = elementCount(shape);
    const least = Math.floor((8 * inFile) / elements);
    const width = CODE_BITS.find((bits) => bits >= least) ?? 32;
    const bytes = Math.min(4 * elements, Math.ceil((elements * (width + SCALE_BITS)) / 8));
    if (name !== EMBEDDING_NAME) return {shape, bytes};
    return {shape, bytes: 4 * elements + (isTied ? bytes : 0)};
  });
}

/** A planned matrix as it is packed; null where it is not, or where the model takes rows or columns of it. */
export async function plannedLevels(
  checkpoint: MaybePacked,
  plan: TensorPlan,
  name: string,
): Promise<GroupedLevels | null> {
  const {stored, take} = plan.get(name)!;
  return take === undefined ? ((await checkpoint.levels?.(stored.name)) ?? null) : null;
}
