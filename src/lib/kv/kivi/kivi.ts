import {castValue} from "../../formats/cast.js";
import {f16} from "../../formats/element.js";
import {
  packCodes,
  packScales,
  type ScaleType,
  scaleBytes,
  storedScale,
  unpackCodes,
  unpackScales,
} from "../../formats/pack.js";
import {roundHalfEven} from "../../formats/round.js";
import {requireFinite, requireInteger} from "../../tensor/require.js";
import {transpose} from "../../tensor/transpose.js";
import {tokenCount} from "../token-count.js";

/** Options of KIVI's codes. */
export interface KiviOptions {
  /** 1 to 8; the paper has 2 and 4. */
  readonly bits?: number;
  /** Elements that share a scale and a minimum. */
  readonly groupSize?: number;
  /** Storage of scale and minimum. */
  readonly scaleType?: ScaleType;
}

/** Along what the groups of a tensor [tokens, channels] run. */
export type KiviAxis = "tokens" | "channels";

/**
 * Quantized keys or values [tokens, channels]. Groups of consecutive elements run along lines: a channel's tokens for
 * keys, a token's channels for values. Codes, scales and minima are packed line by line.
 */
export interface KiviBlock extends Required<KiviOptions> {
  readonly axis: KiviAxis;
  readonly tokens: number;
  readonly channels: number;
  readonly codes: Uint8Array;
  readonly scales: Uint8Array;
  readonly minima: Uint8Array;
}

/** Before packing: codes [lines, length], scales and minima [lines, groups of a line]. */
export interface KiviGroups {
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
  readonly minima: Float32Array;
}

/**
 * Quantizes lines of `length` elements in groups: scale = (max - min) / (2^bits - 1), code = round((x - min) / scale), half
 * to even, in float32. A constant group has scale 0 and codes 0, where the released code divides by zero.
 * (KIVI, arXiv:2402.02750, section 3.1)
 * @param lines [lines, length]
 * @throws RangeError if an option is out of its range or a value is not finite.
 */
export function kiviGroups(lines: Float32Array, length: number, options: KiviOptions = {}): KiviGroups {
  const {bits, groupSize, scaleType} = settings("kiviGroups", options);
  const count = tokenCount("kiviGroups", lines, length);
  requireFinite("kiviGroups", "x", lines);
  const perLine = Math.ceil(length / groupSize);
  const codes = new Uint8Array(lines.length);
  const scales = new Float32Array(count * perLine);
  const minima = new Float32Array(count * perLine);
  const levels = 2 ** bits - 1;
  for (let group = 0; group < scales.length; group++) {
    const line = Math.floor(group / perLine);
    const from = line * length + (group % perLine) * groupSize;
    const to = Math.min((line + 1) * length, from + groupSize);
    const [least, most] = extremes(lines, from, to);
    const low = scaleType === "f16" ? castValue(f16, least) : least;
    const scale = storedScale(Math.fround(Math.fround(most - low) / levels), scaleType, levels);
    minima[group] = low;
    scales[group] = scale;
    if (scale === 0) continue;
    for (let i = from; i < to; i++) {
      const place = Math.fround(Math.fround(lines[i] - low) / scale);
      codes[i] = roundHalfEven(Math.min(levels, Math.max(0, place)));
    }
  }
  return {codes, scales, minima};
}

function extremes(x: Float32Array, from: number, to: number): [number, number] {
  let [least, most] = [x[from], x[from]];
  for (let i = from + 1; i < to; i++) {
    if (x[i] < least) least = x[i];
    if (x[i] > most) most = x[i];
  }
  return [least, most];
}

/** code · scale + minimum for every element, in float32. */
export function kiviValues(
  {codes, scales, minima}: KiviGroups,
  length: number,
  groupSize: number,
): Float32Array {
  const perLine = Math.ceil(length / groupSize);
  return Float32Array.from(codes, (code, i) => {
    const group = Math.floor(i / length) * perLine + Math.floor((i % length) / groupSize);
    return Math.fround(code * scales[group]) + minima[group];
  });
}

/**
 * Packs x [tokens, channels]: `tokens` is KIVI's rule for keys, whose outliers sit in channels; `channels` its rule for
 * values. (KIVI, arXiv:2402.02750, section 3.2)
 * @throws RangeError as {@link kiviGroups}.
 */
export function kiviQuantize(
  x: Float32Array,
  channels: number,
  axis: KiviAxis,
  options: KiviOptions = {},
): KiviBlock {
  const {bits, groupSize, scaleType} = settings("kiviQuantize", options);
  const tokens = tokenCount("kiviQuantize", x, channels);
  const [lines, length] = axis === "tokens" ? [transpose(x, tokens, channels), tokens] : [x, channels];
  const {codes, scales, minima} =
    x.length === 0 ? {codes: new Uint8Array(0), scales: x, minima: x} : kiviGroups(lines, length, options);
  return {
    axis,
    tokens,
    channels,
    bits,
    groupSize,
    scaleType,
    codes: packCodes(codes, bits),
    scales: packScales(scales, scaleType),
    minima: packScales(minima, scaleType),
  };
}

/** The values of a block, [tokens, channels]. */
export function kiviDequantize(block: KiviBlock): Float32Array {
  const {axis, tokens, channels, bits, groupSize, scaleType} = block;
  const codes = Uint8Array.from(unpackCodes(block.codes, bits, tokens * channels));
  const [scales, minima] = [block.scales, block.minima].map((bytes) => unpackScales(bytes, scaleType));
  const length = axis === "tokens" ? tokens : channels;
  const lines = kiviValues({codes, scales: scales, minima: minima}, length, groupSize);
  return axis === "tokens" ? transpose(lines, channels, tokens) : lines;
}

/** Bytes that a block holds: codes, scales and minima. */
export function kiviBytes({codes, scales, minima}: KiviBlock): number {
  return codes.byteLength + scales.byteLength + minima.byteLength;
}

/** bits + 2 · (bits of a scale) / groupSize: 3.0 for 2 bits in groups of 32. */
export function kiviBitsPerValue(options: KiviOptions = {}): number {
  const {bits, groupSize, scaleType} = settings("kiviBitsPerValue", options);
  return bits + (2 * 8 * scaleBytes[scaleType]) / groupSize;
}

/**
 * Bytes of one token in codes, its share of scales and minima included, of keys or values of a width: groups fill a channel's
 * tokens, but not always a token's channels.
 */
export function kiviTokenBytes(width: number, axis: KiviAxis, options: KiviOptions = {}): number {
  const {bits, groupSize, scaleType} = settings("kiviTokenBytes", options);
  requireInteger("kiviTokenBytes", "width", width, 0);
  const groups = axis === "tokens" ? width / groupSize : Math.ceil(width / groupSize);
  return (width * bits) / 8 + 2 * scaleBytes[scaleType] * groups;
}

function settings(
  where: string,
  {bits = 2, groupSize = 32, scaleType = "f16"}: KiviOptions,
): Required<KiviOptions> {
  requireInteger(where, "groupSize", groupSize, 1);
  requireInteger(where, "bits", bits, 1, 8);
  return {bits, groupSize, scaleType};
}
