import {floorLog2} from "../cast.js";
import type {ElementFormat} from "../element.js";

/**
 * Rule by which an MX block chooses its power of two from its largest magnitude amax:
 * - `floor`: floor(log2 amax) - emax, the rule of OCP MX 1.0 (section 6.3); may clip the largest values;
 * - `ceil`: ceil(log2 amax) - emax (torchao);
 * - `rceil`: amax * (1 / max) in float32, rounded up to a power of two (torchao, NVIDIA); clips nothing but a last bit;
 * - `even`: amax rounded, half up, to the precision of the element, then `floor` (torchao);
 * - `meta`: `rceil`, then half of that where amax / scale is below 3.5; for E2M1 (the RaZeR authors' Meta rule).
 */
export type MxScaleRule = (typeof MX_SCALE_RULES)[number];

/** All scale rules by name. */
export const MX_SCALE_RULES = ["floor", "ceil", "rceil", "even", "meta"] as const;

const float32 = new Float32Array(1);
const float32Bits = new Uint32Array(float32.buffer);

function ceilLog2(x: number): number {
  const exponent = floorLog2(x);
  return x === 2 ** exponent ? exponent : exponent + 1;
}

function mantissaBitsOf(element: ElementFormat): number {
  return element.kind === "float" ? element.mantissaBits : element.fractionBits;
}

/** The exponent of amax after half a step of the element's precision has been added to its bits. */
function roundedLog2(amax: number, mantissaBits: number): number {
  float32[0] = amax;
  float32Bits[0] = float32Bits[0] + 2 ** (22 - mantissaBits);
  // The sum may reach the bits of infinity, whose exponent field reads as the 128 that is meant.
  return floorLog2(float32[0]);
}

function rceilExponent(amax: number, max: number): number {
  return ceilLog2(Math.fround(amax * Math.fround(1 / max)));
}

function metaExponent(amax: number, max: number): number {
  const exponent = rceilExponent(amax, max);
  return amax < 3.5 * 2 ** exponent ? exponent - 1 : exponent;
}

/**
 * The E8M0 scale byte (exponent + 127) of a block whose largest magnitude is the float32 number `amax`: 0x00
 * for an all-zero block, 0xFF (NaN) where amax is infinite or NaN; else the exponent is clamped to [-127, 127].
 */
export function mxScaleByte(rule: MxScaleRule, element: ElementFormat, amax: number): number {
  if (!(amax < Number.POSITIVE_INFINITY)) return 0xff;
  if (amax === 0) return 0;
  return Math.min(Math.max(scaleExponent(rule, element, amax), -127), 127) + 127;
}

function scaleExponent(rule: MxScaleRule, element: ElementFormat, amax: number): number {
  switch (rule) {
    case "floor":
      return floorLog2(amax) - element.emax;
    case "ceil":
      return ceilLog2(amax) - element.emax;
    case "even":
      return roundedLog2(amax, mantissaBitsOf(element)) - element.emax;
    case "rceil":
      return rceilExponent(amax, element.max);
    case "meta":
      return metaExponent(amax, element.max);
  }
}
