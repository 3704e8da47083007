/** Unpacks eight rows of weights to a panel: [elements or runs of them of four bytes][8 rows]. */
import {storeLevels} from "../shared/levels";
import {transpose4} from "../shared/transpose";
import {
  BITS,
  codesOf,
  GROUP,
  GROUPS,
  highLevels,
  lowLevels,
  MATRIX_ROWS,
  quarterLevels,
  STEP,
  stepsOf,
  storeScales,
  tableAt,
} from "./codes";
import {SIXTEEN} from "./units";

/** Rows of a panel. */
export const PANEL: i32 = 8;

/**
 * The rows from `first` on as a panel, missing ones as zeros: values for X = f32, else levels as {@link SIXTEEN} has them.
 * @param rowBytes bytes of an unpacked row
 * @param room for the rows; the panel follows them. Gives its place.
 */
export function unpackPanel<X>(w: usize, first: i32, rowBytes: usize, room: usize): usize {
  const panel = room + PANEL * rowBytes;
  for (let r = 0; r < PANEL; r++) {
    const to = room + <usize>r * rowBytes;
    if (first + r < load<i32>(w, MATRIX_ROWS)) unpackRow<X>(w, first + r, to, panel);
    else memory.fill(to, 0, rowBytes);
  }
  for (let i: usize = 0; i < rowBytes; i += 16) {
    transpose4(room + i, rowBytes, panel + 8 * i, 32);
    transpose4(room + 4 * rowBytes + i, rowBytes, panel + 8 * i + 16, 32);
  }
  return panel;
}

/** A row in order; `scales` is room for those of its parts. */
function unpackRow<X>(w: usize, row: i32, to: usize, scales: usize): void {
  if (isFloat<X>()) storeScales(w, row, scales, 4);
  const bits = load<i32>(w, BITS);
  const isSixteen = load<i32>(w, GROUP) === 16;
  // Parts of 16 bytes of codes, and those that share a table.
  const steps = stepsOf(w) / load<i32>(w, GROUPS);
  let codes = codesOf(w, row);
  let at = row * load<i32>(w, GROUPS);
  if (isSixteen) {
    for (let step = 0; step < stepsOf(w); step++, codes += STEP, at += 2, scales += 8) {
      const v = v128.load(codes);
      to = put<X>(lowLevels(v, tableAt(w, at)), scales, to);
      to = put<X>(highLevels(v, tableAt(w, at + 1)), scales + 4, to);
    }
    return;
  }
  for (let g = 0; g < load<i32>(w, GROUPS); g++, at++) {
    const table = tableAt(w, at);
    for (let step = 0; step < steps; step++, codes += STEP) {
      const v = v128.load(codes);
      if (bits === 4) {
        to = put<X>(lowLevels(v, table), scales, to);
        to = put<X>(highLevels(v, table), scales, to);
      } else if (bits === 8) to = put<X>(v, scales, to);
      else for (let part = 0; part < 4; part++) to = put<X>(quarterLevels(v, part, table), scales, to);
    }
    scales += <usize>load<i32>(w, GROUP) >> 3;
  }
}

/** Writes 16 levels and gives the place behind them. */
function put<X>(levels: v128, scale: usize, to: usize): usize {
  if (isFloat<X>()) {
    storeLevels(levels, v128.load32_splat(scale), to);
    return to + 64;
  }
  if (ASC_FEATURE_RELAXED_SIMD) v128.store(to, levels);
  else {
    v128.store(to, i16x8.extend_low_i8x16_s(levels));
    v128.store(to, i16x8.extend_high_i8x16_s(levels), 16);
  }
  return to + SIXTEEN;
}
