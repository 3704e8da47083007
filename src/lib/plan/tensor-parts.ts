/** The tensors of a checkpoint as parts of a plan. */
import type {ModelRecord} from "../architectures/model-record.js";
import {KEEP} from "../checkpoint/recipe.js";
import type {StoredTensor} from "../checkpoint/stored-tensor.js";
import {elementCount} from "../tensor/tensor.js";
import type {Part, PartOption} from "./make-plan.js";

/** Fewest columns of a tensor that a plan quantizes: as many as the blocks of most formats have. */
const FEWEST_COLUMNS = 32;

/** Size and damage of one tensor in one format. */
export interface FormatCost {
  readonly tensor: string;
  readonly format: string;
  readonly bytes: number;
  readonly damage: number;
}

/** Matrices with rows as long as a block; norms, biases, convolutions and the like stay as they are stored. */
export function isPlanned({shape, unreadable}: StoredTensor): boolean {
  const columns = shape.at(-1) ?? 0;
  return unreadable === null && elementCount(shape) > columns && columns >= FEWEST_COLUMNS;
}

/**
 * Parts of a plan: each planned tensor in every format that was measured on it, and as it is stored, which does no damage.
 * The embedding and the head of a tied model are one part, whose sizes and damages are added up.
 */
export function tensorParts(
  tensors: readonly StoredTensor[],
  costs: readonly FormatCost[],
  record: ModelRecord | null,
): Part[] {
  const byTensor = new Map<string, FormatCost[]>();
  for (const cost of costs) byTensor.set(cost.tensor, [...(byTensor.get(cost.tensor) ?? []), cost]);
  const tied = tensors.filter((tensor) => record?.tied && isTable(tensor, record));
  const single = tensors.filter((tensor) => isPlanned(tensor) && (tied.length < 2 || !tied.includes(tensor)));
  const groups = [...single.map((tensor) => [tensor]), ...(tied.length < 2 ? [] : [tied])];
  return groups.map((group) => ({
    names: group.map(({name}) => name),
    options: sharedOptions(group, byTensor),
  }));
}

/** True for the embedding, and for a head of its own that the tie makes the same. */
const isTable = ({shape}: StoredTensor, {vocabulary, embeddingWidth}: ModelRecord) =>
  shape.length === 2 && shape[0] === vocabulary.rows && shape[1] === embeddingWidth;

/** The options that every tensor of a group has. */
function sharedOptions(
  group: readonly StoredTensor[],
  byTensor: ReadonlyMap<string, readonly FormatCost[]>,
): PartOption[] {
  const options = new Map<string, PartOption>();
  options.set(KEEP, {id: KEEP, bytes: group.reduce((sum, {bytes}) => sum + bytes, 0), damage: 0});
  const [first, ...others] = group.map(({name}) => byTensor.get(name) ?? []);
  for (const {format: id, bytes, damage} of first ?? []) {
    const same = others.map((costs) => costs.find(({format}) => format === id));
    if (same.includes(undefined)) continue;
    const sum = (of: "bytes" | "damage") => same.reduce((total, each) => total + (each?.[of] ?? 0), 0);
    options.set(id, {id, bytes: bytes + sum("bytes"), damage: damage + sum("damage")});
  }
  return [...options.values()];
}
