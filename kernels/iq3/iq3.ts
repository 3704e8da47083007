/**
 * IQ3_S, 110 bytes for 256 elements, byte for byte as `formats/ggml/iq3.ts` packs them and value for value as it unpacks
 * them: four magnitudes are a point of a grid of 512. Sums run in order; points nearby are tried four at once, one a lane.
 */
import {halfBits, halfValue} from "../shared/half";
import {nearestCodes, nearestInt} from "../shared/nearest";

/** Places of the fields in a block behind d: low bytes of points, their ninth bits, signs, scales. */
const POINTS: usize = 2;
const HIGHS: usize = 66;
const SIGNS: usize = 74;
const SCALES: usize = 106;

/** Places in the tables: index of each of 4096 points or -1, its four levels, where points nearby begin, those points. */
const LEVELS: usize = 8192;
const STARTS: usize = 24576;
const NEAR: usize = 40976;
/** Bytes of four points nearby: their first levels, their second ones and so on, then the points themselves. */
const FOUR: usize = 24;

/** Places in the room, each of a group of 32: roots of weights, magnitudes, weights, weights times magnitudes, points. */
const ROOTS: usize = 0;
const MAGNITUDES: usize = 128;
const WEIGHTS: usize = 256;
const PRODUCTS: usize = 384;
const TRIED: usize = 512;
const KEPT: usize = 528;
const GROUP_SCALES: usize = 544;

/** The floats of blocks. @param points four levels of each point of the grid, a byte each */
export function decodeIq3S(bytes: usize, blocks: i32, x: usize, points: usize): void {
  const bits = i32x4(1, 2, 4, 8);
  for (let n = 0; n < blocks; n++, bytes += 110) {
    const d = halfValue(load<u16>(bytes));
    for (let group: usize = 0; group < 8; group++) {
      const code = (<i32>load<u8>(bytes + SCALES + (group >> 1)) >> ((<i32>(group & 1)) << 2)) & 15;
      const steps = 2 * code + 1;
      const scale = f32x4.splat(d * <f32>steps);
      const highs = <usize>load<u8>(bytes + HIGHS + group);
      const signs = load<u32>(bytes + SIGNS + (group << 2));
      for (let quad: usize = 0; quad < 8; quad++, x += 16) {
        const index = <usize>load<u8>(bytes + POINTS + (group << 3) + quad) | (((highs >> quad) & 1) << 8);
        const isNegative = i32x4.ne(v128.and(i32x4.splat(signs >> ((<u32>quad) << 2)), bits), i32x4.splat(0));
        const value = f32x4.mul(scale, levelsAt(points + (index << 2)));
        v128.store(x, v128.xor(value, v128.and(isNegative, i32x4.splat(0x80000000))));
      }
    }
  }
}

/** Four bytes as floats. */
function levelsAt(at: usize): v128 {
  const wide = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
  return f32x4.convert_i32x4_u(wide);
}

/** Packs blocks of finite floats. A group of zeros takes no room, so that those behind it move up, as in the reference. */
export function encodeIq3S(x: usize, blocks: i32, bytes: usize, room: usize, tables: usize): void {
  for (let n = 0; n < blocks; n++, x += 1024, bytes += 110) {
    memory.fill(bytes, 0, 110);
    let largestScale: f32 = 0;
    let written: usize = 0;
    for (let group: usize = 0; group < 8; group++) {
      const from = x + (group << 7);
      const largest = weigh(from, room);
      const scale: f32 = largest === 0 ? 0 : searchPoints(largest, room, tables);
      store<f32>(room + GROUP_SCALES + (group << 2), scale);
      if (largest === 0) continue;
      writePoints(bytes, group, written, room + KEPT, tables);
      writeSigns(from, bytes + SIGNS + (written << 2));
      largestScale = max<f32>(largestScale, scale);
      written++;
    }
    if (largestScale > 0) writeScales(bytes, largestScale / 31, room + GROUP_SCALES);
  }
}

/** Fills the room with magnitudes and their squares as weights. Gives the largest magnitude. */
function weigh(x: usize, room: usize): f32 {
  let top = f32x4.splat(0);
  for (let i: usize = 0; i < 128; i += 16) {
    const value = v128.load(x + i);
    const magnitude = f32x4.abs(value);
    const weight = f32x4.mul(value, value);
    v128.store(room + i, f32x4.sqrt(weight), ROOTS);
    v128.store(room + i, magnitude, MAGNITUDES);
    v128.store(room + i, weight, WEIGHTS);
    v128.store(room + i, f32x4.mul(weight, magnitude), PRODUCTS);
    top = f32x4.max(top, magnitude);
  }
  top = f32x4.max(top, v128.shuffle<f32>(top, top, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1));
}

/** The scale of 32 magnitudes, of which 19 are tried; leaves their points in the room. */
function searchPoints(largest: f32, room: usize, tables: usize): f32 {
  let best: f32 = 0;
  let scale: f32 = largest / 15;
  let onGrid = false;
  v128.store(room, i32x4.splat(0), KEPT);
  for (let step = -9; step <= 9; step++) {
    const factor: f32 = (15 + <f32>step * <f32>0.2) / largest;
    const allOnGrid = quadsFor(factor, 1 / factor, room, room + TRIED, tables);
    const sums = quadSums(room, room + TRIED, tables);
    const product = f32x4.extract_lane(sums, 0);
    const square = f32x4.extract_lane(sums, 1);
    if (square > 0 && product * product > best * square) {
      scale = product / square;
      best = scale * product;
      v128.store(room, v128.load(room, TRIED), KEPT);
      onGrid = allOnGrid;
    }
  }
  if (onGrid || !(scale > 0)) return scale;
  quadsFor(1 / scale, scale, room, room + KEPT, tables);
  const sums = quadSums(room, room + KEPT, tables);
  const square = f32x4.extract_lane(sums, 1);
  return square > 0 ? f32x4.extract_lane(sums, 0) / square : scale;
}

/** Points of the grid for all magnitudes; true if none had to move there. */
function quadsFor(factor: f32, scale: f32, room: usize, points: usize, tables: usize): bool {
  let onGrid = true;
  for (let quad: usize = 0; quad < 8; quad++) {
    const at = room + (quad << 4);
    const corner = cornerAt(at, factor);
    const isPoint = load<i16>(tables + (corner << 1)) >= 0;
    store<u16>(points + (quad << 1), isPoint ? corner : nearestPoint(at, corner, scale, tables));
    onGrid = onGrid && isPoint;
  }
  return onGrid;
}

/** The point that four codes make, each of three bits, the first lowest. */
function cornerAt(at: usize, factor: f32): usize {
  const steps = f32x4.sub(f32x4.mul(f32x4.splat(factor), v128.load(at, MAGNITUDES)), f32x4.splat(1));
  const codes = nearestCodes(f32x4.mul(steps, f32x4.splat(0.5)), i32x4.splat(0x400007));
  const parts = i32x4.trunc_sat_f32x4_s(f32x4.mul(codes, f32x4(1, 8, 64, 512)));
  const pair = v128.or(parts, v128.shuffle<i32>(parts, parts, 2, 3, 0, 1));
  return <usize>(i32x4.extract_lane(pair, 0) | i32x4.extract_lane(pair, 1));
}

/** The first of the points nearby with the least weighed distance to four magnitudes. */
function nearestPoint(at: usize, corner: usize, scale: f32, tables: usize): usize {
  const starts = tables + STARTS + (corner << 2);
  const first = load<i32>(starts);
  const end = load<i32>(starts, 4);
  const points = tables + NEAR;
  let least = f32x4.splat(Infinity);
  let best = i32x4.splat(4 * first);
  let place = i32x4.add(best, i32x4(0, 1, 2, 3));
  for (let four = first; four < end; four++, place = i32x4.add(place, i32x4.splat(4))) {
    const distance = distances(at, points + <usize>four * FOUR, f32x4.splat(scale));
    const isLess = f32x4.lt(distance, least);
    least = v128.bitselect(distance, least, isLess);
    best = v128.bitselect(place, best, isLess);
  }
  const found = <usize>firstLeast(least, best);
  return <usize>load<u16>(points + (found >> 2) * FOUR + ((found & 3) << 1), 16);
}

/** Weighed distances of four points to four magnitudes, a lane each. */
function distances(at: usize, four: usize, scale: v128): v128 {
  let distance = f32x4.splat(0);
  for (let i: usize = 0; i < 16; i += 4) {
    const level = f32x4.mul(scale, levelsAt(four + i));
    const difference = f32x4.sub(level, v128.load32_splat(at + i, MAGNITUDES));
    const weighed = f32x4.mul(f32x4.mul(v128.load32_splat(at + i, ROOTS), difference), difference);
    distance = f32x4.add(distance, weighed);
  }
  return distance;
}

/** The place of the least of four distances, the first place of several. */
function firstLeast(least: v128, place: v128): i32 {
  let least1 = f32x4.extract_lane(least, 0);
  let place1 = i32x4.extract_lane(place, 0);
  const least2 = f32x4.extract_lane(least, 1);
  const place2 = i32x4.extract_lane(place, 1);
  if (least2 < least1 || (least2 === least1 && place2 < place1)) {
    least1 = least2;
    place1 = place2;
  }
  const least3 = f32x4.extract_lane(least, 2);
  const place3 = i32x4.extract_lane(place, 2);
  if (least3 < least1 || (least3 === least1 && place3 < place1)) {
    least1 = least3;
    place1 = place3;
  }
  const least4 = f32x4.extract_lane(least, 3);
  const place4 = i32x4.extract_lane(place, 3);
  return least4 < least1 || (least4 === least1 && place4 < place1) ? place4 : place1;
}

/** Sums of w q x and of w q q over the levels q of the points, lanes 0 and 1, element after element. */
function quadSums(room: usize, points: usize, tables: usize): v128 {
  let sums = f32x4.splat(0);
  for (let quad: usize = 0; quad < 8; quad++) {
    const levels = levelsAt(tables + LEVELS + ((<usize>load<u16>(points + (quad << 1))) << 2));
    const at = room + (quad << 4);
    const product = f32x4.mul(v128.load(at, PRODUCTS), levels);
    const square = f32x4.mul(f32x4.mul(v128.load(at, WEIGHTS), levels), levels);
    const low = v128.shuffle<f32>(product, square, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(product, square, 2, 6, 3, 7);
    sums = f32x4.add(sums, low);
    sums = f32x4.add(sums, v128.shuffle<f32>(low, low, 2, 3, 2, 3));
    sums = f32x4.add(sums, high);
    sums = f32x4.add(sums, v128.shuffle<f32>(high, high, 2, 3, 2, 3));
  }
  return sums;
}

function writePoints(bytes: usize, group: usize, place: usize, points: usize, tables: usize): void {
  let highs: u32 = 0;
  for (let quad: usize = 0; quad < 8; quad++) {
    const index = <u32>load<i16>(tables + ((<usize>load<u16>(points + (quad << 1))) << 1));
    store<u8>(bytes + POINTS + (place << 3) + quad, index);
    highs |= (index >> 8) << (<u32>quad);
  }
  store<u8>(bytes + HIGHS + group, highs);
}

/** Writes 32 sign bits, each set where the element is below 0. */
function writeSigns(x: usize, to: usize): void {
  let signs: u32 = 0;
  for (let quad: usize = 0; quad < 8; quad++) {
    const isNegative = f32x4.lt(v128.load(x + (quad << 4)), f32x4.splat(0));
    signs |= (<u32>i32x4.bitmask(isNegative)) << ((<u32>quad) << 2);
  }
  store<u32>(to, signs);
}

/** The stored scale is a little larger than the one that scales are coded by: that was found to lose less. */
function writeScales(bytes: usize, d: f32, scales: usize): void {
  store<u16>(bytes, halfBits(d * <f32>1.033));
  const factor: f32 = 1 / d;
  for (let group: usize = 0; group < 8; group++) {
    const steps: f32 = (factor * load<f32>(scales + (group << 2)) - 1) * 0.5;
    const code = <u32>min(max(nearestInt(steps), 0), 15);
    const at = bytes + SCALES + (group >> 1);
    store<u8>(at, load<u8>(at) | (code << ((<u32>(group & 1)) << 2)));
  }
}
