import {type RandomStream, randomStream} from "../../tensor/random.js";
import {requireInteger} from "../../tensor/require.js";
import type {Split} from "../corpus.js";
import {PICTURE_CLASSES} from "./picture-classes.js";

/** Pixels of a side. */
export const PICTURE_SIZE = 32;

/** A drawn picture and what it shows. */
export interface Picture {
  /** Grey values from 0 (black) to 255 (white), row after row from the top. */
  readonly pixels: Uint8Array;
  /** Index into {@link PICTURE_CLASSES}. */
  readonly label: number;
}

/** Samples along each side of a pixel: edges are soft. */
const SUPERSAMPLING = 2;

/** Uniform from low to high. */
const between = (stream: RandomStream, low: number, high: number): number =>
  low + (high - low) * stream.uniform();

/** A direction, every one alike, without sine or cosine. */
function direction(stream: RandomStream): readonly [cos: number, sin: number] {
  const [x, y] = [stream.normal(), stream.normal()];
  const length = Math.sqrt(x * x + y * y);
  return [x / length, y / length];
}

/** Mean opacity of a pixel's samples, for every pixel. */
function opacities(label: number, stream: RandomStream): Float64Array {
  const {opacity} = PICTURE_CLASSES[label];
  const radius = between(stream, 6.5, 12);
  const room = 0.8 * radius;
  const [x0, y0] = [between(stream, room, PICTURE_SIZE - room), between(stream, room, PICTURE_SIZE - room)];
  const [cos, sin] = direction(stream);
  const found = new Float64Array(PICTURE_SIZE * PICTURE_SIZE);
  const side = SUPERSAMPLING * PICTURE_SIZE;
  for (let row = 0; row < side; row++) {
    const y = ((row + 0.5) / SUPERSAMPLING - y0) / radius;
    for (let column = 0; column < side; column++) {
      const x = ((column + 0.5) / SUPERSAMPLING - x0) / radius;
      const pixel = Math.floor(row / SUPERSAMPLING) * PICTURE_SIZE + Math.floor(column / SUPERSAMPLING);
      found[pixel] += opacity(cos * x + sin * y, cos * y - sin * x) / (SUPERSAMPLING * SUPERSAMPLING);
    }
  }
  return found;
}

/** Grey values from 0 to 1 of a background that grows lighter in some direction. */
function background(stream: RandomStream): Float64Array {
  const [level, slope] = [between(stream, 0.3, 0.7), between(stream, 0, 0.15)];
  const [cos, sin] = direction(stream);
  return Float64Array.from({length: PICTURE_SIZE * PICTURE_SIZE}, (_, i) => {
    const [x, y] = [i % PICTURE_SIZE, Math.floor(i / PICTURE_SIZE)];
    return level + (slope * (cos * x + sin * y)) / PICTURE_SIZE;
  });
}

/** Covers a bar of the picture, upright or lying, with a grey value. */
function cover(grey: Float64Array, stream: RandomStream): void {
  const [level, width] = [between(stream, 0.2, 0.8), 2 + stream.integer(4)];
  const [from, lying] = [stream.integer(PICTURE_SIZE - width), stream.integer(2) === 1];
  for (let i = 0; i < grey.length; i++) {
    const across = lying ? Math.floor(i / PICTURE_SIZE) : i % PICTURE_SIZE;
    if (across >= from && across < from + width) grey[i] = level;
  }
}

/**
 * The picture of an index: a shape of one of the classes of any size, place and rotation, lighter or darker than a background
 * with a slope, behind up to two bars, under noise. Every split draws from streams of its own.
 * @throws RangeError if `index` is no integer of at least 0.
 */
export function picture(split: Split, index: number): Picture {
  requireInteger("picture", "index", index, 0);
  const stream = randomStream(index, `pictures ${split}`);
  const label = stream.integer(PICTURE_CLASSES.length);
  const contrast = between(stream, 0.2, 0.55) * (stream.integer(2) === 1 ? 1 : -1);
  const shape = opacities(label, stream);
  const grey = background(stream);
  for (let i = 0; i < grey.length; i++) grey[i] += contrast * shape[i];
  for (let bars = stream.integer(3); bars > 0; bars--) cover(grey, stream);
  const noise = between(stream, 0.02, 0.1);
  return {label, pixels: Uint8Array.from(grey, (value) => pixel(value + noise * stream.normal()))};
}

const pixel = (grey: number): number => Math.round(255 * Math.min(1, Math.max(0, grey)));
