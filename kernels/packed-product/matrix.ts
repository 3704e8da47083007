/** Rows of x times packed rows: eight rows of weights at a time are unpacked to a panel, which all rows of x read. */
import {panelProduct} from "../matmul/matmul";
import {GROUP, IS_SIGNED, MATRIX_ROWS, partsOf, storeScales, unitsOf} from "./codes";
import {SIXTEEN, withSign} from "./units";
import {PANEL, unpackPanel} from "./unpack";

/**
 * y [rows, out rounded up to 8] = X W^T + bias in float32.
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
  for (let first = 0; first < paddedOut; first += PANEL) {
    const panel = unpackPanel<f32>(w, first, (<usize>inputs) << 2, room);
    const column = (<usize>first) << 2;
    panelProduct(x, panel, bias + column, y + column, rows, inputs, paddedOut);
  }
}

/**
 * y [rows, out rounded up to 8] = X W^T of quantized rows of x: their number is a multiple of 4.
 * @param scales of the parts of each row of x, and where their sums start
 * @param room for a panel, its rows and their scales: 64 bytes an input
 */
export function matrixInt(
  w: usize,
  q: usize,
  scales: usize,
  starts: usize,
  y: usize,
  rows: i32,
  room: usize,
): void {
  const paddedOut = (load<i32>(w, MATRIX_ROWS) + PANEL - 1) & -PANEL;
  const parts = partsOf(w);
  const qRow = <usize>(2 * unitsOf(w)) * SIXTEEN;
  const scaleRow = (<usize>parts) << 2;
  const yRow = (<usize>paddedOut) << 2;
  const partBytes = load<i32>(w, GROUP) === 16 ? SIXTEEN : 2 * SIXTEEN;
  const weightScales = room + 16 * qRow;
  memory.fill(y, 0, <usize>rows * yRow);
  for (let first = 0; first < paddedOut; first += PANEL, y += 32) {
    const panel = unpackPanel<i8>(w, first, qRow, room);
    storePanelScales(w, first, weightScales, parts);
    for (let row: usize = 0; row < <usize>rows; row += 4) {
      fourRows(
        panel,
        weightScales,
        q + row * qRow,
        qRow,
        scales + row * scaleRow,
        starts + row * scaleRow,
        scaleRow,
        y + row * yRow,
        yRow,
        partBytes,
        load<i32>(w, IS_SIGNED),
      );
    }
  }
}

/** Scales [parts][8 rows], zeros for rows that are missing. */
function storePanelScales(w: usize, first: i32, to: usize, parts: i32): void {
  for (let r = 0; r < PANEL; r++, to += 4) {
    if (first + r < load<i32>(w, MATRIX_ROWS)) storeScales(w, first + r, to, 32);
    else for (let part = 0; part < parts; part++) store<f32>(to + ((<usize>part) << 5), 0);
  }
}

/** Four rows of x times a panel: eight sums of four outputs for each part, scaled and added to y. */
function fourRows(
  panel: usize,
  weightScales: usize,
  q: usize,
  qRow: usize,
  scales: usize,
  starts: usize,
  scaleRow: usize,
  y: usize,
  yRow: usize,
  partBytes: usize,
  isSigned: i32,
): void {
  const q1 = q + qRow;
  const q2 = q1 + qRow;
  const q3 = q2 + qRow;
  let at: usize = 0;
  for (let part: usize = 0; part < scaleRow; part += 4, weightScales += 32) {
    let a0 = v128.load32_splat(starts + part);
    let b0 = v128.load32_splat(starts + part + scaleRow);
    let c0 = v128.load32_splat(starts + part + 2 * scaleRow);
    let d0 = v128.load32_splat(starts + part + 3 * scaleRow);
    let a1 = a0;
    let b1 = b0;
    let c1 = c0;
    let d1 = d0;
    for (const end = at + partBytes; at < end; at += 4, panel += 32) {
      const w0 = v128.load(panel);
      const w1 = v128.load(panel, 16);
      let x = v128.load32_splat(q + at);
      a0 = addFour(a0, w0, x, isSigned);
      a1 = addFour(a1, w1, x, isSigned);
      x = v128.load32_splat(q1 + at);
      b0 = addFour(b0, w0, x, isSigned);
      b1 = addFour(b1, w1, x, isSigned);
      x = v128.load32_splat(q2 + at);
      c0 = addFour(c0, w0, x, isSigned);
      c1 = addFour(c1, w1, x, isSigned);
      x = v128.load32_splat(q3 + at);
      d0 = addFour(d0, w0, x, isSigned);
      d1 = addFour(d1, w1, x, isSigned);
    }
    addScaled(a0, a1, weightScales, scales + part, y);
    addScaled(b0, b1, weightScales, scales + part + scaleRow, y + yRow);
    addScaled(c0, c1, weightScales, scales + part + 2 * scaleRow, y + 2 * yRow);
    addScaled(d0, d1, weightScales, scales + part + 3 * scaleRow, y + 3 * yRow);
  }
}

/** Sums of four outputs, and the products of four bytes of each one's levels with four of x. */
function addFour(sum: v128, levels: v128, x: v128, isSigned: i32): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (!isSigned) return i32x4.relaxed_dot_i8x16_i7x16_add_s(x, levels, sum);
    const sign = i8x16.lt_s(levels, i8x16.splat(0));
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(withSign(x, sign), i8x16.abs(levels), sum);
  }
  return i32x4.add(sum, i32x4.dot_i16x8_s(levels, x));
}

/** Adds the sums of eight outputs times both scales to y. */
function addScaled(low: v128, high: v128, weightScales: usize, scale: usize, y: usize): void {
  const s = v128.load32_splat(scale);
  addFourScaled(low, f32x4.mul(s, v128.load(weightScales)), y);
  addFourScaled(high, f32x4.mul(s, v128.load(weightScales, 16)), y + 16);
}

function addFourScaled(sums: v128, scales: v128, y: usize): void {
  v128.store(y, f32x4.add(v128.load(y), f32x4.mul(scales, f32x4.convert_i32x4_s(sums))));
}
