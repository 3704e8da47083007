/** A vector times packed rows: the products of a part are summed, then scaled. */
import {sum4} from "../shared/lanes";
import {
  BITS,
  codesOf,
  GROUP,
  GROUPS,
  highLevels,
  IS_SIGNED,
  lowLevels,
  MATRIX_ROWS,
  placeBytesOf,
  placesOf,
  quarterLevels,
  STEP,
  scaleAt,
  scalesOf,
  stepsOf,
  TABLE_OF,
  tableAt,
  UNIT,
  unitsOf,
} from "./codes";
import {addProducts, SIXTEEN} from "./units";

/** y [out] = W x in float32; x is filled up with zeros to whole groups. */
export function vectorFloat(w: usize, x: usize, y: usize): void {
  for (let row = 0; row < load<i32>(w, MATRIX_ROWS); row++, y += 4) {
    store<f32>(y, sum4(rowProduct<f32>(w, row, x, 0, 0)));
  }
}

/** y [out] = W x of quantized x: parts are summed as integers from their starts on, then scaled by both scales. */
export function vectorInt(w: usize, q: usize, scales: usize, starts: usize, y: usize): void {
  for (let row = 0; row < load<i32>(w, MATRIX_ROWS); row++, y += 4) {
    store<f32>(y, sum4(rowProduct<i8>(w, row, q, scales, starts)));
  }
}

/** Four lanes of the product of a row with x, which is float32 or quantized. */
function rowProduct<X>(w: usize, row: i32, x: usize, xScales: usize, starts: usize): v128 {
  if (load<i32>(w, GROUP) === 16) return ofSixteens<X>(w, row, x, xScales, starts);
  const bits = load<i32>(w, BITS);
  const isSigned = bits === 8 ? 1 : load<i32>(w, IS_SIGNED);
  const isOneTable = load<usize>(w, TABLE_OF) === 0;
  const scales = scalesOf(w);
  const places = placesOf(w);
  const placeBytes = placeBytesOf(w);
  const perGroup = load<i32>(w, GROUP) / UNIT;
  let codes = codesOf(w, row);
  let at = row * load<i32>(w, GROUPS);
  let table = tableAt(w, at);
  let sum = f32x4.splat(0);
  for (let unit = 0, left = perGroup; unit < unitsOf(w); unit++, x += 2 * sixteen<X>()) {
    const v = v128.load(codes);
    let a = v;
    let b = v;
    if (bits === 4) {
      a = lowLevels(v, table);
      b = highLevels(v, table);
      codes += STEP;
    } else if (bits === 8) {
      b = v128.load(codes, 16);
      codes += 2 * STEP;
    } else {
      // A step holds two units.
      const part = (unit & 1) << 1;
      a = quarterLevels(v, part, table);
      b = quarterLevels(v, part + 1, table);
      codes += (<usize>(unit & 1)) << 4;
    }
    const low = add16<X>(startOf<X>(starts), a, x, isSigned);
    const both = floats<X>(add16<X>(low, b, x + sixteen<X>(), isSigned));
    sum = f32x4.add(sum, f32x4.mul(scaleOf<X>(scaleAt(scales, places, placeBytes, at), xScales), both));
    xScales += 4;
    starts += 4;
    if (--left === 0) {
      left = perGroup;
      at++;
      if (!isOneTable) table = tableAt(w, at);
    }
  }
  return sum;
}

/** Groups of 16 elements with 4-bit codes. */
function ofSixteens<X>(w: usize, row: i32, x: usize, xScales: usize, starts: usize): v128 {
  const isSigned = load<i32>(w, IS_SIGNED);
  const steps = stepsOf(w);
  const scales = scalesOf(w);
  const places = placesOf(w);
  const placeBytes = placeBytesOf(w);
  let codes = codesOf(w, row);
  let at = row * load<i32>(w, GROUPS);
  let a = f32x4.splat(0);
  let b = a;
  for (let step = 0; step < steps; step++, codes += STEP, at += 2, x += 2 * sixteen<X>()) {
    const v = v128.load(codes);
    const low = add16<X>(startOf<X>(starts), lowLevels(v, tableAt(w, at)), x, isSigned);
    const high = add16<X>(
      startOf<X>(starts + 4),
      highLevels(v, tableAt(w, at + 1)),
      x + sixteen<X>(),
      isSigned,
    );
    const lowScale = scaleOf<X>(scaleAt(scales, places, placeBytes, at), xScales);
    const highScale = scaleOf<X>(scaleAt(scales, places, placeBytes, at + 1), xScales + 4);
    a = f32x4.add(a, f32x4.mul(lowScale, floats<X>(low)));
    b = f32x4.add(b, f32x4.mul(highScale, floats<X>(high)));
    xScales += 8;
    starts += 8;
  }
  return f32x4.add(a, b);
}

/** Bytes of 16 elements of x. */
function sixteen<X>(): usize {
  return isFloat<X>() ? 64 : SIXTEEN;
}

function startOf<X>(starts: usize): v128 {
  return isFloat<X>() ? f32x4.splat(0) : v128.load32_zero(starts);
}

function floats<X>(sum: v128): v128 {
  return isFloat<X>() ? sum : f32x4.convert_i32x4_s(sum);
}

/** The scale of a part: that of its weights, times that of x where x is quantized. */
function scaleOf<X>(scale: v128, xScale: usize): v128 {
  return isFloat<X>() ? scale : f32x4.mul(scale, v128.load32_splat(xScale));
}

/** Four lanes of a sum, and the products of 16 levels with 16 elements of x. */
function add16<X>(sum: v128, levels: v128, x: usize, isSigned: i32): v128 {
  if (!isFloat<X>()) return addProducts(sum, levels, x, isSigned);
  const low = i16x8.extend_low_i8x16_s(levels);
  const high = i16x8.extend_high_i8x16_s(levels);
  const a = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low)), v128.load(x));
  const b = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high)), v128.load(x, 32));
  const c = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low)), v128.load(x, 16));
  const d = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high)), v128.load(x, 48));
  return f32x4.add(sum, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}
