import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import type {SortedClusters} from "./sort-and-cluster.js";

/** The tensors of a Mamba2 mixer whose rows, columns or entries belong to channels or heads; biases if it has them. */
export interface Mamba2Tensors {
  /** [z, x, B, C, dt] one below another, [2 inner + 2 G N + H, hidden] */
  readonly inProj: Tensor;
  readonly inProjBias?: Tensor;
  /** [x, B, C], [inner + 2 G N, 1, width] */
  readonly convWeight: Tensor;
  readonly convBias?: Tensor;
  /** [H] */
  readonly dtBias: Tensor;
  readonly aLog: Tensor;
  readonly d: Tensor;
  /** Weight of the gated norm, [inner] */
  readonly norm: Tensor;
  /** [hidden, inner] */
  readonly outProj: Tensor;
}

/**
 * A mixer whose channels and heads stand in another order, once and for all: what makes a channel moves with it, and
 * the columns of the output projection that read it, so that its output is as it was. B and C are shared by all heads
 * of an SSD group and stay. (arXiv 2503.22879, section 4.3)
 * @throws RangeError if an order is no permutation, or the shapes do not fit it.
 */
export function rearrangeMixer(
  mixer: Mamba2Tensors,
  {channelIndex, headIndex}: Pick<SortedClusters, "channelIndex" | "headIndex">,
): Mamba2Tensors {
  requirePermutation("channelIndex", channelIndex);
  requirePermutation("headIndex", headIndex);
  const inner = channelIndex.length;
  const projected = mixer.inProj.shape[0];
  const firstHead = projected - headIndex.length;
  const identity = (from: number, to: number) => Array.from({length: to - from}, (_, i) => from + i);
  const moved = (index: Int32Array, by: number) => Array.from(index, (row) => row + by);
  const projection = [
    ...channelIndex,
    ...moved(channelIndex, inner),
    ...identity(2 * inner, firstHead),
    ...moved(headIndex, firstHead),
  ];
  const conv = [...channelIndex, ...identity(inner, mixer.convWeight.shape[0])];
  return {
    inProj: rows(mixer.inProj, projection),
    ...(mixer.inProjBias && {inProjBias: rows(mixer.inProjBias, projection)}),
    convWeight: rows(mixer.convWeight, conv),
    ...(mixer.convBias && {convBias: rows(mixer.convBias, conv)}),
    dtBias: rows(mixer.dtBias, headIndex),
    aLog: rows(mixer.aLog, headIndex),
    d: rows(mixer.d, headIndex),
    norm: rows(mixer.norm, channelIndex),
    outProj: columns(mixer.outProj, channelIndex),
  };
}

function requirePermutation(name: string, index: Int32Array): void {
  if (new Set(index).size === index.length && index.every((at) => at >= 0 && at < index.length)) return;
  throw new RangeError(
    `rearrangeMixer: ${name} must hold each of 0 .. ${index.length - 1} once, got ${Array.from(index.subarray(0, 8)).join(", ")} …`,
  );
}

/** The slices of the first axis in another order. */
function rows({shape, data}: Tensor, order: ArrayLike<number>): Tensor {
  const count = shape[0];
  if (order.length !== count) {
    throw new RangeError(`rearrangeMixer: a tensor must have ${order.length} rows, got ${count}`);
  }
  const width = data.length / count;
  const moved = new Float32Array(data.length);
  for (let row = 0; row < count; row++) {
    moved.set(data.subarray(order[row] * width, (order[row] + 1) * width), row * width);
  }
  return {shape: [...shape], data: moved};
}

/** The columns of a matrix in another order. */
function columns(w: Tensor, order: Int32Array): Tensor {
  const {columns: width} = matrixSize(w);
  if (order.length !== width) {
    throw new RangeError(`rearrangeMixer: outProj must have ${order.length} columns, got ${width}`);
  }
  const data = w.data.map((_, i) => w.data[i - (i % width) + order[i % width]]);
  return {shape: [...w.shape], data};
}
