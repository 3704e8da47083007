/** Products with weights that stay packed: of vectors, row by row; of more rows, by a few unpacked rows at a time. */
import {panelProduct} from "../matmul/matmul";
import {sum4} from "../shared/lanes";
import {storeLevels} from "../shared/levels";
import {transpose4} from "../shared/transpose";
import {
  BITS,
  CODES,
  GROUP,
  GROUPS,
  highLevels,
  lowLevels,
  MATRIX_ROWS,
  quarterLevels,
  STEPS,
  scaleAt,
  tableAt,
} from "./codes";

/** Bytes of a step of codes. */
const STEP: usize = 16;
/** Elements that share a scale of activations. */
const UNIT: i32 = 32;
/** Outputs of a panel. */
const PANEL: i32 = 8;

/** y [out] = W x in float32: the products of a group are summed, then scaled. x is filled up with zeros to whole groups. */
export function vectorFloat(w: usize, x: usize, y: usize): void {
  for (let row = 0; row < load<i32>(w, MATRIX_ROWS); row++, y += 4) {
    const codes = load<usize>(w, CODES) + <usize>row * load<i32>(w, STEPS) * STEP;
    store<f32>(
      y,
      sum4(
        load<i32>(w, GROUP) === 16
          ? rowOfSixteens(w, codes, row * load<i32>(w, GROUPS), x)
          : rowFloat(w, codes, row * load<i32>(w, GROUPS), x),
      ),
    );
  }
}

function rowOfSixteens(w: usize, codes: usize, at: i32, x: usize): v128 {
  let low = f32x4.splat(0);
  let high = low;
  for (let step = 0; step < load<i32>(w, STEPS); step++, codes += STEP, x += 128, at += 2) {
    const v = v128.load(codes);
    low = f32x4.add(low, f32x4.mul(scaleAt(w, at), dotFloat(lowLevels(v, tableAt(w, at)), x)));
    high = f32x4.add(
      high,
      f32x4.mul(scaleAt(w, at + 1), dotFloat(highLevels(v, tableAt(w, at + 1)), x + 64)),
    );
  }
  return f32x4.add(low, high);
}

function rowFloat(w: usize, codes: usize, at: i32, x: usize): v128 {
  const bits = load<i32>(w, BITS);
  const steps = (load<i32>(w, GROUP) * bits) >> 7;
  let sum = f32x4.splat(0);
  for (let g = 0; g < load<i32>(w, GROUPS); g++, at++) {
    const table = tableAt(w, at);
    let a = f32x4.splat(0);
    let b = a;
    for (let step = 0; step < steps; step++, codes += STEP) {
      const v = v128.load(codes);
      if (bits === 4) {
        a = f32x4.add(a, dotFloat(lowLevels(v, table), x));
        b = f32x4.add(b, dotFloat(highLevels(v, table), x + 64));
        x += 128;
      } else if (bits === 8) {
        a = f32x4.add(a, dotFloat(v, x));
        x += 64;
      } else {
        a = f32x4.add(a, dotFloat(quarterLevels(v, 0, table), x));
        b = f32x4.add(b, dotFloat(quarterLevels(v, 1, table), x + 64));
        a = f32x4.add(a, dotFloat(quarterLevels(v, 2, table), x + 128));
        b = f32x4.add(b, dotFloat(quarterLevels(v, 3, table), x + 192));
        x += 256;
      }
    }
    sum = f32x4.add(sum, f32x4.mul(scaleAt(w, at), f32x4.add(a, b)));
  }
  return sum;
}

/** Four lanes of the dot product of 16 levels with 16 floats. */
function dotFloat(levels: v128, x: usize): v128 {
  const low = i16x8.extend_low_i8x16_s(levels);
  const high = i16x8.extend_high_i8x16_s(levels);
  const a = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low)), v128.load(x));
  const b = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low)), v128.load(x, 16));
  const c = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high)), v128.load(x, 32));
  const d = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high)), v128.load(x, 48));
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/**
 * Activations of 8 bits: units of 32 over amax / 127, to nearest even, as 16-bit numbers, and their scales.
 * @param x rows of whole units, one after the other
 */
export function quantizeUnits(x: usize, units: i32, q: usize, scales: usize): void {
  for (let unit = 0; unit < units; unit++, x += 128, q += 64, scales += 4) {
    let top = f32x4.splat(0);
    for (let i: usize = 0; i < 128; i += 16) top = f32x4.max(top, f32x4.abs(v128.load(x + i)));
    top = f32x4.max(top, v128.shuffle<i32>(top, top, 2, 3, 0, 1));
    top = f32x4.max(top, v128.shuffle<i32>(top, top, 1, 0, 3, 2));
    const amax = f32x4.extract_lane(top, 0);
    const scale = f32x4.splat(amax / 127);
    store<f32>(scales, amax / 127);
    // Zeros over a scale of zero are no numbers, which become 0.
    for (let i: usize = 0; i < 128; i += 32) {
      const low = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.div(v128.load(x + i), scale)));
      const high = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.div(v128.load(x + i, 16), scale)));
      v128.store(q + (i >> 1), i16x8.narrow_i32x4_s(low, high));
    }
  }
}

/** y [out] = W x of quantized x: the products of a unit are summed as integers, then scaled by both scales. */
export function vectorInt(w: usize, q: usize, unitScales: usize, y: usize): void {
  for (let row = 0; row < load<i32>(w, MATRIX_ROWS); row++, y += 4) {
    const codes = load<usize>(w, CODES) + <usize>row * load<i32>(w, STEPS) * STEP;
    const at = row * load<i32>(w, GROUPS);
    store<f32>(
      y,
      sum4(
        load<i32>(w, GROUP) === 16
          ? intOfSixteens(w, codes, at, q, unitScales)
          : rowInt(w, codes, at, q, unitScales),
      ),
    );
  }
}

function intOfSixteens(w: usize, codes: usize, at: i32, q: usize, unitScales: usize): v128 {
  let sum = f32x4.splat(0);
  for (let step = 0; step < load<i32>(w, STEPS); step++, codes += STEP, q += 64, at += 2, unitScales += 4) {
    const v = v128.load(codes);
    const low = f32x4.mul(scaleAt(w, at), f32x4.convert_i32x4_s(dotInt(lowLevels(v, tableAt(w, at)), q)));
    const high = f32x4.mul(
      scaleAt(w, at + 1),
      f32x4.convert_i32x4_s(dotInt(highLevels(v, tableAt(w, at + 1)), q + 32)),
    );
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(unitScales), f32x4.add(low, high)));
  }
  return sum;
}

function rowInt(w: usize, codes: usize, at: i32, q: usize, unitScales: usize): v128 {
  const units = load<i32>(w, GROUP) / UNIT;
  const bits = load<i32>(w, BITS);
  let sum = f32x4.splat(0);
  for (let g = 0; g < load<i32>(w, GROUPS); g++, at++) {
    const table = tableAt(w, at);
    let a = f32x4.splat(0);
    for (let unit = 0; unit < units; unit++, q += 64, unitScales += 4) {
      let dots: v128;
      if (bits === 4) {
        const v = v128.load(codes);
        dots = i32x4.add(dotInt(lowLevels(v, table), q), dotInt(highLevels(v, table), q + 32));
        codes += STEP;
      } else if (bits === 8) {
        dots = i32x4.add(dotInt(v128.load(codes), q), dotInt(v128.load(codes, 16), q + 32));
        codes += 2 * STEP;
      } else {
        // A step holds two units.
        const v = v128.load(codes);
        const part = (unit & 1) << 1;
        dots = i32x4.add(
          dotInt(quarterLevels(v, part, table), q),
          dotInt(quarterLevels(v, part + 1, table), q + 32),
        );
        codes += (<usize>(unit & 1)) << 4;
      }
      a = f32x4.add(a, f32x4.mul(v128.load32_splat(unitScales), f32x4.convert_i32x4_s(dots)));
    }
    sum = f32x4.add(sum, f32x4.mul(scaleAt(w, at), a));
  }
  return sum;
}

/** Four lanes of the dot product of 16 levels with 16 integers of 16 bits. */
function dotInt(levels: v128, q: usize): v128 {
  return i32x4.add(
    i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(levels), v128.load(q)),
    i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(levels), v128.load(q, 16)),
  );
}

/** y [rows, out] += sums [rows, groups] times the transpose of offsets [out, groups]; groups a multiple of 4, y rows `stride` apart. */
export function addOffsets(
  sums: usize,
  offsets: usize,
  y: usize,
  rows: i32,
  out: i32,
  groups: i32,
  stride: i32,
): void {
  const bytes = (<usize>groups) << 2;
  for (let o = 0; o < out; o++, offsets += bytes, y += 4) {
    for (let row = 0; row < rows; row++) {
      const from = sums + <usize>row * bytes;
      let sum = f32x4.splat(0);
      for (let g: usize = 0; g < bytes; g += 16) {
        sum = f32x4.add(sum, f32x4.mul(v128.load(offsets + g), v128.load(from + g)));
      }
      const to = y + ((<usize>row * stride) << 2);
      store<f32>(to, load<f32>(to) + sum4(sum));
    }
  }
}

/**
 * y [rows, out rounded up to 8] = X W^T + bias in float32: eight rows of weights at a time are unpacked to a panel.
 * @param inputs elements of a row of x, whole groups; missing ones are zeros
 * @param room for a panel and its rows: 64 bytes an input
 */
export function matrixFloat(
  w: usize,
  x: usize,
  bias: usize,
  y: usize,
  rows: i32,
  inputs: i32,
  room: usize,
): void {
  const paddedOut = (load<i32>(w, MATRIX_ROWS) + PANEL - 1) & -PANEL;
  const rowBytes = (<usize>inputs) << 2;
  const panel = room + PANEL * rowBytes;
  for (let first = 0; first < paddedOut; first += PANEL) {
    for (let r = 0; r < PANEL; r++) {
      if (first + r < load<i32>(w, MATRIX_ROWS)) unpackFloat(w, first + r, room + <usize>r * rowBytes);
      else memory.fill(room + <usize>r * rowBytes, 0, rowBytes);
    }
    for (let i: usize = 0; i < rowBytes; i += 16) {
      transpose4(room + i, rowBytes, panel + 8 * i, 32);
      transpose4(room + 4 * rowBytes + i, rowBytes, panel + 8 * i + 16, 32);
    }
    const column = (<usize>first) << 2;
    panelProduct(x, panel, bias + column, y + column, rows, inputs, paddedOut);
  }
}

/** The values level · scale of a row. */
function unpackFloat(w: usize, row: i32, to: usize): void {
  let codes = load<usize>(w, CODES) + <usize>row * load<i32>(w, STEPS) * STEP;
  let at = row * load<i32>(w, GROUPS);
  if (load<i32>(w, GROUP) === 16) {
    for (let step = 0; step < load<i32>(w, STEPS); step++, codes += STEP, at += 2, to += 128) {
      const v = v128.load(codes);
      storeLevels(lowLevels(v, tableAt(w, at)), scaleAt(w, at), to);
      storeLevels(highLevels(v, tableAt(w, at + 1)), scaleAt(w, at + 1), to + 64);
    }
    return;
  }
  const bits = load<i32>(w, BITS);
  const steps = (load<i32>(w, GROUP) * bits) >> 7;
  for (let g = 0; g < load<i32>(w, GROUPS); g++, at++) {
    const table = tableAt(w, at);
    const scale = scaleAt(w, at);
    for (let step = 0; step < steps; step++, codes += STEP) {
      const v = v128.load(codes);
      if (bits === 4) {
        storeLevels(lowLevels(v, table), scale, to);
        storeLevels(highLevels(v, table), scale, to + 64);
        to += 128;
      } else if (bits === 8) {
        storeLevels(v, scale, to);
        to += 64;
      } else {
        for (let part = 0; part < 4; part++, to += 64) storeLevels(quarterLevels(v, part, table), scale, to);
      }
    }
  }
}

/**
 * y [rows, stride] = X W^T of quantized rows of x: two rows of weights at a time are unpacked to 16 bits, and two rows of x
 * share each load of them.
 * @param q rows of x, `units` units of 32 each; their number is even
 * @param room for two rows of levels and of scales: 64 + 8 bytes a unit, twice
 */
export function matrixInt(
  w: usize,
  q: usize,
  unitScales: usize,
  y: usize,
  rows: i32,
  units: i32,
  stride: i32,
  room: usize,
): void {
  const levelBytes = (<usize>units) << 6;
  const scaleBytes = (<usize>units) << 3;
  const scales = room + 2 * levelBytes;
  for (let o = 0; o < load<i32>(w, MATRIX_ROWS); o += 2, y += 8) {
    unpackInt(w, o, room, scales);
    if (o + 1 < load<i32>(w, MATRIX_ROWS)) unpackInt(w, o + 1, room + levelBytes, scales + scaleBytes);
    for (let row = 0; row < rows; row += 2) {
      const from = q + <usize>row * levelBytes;
      const fromScales = unitScales + ((<usize>row * units) << 2);
      const to = y + ((<usize>row * stride) << 2);
      if (load<i32>(w, GROUP) === 16)
        tileOfHalves(room, scales, from, fromScales, to, units, (<usize>stride) << 2);
      else tile(room, scales, from, fromScales, to, units, (<usize>stride) << 2);
    }
  }
}

/** Levels of a row as 16-bit numbers, and for each unit the scales of its two halves. */
function unpackInt(w: usize, row: i32, to: usize, scales: usize): void {
  let codes = load<usize>(w, CODES) + <usize>row * load<i32>(w, STEPS) * STEP;
  let at = row * load<i32>(w, GROUPS);
  if (load<i32>(w, GROUP) === 16) {
    for (let step = 0; step < load<i32>(w, STEPS); step++, codes += STEP, at += 2, to += 64, scales += 8) {
      const v = v128.load(codes);
      storeInts(lowLevels(v, tableAt(w, at)), to);
      storeInts(highLevels(v, tableAt(w, at + 1)), to + 32);
      store<f32>(scales, f32x4.extract_lane(scaleAt(w, at), 0));
      store<f32>(scales, f32x4.extract_lane(scaleAt(w, at + 1), 0), 4);
    }
    return;
  }
  const bits = load<i32>(w, BITS);
  const steps = (load<i32>(w, GROUP) * bits) >> 7;
  for (let g = 0; g < load<i32>(w, GROUPS); g++, at++) {
    const table = tableAt(w, at);
    for (let step = 0; step < steps; step++, codes += STEP) {
      const v = v128.load(codes);
      if (bits === 4) {
        storeInts(lowLevels(v, table), to);
        storeInts(highLevels(v, table), to + 32);
        to += 64;
      } else if (bits === 8) {
        storeInts(v, to);
        to += 32;
      } else {
        for (let part = 0; part < 4; part++, to += 32) storeInts(quarterLevels(v, part, table), to);
      }
    }
    const scale = f32x4.extract_lane(scaleAt(w, at), 0);
    for (let unit = 0; unit < load<i32>(w, GROUP); unit += UNIT, scales += 8) {
      store<f32>(scales, scale);
      store<f32>(scales, scale, 4);
    }
  }
}

function storeInts(levels: v128, to: usize): void {
  v128.store(to, i16x8.extend_low_i8x16_s(levels));
  v128.store(to, i16x8.extend_high_i8x16_s(levels), 16);
}

/** Two rows of levels with two rows of q. */
function tile(
  levels: usize,
  scales: usize,
  q: usize,
  unitScales: usize,
  y: usize,
  units: i32,
  stride: usize,
): void {
  const second = levels + ((<usize>units) << 6);
  const secondQ = q + ((<usize>units) << 6);
  const secondScales = scales + ((<usize>units) << 3);
  const secondUnits = unitScales + ((<usize>units) << 2);
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let unit: usize = 0; unit < <usize>units; unit++) {
    const at = unit << 6;
    let s0 = i32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let i: usize = at; i < at + 64; i += 16) {
      const w0 = v128.load(levels + i);
      const w1 = v128.load(second + i);
      const x0 = v128.load(q + i);
      const x1 = v128.load(secondQ + i);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(w0, x0));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(w1, x0));
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(w0, x1));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(w1, x1));
    }
    const f0 = load<f32>(scales + (unit << 3));
    const f1 = load<f32>(secondScales + (unit << 3));
    const g0 = load<f32>(unitScales + (unit << 2));
    const g1 = load<f32>(secondUnits + (unit << 2));
    a = f32x4.add(a, f32x4.mul(f32x4.splat(f0 * g0), f32x4.convert_i32x4_s(s0)));
    b = f32x4.add(b, f32x4.mul(f32x4.splat(f1 * g0), f32x4.convert_i32x4_s(s1)));
    c = f32x4.add(c, f32x4.mul(f32x4.splat(f0 * g1), f32x4.convert_i32x4_s(s2)));
    d = f32x4.add(d, f32x4.mul(f32x4.splat(f1 * g1), f32x4.convert_i32x4_s(s3)));
  }
  storeTile(y, stride, a, b, c, d);
}

/** The same where the halves of a unit have scales of their own. */
function tileOfHalves(
  levels: usize,
  scales: usize,
  q: usize,
  unitScales: usize,
  y: usize,
  units: i32,
  stride: usize,
): void {
  const second = levels + ((<usize>units) << 6);
  const secondQ = q + ((<usize>units) << 6);
  const secondScales = scales + ((<usize>units) << 3);
  const secondUnits = unitScales + ((<usize>units) << 2);
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let half: usize = 0; half < (<usize>units) << 1; half++) {
    const i = half << 5;
    const w0 = v128.load(levels + i);
    const w1 = v128.load(second + i);
    const v0 = v128.load(levels + i, 16);
    const v1 = v128.load(second + i, 16);
    const x0 = v128.load(q + i);
    const x1 = v128.load(secondQ + i);
    const z0 = v128.load(q + i, 16);
    const z1 = v128.load(secondQ + i, 16);
    const f0 = load<f32>(scales + (half << 2));
    const f1 = load<f32>(secondScales + (half << 2));
    const g0 = load<f32>(unitScales + ((half >> 1) << 2));
    const g1 = load<f32>(secondUnits + ((half >> 1) << 2));
    a = f32x4.add(a, f32x4.mul(f32x4.splat(f0 * g0), pairDot(w0, x0, v0, z0)));
    b = f32x4.add(b, f32x4.mul(f32x4.splat(f1 * g0), pairDot(w1, x0, v1, z0)));
    c = f32x4.add(c, f32x4.mul(f32x4.splat(f0 * g1), pairDot(w0, x1, v0, z1)));
    d = f32x4.add(d, f32x4.mul(f32x4.splat(f1 * g1), pairDot(w1, x1, v1, z1)));
  }
  storeTile(y, stride, a, b, c, d);
}

function pairDot(a: v128, x: v128, b: v128, z: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.add(i32x4.dot_i16x8_s(a, x), i32x4.dot_i16x8_s(b, z)));
}

function storeTile(y: usize, stride: usize, a: v128, b: v128, c: v128, d: v128): void {
  store<f32>(y, sum4(a));
  store<f32>(y, sum4(b), 4);
  store<f32>(y + stride, sum4(c));
  store<f32>(y + stride, sum4(d), 4);
}
