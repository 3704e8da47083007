import {logInteger, oneOf} from "../../tasks/cost-task.js";
import type {RandomStream} from "../../tensor/random.js";

/** Kernels of the engine whose times are known, with the sizes that decide them, in the order of their text. */
export const KERNELS = {
  linear: ["rows", "inputs", "outputs"],
  rms_norm: ["rows", "width"],
  silu_gate: ["rows", "width"],
  attention: ["tokens", "heads", "kv_heads", "head_dim"],
} as const;
/** Name of a kernel. */
export type KernelName = keyof typeof KERNELS;

/** A kernel at some sizes. */
export interface KernelShape {
  readonly kernel: KernelName;
  readonly sizes: readonly number[];
}

/** Multiply-accumulates, or elements where there are none: what the time grows with. */
export function kernelWork({kernel, sizes}: KernelShape): number {
  const product = sizes.reduce((all, size) => all * size, 1);
  if (kernel !== "attention") return product;
  const [tokens, heads, , headDim] = sizes;
  return tokens * tokens * heads * headDim;
}

/** Bytes of a kernel's operands and result in float32, each moved once. */
export function kernelBytes({kernel, sizes}: KernelShape): number {
  const [first, second, third, fourth] = sizes;
  if (kernel === "linear") return 4 * (first * second + second * third + first * third);
  if (kernel === "attention") return 8 * first * fourth * (second + third);
  return (kernel === "rms_norm" ? 8 : 12) * first * second;
}

const DRAWS: Readonly<Record<KernelName, (stream: RandomStream) => number[]>> = {
  linear: (stream) => [
    logInteger(stream, 1, 128),
    8 * logInteger(stream, 2, 128),
    8 * logInteger(stream, 2, 128),
  ],
  rms_norm: (stream) => [logInteger(stream, 1, 512), 8 * logInteger(stream, 2, 256)],
  silu_gate: (stream) => [logInteger(stream, 1, 512), 8 * logInteger(stream, 2, 256)],
  attention: (stream) => {
    const heads = oneOf(stream, [1, 2, 4, 8]);
    const shared = oneOf(
      stream,
      [1, 2, 4].filter((group) => group <= heads),
    );
    return [logInteger(stream, 4, 255), heads, heads / shared, oneOf(stream, [16, 32, 64])];
  },
};

/** Most work of a drawn shape: a few milliseconds. */
const MOST_WORK = 2e7;

/** Draws a kernel, products and attention more often, at sizes that take at most a few milliseconds. */
export function drawKernelShape(stream: RandomStream): KernelShape {
  const kernel = oneOf(stream, [
    "linear",
    "linear",
    "linear",
    "attention",
    "attention",
    "rms_norm",
    "silu_gate",
  ] as const);
  for (;;) {
    const shape = {kernel, sizes: DRAWS[kernel](stream)};
    if (kernelWork(shape) <= MOST_WORK) return shape;
  }
}

/** The text of a shape: `linear rows=4 inputs=256 outputs=512`. */
export function kernelText({kernel, sizes}: KernelShape): string {
  return [kernel, ...sizes.map((size, i) => `${KERNELS[kernel][i]}=${size}`)].join(" ");
}

/**
 * The shape of a text as {@link kernelText} writes it.
 * @throws RangeError for another kernel, or sizes that are missing or no whole numbers.
 */
export function readKernelShape(text: string): KernelShape {
  const [kernel, ...parts] = text.trim().split(/\s+/);
  if (!Object.hasOwn(KERNELS, kernel)) {
    throw new RangeError(
      `readKernelShape: kernel must be one of ${Object.keys(KERNELS).join(", ")}, got ${kernel}`,
    );
  }
  const name = kernel as KernelName;
  const given = new Map(parts.map((part) => part.split("=") as [string, string]));
  const sizes = KERNELS[name].map((size) => {
    const value = Number(given.get(size));
    if (Number.isInteger(value) && value > 0) return value;
    throw new RangeError(`readKernelShape: ${size} must be an integer of at least 1, got ${given.get(size)}`);
  });
  return {kernel: name, sizes};
}
