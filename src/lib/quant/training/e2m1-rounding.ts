/** Rounding of a block of 32 numbers to E2M1 under one power-of-two scale, as training in four bits does it. */
import {floorLog2} from "../../formats/cast.js";

/** Elements that share a scale, and that one Hadamard matrix rotates. */
export const BLOCK = 32;
/** The largest number of E2M1. */
const LARGEST = 6;
/** Clip value of a normal distribution at four bits, in standard deviations. (QuEST, arXiv:2502.05003) */
const GAUSSIAN_CLIP = 2.92247856;

/** The power of two that QuEST's scale becomes: the nearest one, or the one below as in the released code. */
export const POWER_RULES = ["nearest", "floor"] as const;

/** One of {@link POWER_RULES}. */
export type PowerRule = (typeof POWER_RULES)[number];

/** Distance from a magnitude of at most 6 to the next level above it. */
const stepAt = (magnitude: number): number => (magnitude < 2 ? 0.5 : magnitude < 4 ? 1 : 2);

/** The nearest level of E2M1; a tie goes to the smaller magnitude, what is beyond 6 to 6. */
export function nearestLevel(x: number): number {
  const magnitude = Math.min(Math.abs(x), LARGEST);
  const step = stepAt(magnitude);
  return Math.sign(x) * Math.ceil(magnitude / step - 0.5) * step;
}

/** One of the two levels around |x| <= 6: over all `uniform` in [0, 1) the mean is x. */
export function stochasticLevel(x: number, uniform: number): number {
  const magnitude = Math.abs(x);
  const step = stepAt(magnitude);
  return Math.sign(x) * Math.floor(magnitude / step + uniform) * step;
}

/** The scale of the OCP rule: the largest magnitude gets E2M1's largest exponent, 2; 1 for a block of zeros. */
export function absmaxScale(block: Float32Array): number {
  let largest = 0;
  for (const x of block) largest = Math.max(largest, Math.abs(x));
  return largest === 0 ? 1 : 2 ** (floorLog2(largest) - 2);
}

/** QuEST's scale: 2.92 standard deviations of the block at 6, as a power of two. (arXiv:2505.14669, section 4.2; released code) */
export function questScale(block: Float32Array, rule: PowerRule): number {
  let sum = 0;
  let squares = 0;
  for (const x of block) {
    sum += x;
    squares += x * x;
  }
  const deviation = Math.sqrt(Math.max(0, squares / block.length - (sum / block.length) ** 2));
  const exact = (GAUSSIAN_CLIP / LARGEST) * deviation + 1e-8;
  return 2 ** floorLog2(rule === "floor" ? exact : exact * Math.SQRT2);
}

/** True where a gradient passes the projection: |x / scale| < 6. */
export const isInside = (x: number, scale: number): boolean => Math.abs(x / scale) < LARGEST;
