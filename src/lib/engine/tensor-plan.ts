import type {Checkpoint} from "../io/checkpoint.js";
import {FormatError} from "../io/format-error.js";
import type {TensorInfo} from "../io/safetensors.js";
import {elementCount, type Tensor} from "../tensor/tensor.js";

/** A tensor of a file, and what the model takes of it. */
export interface PlannedTensor {
  readonly stored: TensorInfo;
  /** Shape of what is taken. */
  readonly shape: readonly number[];
  /** Takes it: by default all, as it is. */
  readonly take?: (stored: Tensor) => Tensor;
}

/** The tensors a model is made of, by the engine's names, each with the place in the file that it comes from. */
export type TensorPlan = ReadonlyMap<string, PlannedTensor>;

/** Place of a tensor in a file where it is stored under another name or in another form. */
export interface StoredAs {
  readonly name: string;
  /** Shape of the stored tensor where it is not that of what is taken. */
  readonly shape?: readonly number[];
  readonly take?: (stored: Tensor) => Tensor;
}

/** Collects the tensors that a model requires. */
export interface TensorPlanner {
  readonly plan: TensorPlan;
  /**
   * Asks for a tensor, stored under its own name or as another says.
   * @throws FormatError with kind `missing-tensor` or `bad-shape`.
   */
  want(name: string, shape: readonly number[], stored?: StoredAs): void;
}

/** An empty plan over the tensors of a file; errors carry the name of the public function `where`. */
export function tensorPlanner(where: string, tensors: ReadonlyMap<string, TensorInfo>): TensorPlanner {
  const plan = new Map<string, PlannedTensor>();
  const problem = (kind: string, field: string, value: string, allowed: string) =>
    new FormatError(where, {kind, offset: null, field, value, allowed});
  const text = (shape: readonly number[]) => `[${shape.join(", ")}]`;
  return {
    plan,
    want(name, shape, source = {name}) {
      const info = tensors.get(source.name);
      const expected = source.shape ?? shape;
      if (info === undefined)
        throw problem("missing-tensor", source.name, "none", `a tensor ${text(expected)}`);
      if (info.shape.join() !== expected.join()) {
        throw problem("bad-shape", source.name, text(info.shape), `${text(expected)} by config.json`);
      }
      plan.set(name, {stored: info, shape, ...(source.take && {take: source.take})});
    },
  };
}

/** Tensors that are in memory as a checkpoint, under the names that they have there. */
export function heldCheckpoint(tensors: ReadonlyMap<string, Tensor>): Checkpoint {
  const infos = new Map<string, TensorInfo>();
  for (const [name, {shape}] of tensors) infos.set(name, {name, dtype: "F32", shape, begin: 0, end: 0});
  return {tensors: infos, read: async (name) => tensors.get(name)!};
}

/**
 * Reads tensors of a plan by the engine's names, each transformed where a function for it is given. One stored tensor is held for as long as the next reads come from it too:
 * a matrix that holds several is read once.
 */
export function planReader(
  checkpoint: Checkpoint,
  plan: TensorPlan,
  transform: (name: string, weight: Tensor) => Tensor = (_, weight) => weight,
): (name: string) => Promise<Tensor> {
  let last: {readonly name: string; readonly tensor: Tensor} | undefined;
  const taken = async (name: string): Promise<Tensor> => {
    const {stored, take} = plan.get(name)!;
    if (take === undefined) return checkpoint.read(stored.name);
    if (last?.name !== stored.name) last = {name: stored.name, tensor: await checkpoint.read(stored.name)};
    return take(last.tensor);
  };
  return async (name) => transform(name, await taken(name));
}

/** Shapes of the tensors of all layers, by their names in one. */
export const shapesOfLayers = (
  layers: number,
  ofLayer: Readonly<Record<string, readonly number[]>>,
): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(
    Array.from({length: layers}, (_, layer) =>
      Object.entries(ofLayer).map(([name, shape]) => [`model.layers.${layer}.${name}`, shape] as const),
    ).flat(),
  );

/**
 * Finds tensors by their shapes, and a head: one in the file wins over the flag that ties it to the embedding.
 * @throws FormatError with kind `missing-tensor` or `bad-shape`.
 */
export function planShapes(
  where: string,
  tensors: ReadonlyMap<string, TensorInfo>,
  shapes: Readonly<Record<string, readonly number[]>>,
  head: {readonly name: string; readonly shape: readonly number[]; readonly tied: boolean},
): TensorPlan {
  const {plan, want} = tensorPlanner(where, tensors);
  for (const [name, shape] of Object.entries(shapes)) want(name, shape);
  if (!head.tied || tensors.has(head.name)) want(head.name, head.shape);
  return plan;
}

/** Names of the stored tensors that no part of a plan takes, those aside that every reader ignores. */
export function unusedNames(
  tensors: ReadonlyMap<string, TensorInfo>,
  plan: TensorPlan,
  isLeftover: (name: string) => boolean = () => false,
): readonly string[] {
  const used = new Set(Array.from(plan.values(), ({stored}) => stored.name));
  return Array.from(tensors.keys()).filter((name) => !used.has(name) && !isLeftover(name));
}

/** A tensor of a model, and the bytes that it takes where these are not those of its elements as float32. */
interface HeldTensor extends Pick<PlannedTensor, "shape"> {
  readonly bytes?: number;
}

/** @throws FormatError with kind `does-not-fit` if the tensors take more than `maxBytes`. */
export function checkFits(where: string, tensors: Iterable<HeldTensor>, maxBytes: number): void {
  let bytes = 0;
  let anyPacked = false;
  for (const tensor of tensors) {
    bytes += tensor.bytes ?? 4 * elementCount(tensor.shape);
    anyPacked ||= tensor.bytes !== undefined;
  }
  if (bytes <= maxBytes) return;
  throw new FormatError(where, {
    kind: "does-not-fit",
    offset: null,
    field: anyPacked ? "weights, packed where they stay so" : "weights as float32",
    value: `${bytes} bytes`,
    allowed: `at most ${maxBytes} bytes`,
  });
}
