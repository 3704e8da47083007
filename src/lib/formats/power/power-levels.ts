import {countBelow, makeThresholds, type Thresholds} from "../codebook/codebook.js";

/**
 * Levels of a power quantizer: a code q stands for sign(q) |q|^(1/a) times a scale, and a value x for the integer nearest to
 * sign(x) |x / scale|^a. Powers are the only continuous maps that keep products, so q_x q_w stands for (x w)^a. (PowerQuant,
 * arXiv 2301.09858; NUPES, arXiv 2308.05600)
 */
export interface PowerLevels {
  readonly exponent: number;
  /** Values of the codes 0 … 2^(b-1) - 1. */
  readonly magnitudes: Float32Array;
  /** Numbers whose power lies midway between two integers. */
  readonly midpoints: Float32Array;
  readonly thresholds: Thresholds;
}

/** The levels of `bits` bits under an exponent above 0; 1 makes them uniform. */
export function powerLevels(bits: number, exponent: number): PowerLevels {
  const most = 2 ** (bits - 1) - 1;
  const back = 1 / exponent;
  const magnitudes = Float32Array.from({length: most + 1}, (_, q) => q ** back);
  const midpoints = Float32Array.from({length: most}, (_, q) => (q + 0.5) ** back);
  return {exponent, magnitudes, midpoints, thresholds: makeThresholds(midpoints)};
}

/** The integer nearest to the power of a magnitude, ties to even. */
export function powerCode({midpoints, thresholds}: PowerLevels, magnitude: number): number {
  const code = countBelow(thresholds, magnitude);
  return midpoints[code] === magnitude && code % 2 === 1 ? code + 1 : code;
}

/** Codes of numbers that are divided by their scales, in two's complement of `bits` bits. */
export function powerCodes(levels: PowerLevels, bits: number, quotients: Float32Array): Uint8Array {
  const mask = 2 ** bits - 1;
  const codes = new Uint8Array(quotients.length);
  for (let i = 0; i < codes.length; i++) {
    const code = powerCode(levels, Math.abs(quotients[i]));
    codes[i] = quotients[i] < 0 ? -code & mask : code;
  }
  return codes;
}

/** Values of all codes, index = code; the most negative code, which is never written, mirrors no other. */
export function powerValues(bits: number, exponent: number): readonly number[] {
  const half = 2 ** (bits - 1);
  return Array.from({length: 2 * half}, (_, code) =>
    code < half ? Math.fround(code ** (1 / exponent)) : -Math.fround((2 * half - code) ** (1 / exponent)),
  );
}
