/** Places of a decoder's tensors in a published checkpoint, and what is taken of each. */

import type {Norm} from "../../architectures/record/norm.js";
import type {TensorInfo} from "../../io/safetensors.js";
import {smallest} from "../../stats/extent.js";
import type {Tensor} from "../../tensor/tensor.js";
import {transpose} from "../../tensor/transpose.js";
import type {StoredAs} from "../tensor-plan.js";
import type {LinearPart} from "./layer-parts.js";
import type {Fused, Naming} from "./naming.js";

/** The beginning of the names under which the file has layers. */
export function prefixOf(tensors: ReadonlyMap<string, TensorInfo>, {prefixes, layers}: Naming): string {
  const names = Array.from(tensors.keys());
  return prefixes.find((prefix) => names.some((name) => name.startsWith(prefix + layers))) ?? prefixes[0];
}

/** A norm's gain, which the file may hold less one. */
export function gainPlace(name: string, {weight}: Norm): StoredAs {
  if (weight !== "plus-one") return {name};
  return {name, take: ({shape, data}) => ({shape, data: data.map((value) => 1 + value)})};
}

/**
 * Published name of a part of a layer; a star stands for the number of an expert.
 * @param isThere tells whether the layer has a part of a name, where several are in use
 */
export function publishedPart(
  {parts}: Naming,
  part: string,
  isThere: (name: string) => boolean = () => true,
): string {
  const number = /\.(\d+)\./.exec(part)?.[1];
  const known = number === undefined ? parts[part] : parts[part.replace(number, "*")];
  const names = typeof known === "string" ? [known] : (known ?? []);
  const name = names.find(isThere) ?? names[0] ?? part;
  return number === undefined ? name : name.replace("*", number);
}

/** Place of a linear layer in a published layer. */
export interface LinearPlace {
  /** Name in the layer, without `weight` or `bias`. */
  readonly name: string;
  readonly weight: (name: string) => StoredAs;
  readonly bias: (name: string) => StoredAs;
}

/**
 * Place of a linear layer's weight and bias: alone, or among the rows of others.
 * @param all linear layers of the layer
 */
export function linearPlace(
  naming: Naming,
  part: LinearPart,
  all: readonly LinearPart[],
  headDim: number,
): LinearPlace {
  const {fused, isTransposed} = naming;
  const found = Object.entries(fused).find(([, matrix]) => matrix.parts.includes(part.name));
  const {ranges, total} = found ? rowsOf(found[1], part, all, headDim) : {ranges: undefined, total: part.out};
  const weight = (stored: Tensor): Tensor => {
    const matrix = isTransposed ? transposed(stored) : stored;
    return ranges ? rows(matrix, ranges) : matrix;
  };
  const shape = isTransposed ? [part.inputs, total] : [total, part.inputs];
  return {
    name: found?.[0] ?? publishedPart(naming, part.name),
    weight: (name: string): StoredAs => ({
      name: `${name}.weight`,
      shape,
      ...((ranges || isTransposed) && {take: weight}),
    }),
    bias: (name: string): StoredAs => ({
      name: `${name}.bias`,
      shape: [total],
      ...(ranges && {take: (stored: Tensor) => rows(stored, ranges)}),
    }),
  };
}

/** First row and number of rows. */
type Range = readonly [from: number, count: number];

/** Rows that a part has in a matrix of several, of each group of heads where they stand group by group. */
function rowsOf({parts, order}: Fused, part: LinearPart, all: readonly LinearPart[], headDim: number) {
  const outs = parts.map((name) => all.find((each) => each.name === name)!.out);
  const total = outs.reduce((sum, out) => sum + out, 0);
  // As many groups as the fewest heads, those of keys.
  const groups = order === "one after another" ? 1 : smallest(outs) / headDim;
  const before = outs.slice(0, parts.indexOf(part.name)).reduce((sum, out) => sum + out, 0);
  const ranges = Array.from(
    {length: groups},
    (_, group): Range => [(group * total + before) / groups, part.out / groups],
  );
  return {total, ranges};
}

/** Some rows of a matrix, or entries of a vector, one after another. */
function rows({shape, data}: Tensor, ranges: readonly Range[]): Tensor {
  const width = data.length / shape[0];
  const count = ranges.reduce((sum, [, each]) => sum + each, 0);
  const taken = new Float32Array(count * width);
  let at = 0;
  for (const [from, each] of ranges) {
    taken.set(data.subarray(from * width, (from + each) * width), at);
    at += each * width;
  }
  return {shape: [count, ...shape.slice(1)], data: taken};
}

function transposed({shape, data}: Tensor): Tensor {
  const [height, width] = shape;
  return {shape: [width, height], data: transpose(data, height, width)};
}
