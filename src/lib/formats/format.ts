import type {Family} from "../technique/families.js";
import type {Tensor} from "../tensor/tensor.js";
import type {GroupedLevels} from "./grouped-levels.js";

/**
 * A tensor really packed into bytes. What it costs is what it holds: bits per element are counted from `parts`.
 * `format` is the id of the format that packed it and, by that, the one that can unpack it.
 */
export interface Packed {
  readonly format: string;
  readonly shape: readonly number[];
  /** The stored bytes by role: `codes`, `scales`, `tensorScale`, `zeroPoints` … Little-endian, no padding between. */
  readonly parts: Readonly<Record<string, Uint8Array>>;
}

/** Facts about a tensor that its values do not hold; an encoder that has no use for them ignores them. */
export interface EncodeOptions {
  /**
   * A weight for each column of the last axis, finite and at least 0, by which errors in it count: the mean square of the
   * input that meets the column. Only formats that `weighsErrors` use it.
   */
  readonly importance?: Float32Array;
  /** The largest magnitude of the tensor of which x is some rows, where that decides a scale; that of x if absent. */
  readonly amax?: number;
}

/** Families of techniques that formats belong to; a family decides the colour on every page. */
export type FormatFamily = Extract<Family, "baseline" | "int" | "fp" | "codebook" | "mx" | "nvfp4" | "razer">;

/**
 * A number format for whole tensors: element codes together with their scales.
 * Formats are plain frozen records; a parametrised format is a function that returns one.
 */
export interface Format {
  /** The field's name, lower case, with every parameter that differs from the documented default: `mxfp4`, `mxfp4_b16`. */
  readonly id: string;
  readonly title: string;
  readonly family: FormatFamily;
  /** Everything a reader needs beside the name: element, block, scale, scale rule, rounding. */
  readonly convention: string;
  /** Source of the rule: paper and section, or specification. */
  readonly source: string;
  /** Elements that share one scale along the blocked axis; null where the whole tensor or row shares it. */
  readonly blockSize: number | null;
  /** The values an element code can stand for before scaling; index = code. */
  readonly codebook: Codebook;
  /** Id of the format that the same source has for activations, where it is another one than for weights. */
  readonly activations?: string;
  /**
   * `blocks` where codes and scales stand together in the part `blocks`, in an order of its own; `streams` where the bits of
   * a code lie in several parts, or two elements share theirs. Elsewhere the part `codes` holds one code an element, in
   * order, lowest bit first.
   */
  readonly layout?: "blocks" | "streams";
  /** `by-values` where codes differ in length, so that the bytes of a tensor depend on its values; absent where its shape decides them. */
  readonly size?: "by-values";
  /**
   * `alone` where a row's bytes do not depend on the other rows; `amax` where they depend on the largest magnitude of all,
   * which the option `amax` of `encode` tells. Absent where a tensor can only be packed whole.
   */
  readonly rows?: "alone" | "amax";
  /** True if `encode` can weigh errors by importance. */
  readonly weighsErrors?: boolean;
  /**
   * Packs a tensor. Never keeps or changes its argument.
   * @throws RangeError naming the index if the tensor holds a NaN or infinity and the format has no way to say so.
   */
  encode(x: Tensor, options?: EncodeOptions): Packed;
  /** Of a format whose groups have an offset beside their scale: packs with offsets of another's choice, codes nearest. */
  packWithOffsets?(x: Tensor, choose: (group: OffsetGroup) => number): Packed;
  /**
   * Unpacks what `encode` made. Fresh memory can take longer than the work: a faster decoder writes its values to `into`
   * where that has their number, and gives it back as `data`; others leave it alone.
   * @throws RangeError if a part's length does not fit the shape.
   */
  decode(packed: Packed, into?: Float32Array): Tensor;
  /**
   * The same matrix as integers under scales, for products that read packed weights; null where a row ends inside a
   * block. Absent where elements are no integers of a byte times a step, or groups do not run along the rows. Values are those of `decode` to a unit in the last place.
   */
  levels?(packed: Packed): GroupedLevels | null;
  /** The parts as a kernel may read them, without unpacking; absent where values come out of more than these. */
  readonly reading?: CodeReading;
}

/** The meaning of the parts `codes` and `scales`: a value is that of its code times the scale of its group, along the rows. */
export interface CodeReading {
  /** Elements of a row that share a scale; null where a row has one. */
  readonly groupSize: number | null;
  /** Type of the stored scales; numbers are those that the bytes of a scale stand for. */
  readonly scales: "none" | "f16" | "f32" | readonly number[];
  /** Codebooks, if not that of the format: the highest bit of a scale's byte chooses among two. */
  readonly codebooks?: readonly [readonly number[], readonly number[]];
  /** True where the part `tensorScale`, a float32 number, multiplies all scales. */
  readonly hasTensorScale?: boolean;
  /** True where the part `zeroPoints` has for each group a code, as wide as the others, that is taken from its codes. */
  readonly hasZeroPoints?: boolean;
}

/** Values of a group and its scale, for who chooses an offset that is added to every value. */
export interface OffsetGroup {
  readonly values: Float64Array;
  /** As stored; 0 where all values are equal. */
  readonly scale: number;
  /** Largest code; the smallest is 0. */
  readonly highest: number;
  /** Offset that the format takes itself. */
  readonly offset: number;
  /** The stored number for an offset. */
  stored(offset: number): number;
}

/** The values of an element code, index = code. NaN and infinities stand as themselves. */
export interface Codebook {
  /** Bits of a code; no integer where elements share codes: log2 3 for digits of a base-3 number. */
  readonly bits: number;
  readonly values: readonly number[];
}

/** The bytes a packed tensor really occupies, scales and all other metadata included. */
export function packedBytes(packed: Packed): number {
  return Object.values(packed.parts).reduce((bytes, part) => bytes + part.byteLength, 0);
}
