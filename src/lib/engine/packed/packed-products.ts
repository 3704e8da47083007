/** Products of a model with matrices that stay as its files hold them. */
import type {PackedCheckpoint} from "../../checkpoint/open-checkpoint.js";
import type {GroupedLevels} from "../../formats/grouped-levels.js";
import type {Checkpoint} from "../../io/checkpoint.js";
import {type Backend, type Linear, type PackedActivations, referenceBackend} from "../backend.js";
import type {TensorPlan} from "../tensor-plan.js";
import {packedLinear} from "./packed-linear.js";

/** A checkpoint, with its matrices as they are packed where it tells. */
export type MaybePacked = Checkpoint & Partial<Pick<PackedCheckpoint, "levels">>;

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

/** A planned matrix as it is packed; null where it is not, or where the model takes rows or columns of it. */
export async function plannedLevels(
  checkpoint: MaybePacked,
  plan: TensorPlan,
  name: string,
): Promise<GroupedLevels | null> {
  const {stored, take} = plan.get(name)!;
  return take === undefined ? ((await checkpoint.levels?.(stored.name)) ?? null) : null;
}
