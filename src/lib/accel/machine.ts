import type {OperatorKind} from "./operator.js";

/** Number formats that hardware multiplies natively. fp16 stands for bf16 as well. */
export const COMPUTE_FORMATS = ["fp32", "fp16", "fp8", "fp4", "int8", "int4"] as const;
/** A format in which machines multiply. */
export type ComputeFormat = (typeof COMPUTE_FORMATS)[number];

/** Kind of a machine's memory; decides the energy of a byte. */
export type MemoryKind = "hbm" | "gddr" | "lpddr" | "ddr";

/** A machine as a roofline sees it. Rates are dense: marketing numbers with sparsity are halved. */
export interface Machine {
  /** Lower case with hyphens: `rtx-4090`. */
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly verified: boolean;
  /** 1e12 operations a second by format; a multiply-accumulate is two. */
  readonly peakTops: Readonly<Partial<Record<ComputeFormat, number>>>;
  /** 1e9 bytes a second. */
  readonly bandwidthGBs: number;
  /** 1e9 bytes; null where it is the system's. */
  readonly memoryGB: number | null;
  readonly memoryKind: MemoryKind;
  /** Watts at full load; null where it is not published. */
  readonly tdpWatts: number | null;
  /** Multiplies 2:4 sparse weights at twice the dense rate. */
  readonly sparse24?: boolean;
  readonly note?: string;
}

/** Storage of a tensor's elements, all scales and other metadata counted. */
export interface FormatChoice {
  readonly id: string;
  readonly bitsPerElement: number;
  /** Bits of an element without metadata; absent: the whole bits of `bitsPerElement`. */
  readonly elementBits?: number;
  /** Absent: integers where the id starts with int, mxint or q and a digit. */
  readonly arithmetic?: "int" | "float";
}

/** The formats of a step's tensors. */
export interface Formats {
  readonly weights: FormatChoice;
  readonly activations: FormatChoice;
  readonly kv: FormatChoice;
  /** Embedding and head; absent: as the weights. */
  readonly embeddings?: FormatChoice;
  /** Recurrent state; absent: fp32. */
  readonly state?: FormatChoice;
}

/** Storage in float32. */
export const FP32: FormatChoice = {id: "fp32", bitsPerElement: 32};
/** Storage in float16. */
export const FP16: FormatChoice = {id: "fp16", bitsPerElement: 16};

const COMPUTE_BITS: Readonly<Record<ComputeFormat, number>> = {
  fp32: 32,
  fp16: 16,
  fp8: 8,
  fp4: 4,
  int8: 8,
  int4: 4,
};

const elementBits = ({elementBits: bits, bitsPerElement}: FormatChoice): number =>
  bits ?? Math.floor(bitsPerElement);

const isInteger = ({arithmetic, id}: FormatChoice): boolean =>
  arithmetic === undefined ? /^(mx)?int|^i?q\d/.test(id) : arithmetic === "int";

/** Narrowest first: a machine without fp8 falls back to fp16, then fp32; integers fall back to floats. */
const FLOATS = ["fp4", "fp8", "fp16", "fp32"] as const;
const INTEGERS = ["int4", "int8", "fp16", "fp32"] as const;

/**
 * The format a machine multiplies two operands in: the narrowest native one that is no narrower than either.
 * Integers meet in integers; anything else in floats. Weight-only quantization therefore computes in the
 * activation's format.
 * @throws RangeError naming machine and operands if the machine has none.
 */
export function computeFormat(machine: Machine, a: FormatChoice, b: FormatChoice): ComputeFormat {
  const bits = Math.max(elementBits(a), elementBits(b));
  const candidates: readonly ComputeFormat[] = isInteger(a) && isInteger(b) ? INTEGERS : FLOATS;
  const found = candidates.find(
    (format) => COMPUTE_BITS[format] >= bits && machine.peakTops[format] !== undefined,
  );
  if (found) return found;
  throw new RangeError(
    `computeFormat: ${machine.id} has no rate for ${a.id} x ${b.id}, only for ${Object.keys(machine.peakTops).join(", ")}`,
  );
}

/** The compute format of each kind of operator; element-by-element work keeps at least 16 bits. */
export function computeFormats(
  machine: Machine,
  formats: Formats,
): Readonly<Record<OperatorKind, ComputeFormat>> {
  const {weights, activations, kv, embeddings = weights} = formats;
  const wide = elementBits(activations) < 16 ? FP16 : activations;
  const vector = computeFormat(machine, wide, wide);
  return {
    linear: computeFormat(machine, weights, activations),
    attention: computeFormat(machine, activations, kv),
    head: computeFormat(machine, embeddings, activations),
    vector,
    scan: vector,
    embedding: vector,
  };
}
