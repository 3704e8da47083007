/**
 * Products of a vector with weights of few bits by tables of sums: no number is multiplied but by a scale a group.
 * (T-MAC, arXiv:2407.00088)
 */

/** Inputs of a table, and its entries: one for each choice of their signs. */
const SIZE: usize = 4;
const ENTRIES: usize = 16;
/** Rows of weights that a look-up serves. */
const LANES: usize = 16;

/**
 * Tables of x in bytes under one scale for each group of inputs, and the sum of the group: entry i of a table adds the
 * inputs whose bit of i is 1 and takes the others away. `inputs` is the number of inputs of a group, a multiple of 8.
 */
export function makeTables(
  x: usize,
  groups: i32,
  inputs: i32,
  tables: usize,
  scales: usize,
  sums: usize,
): void {
  for (let group = 0; group < groups; group++, scales += 4, sums += 4) {
    const most = largestSum(x, inputs);
    const step: f32 = most / 127;
    store<f32>(scales, step);
    const steps = f32x4.splat(most === 0 ? 0 : <f32>127 / most);
    let sum: f32 = 0;
    for (let i: usize = 0; i < <usize>inputs; i += SIZE, x += 16, tables += ENTRIES) {
      sum += load<f32>(x) + load<f32>(x, 4) + (load<f32>(x, 8) + load<f32>(x, 12));
      storeTable(x, steps, tables);
    }
    store<f32>(sums, sum);
  }
}

/** The largest entry of the tables of a group: all inputs of one taken with the sign that they have. */
function largestSum(x: usize, inputs: i32): f32 {
  let most: f32 = 0;
  for (let i: usize = 0; i < <usize>inputs; i += SIZE, x += 16) {
    const a = abs<f32>(load<f32>(x)) + abs<f32>(load<f32>(x, 4));
    most = max<f32>(most, a + abs<f32>(load<f32>(x, 8)) + abs<f32>(load<f32>(x, 12)));
  }
  return most;
}

function storeTable(x: usize, steps: v128, to: usize): void {
  const v = v128.load(x);
  const first = v128.shuffle<f32>(v, v, 0, 0, 0, 0);
  const second = v128.shuffle<f32>(v, v, 1, 1, 1, 1);
  const third = v128.shuffle<f32>(v, v, 2, 2, 2, 2);
  const fourth = v128.shuffle<f32>(v, v, 3, 3, 3, 3);
  const sign: i32 = 0x80000000;
  const pair = f32x4.add(v128.xor(first, i32x4(sign, 0, sign, 0)), v128.xor(second, i32x4(sign, sign, 0, 0)));
  const minus = f32x4.sub(pair, third);
  const plus = f32x4.add(pair, third);
  const low = i16x8.narrow_i32x4_s(
    whole(f32x4.sub(minus, fourth), steps),
    whole(f32x4.sub(plus, fourth), steps),
  );
  const high = i16x8.narrow_i32x4_s(
    whole(f32x4.add(minus, fourth), steps),
    whole(f32x4.add(plus, fourth), steps),
  );
  v128.store(to, i8x16.narrow_i16x8_s(low, high));
}

/** Sums in steps, to the nearest whole number, half to even. */
function whole(sums: v128, steps: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(sums, steps)));
}

/**
 * y [16 blocks] of blocks of 16 rows. A byte of the codes holds a row's indices into two tables, the first in its low half;
 * they lie as [block, group, plane, pair of tables, row], scales of weights as [block, group, row].
 * @param zero weight of a group's sum that is taken from its result: 1 for integers, 0 for bipolar ones
 */
export function tableProduct(
  codes: usize,
  weightScales: usize,
  blocks: i32,
  groups: i32,
  inputs: i32,
  bits: i32,
  tables: usize,
  scales: usize,
  sums: usize,
  zero: f32,
  y: usize,
): void {
  const pairs = <usize>inputs / (2 * SIZE);
  const tablesOfGroup = pairs * 2 * ENTRIES;
  const zeros = f32x4.splat(zero);
  for (let block = 0; block < blocks; block++, y += 4 * LANES) {
    let y0 = f32x4.splat(0);
    let y1 = y0;
    let y2 = y0;
    let y3 = y0;
    for (let group: usize = 0; group < <usize>groups; group++, weightScales += 4 * LANES) {
      let s0 = i32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      const first = tables + group * tablesOfGroup;
      for (let bit = 0; bit < bits; bit++) {
        let low = i16x8.splat(0);
        let high = low;
        let table = first;
        for (let pair: usize = 0; pair < pairs; pair++, codes += LANES, table += 2 * ENTRIES) {
          const v = v128.load(codes);
          const a = i8x16.swizzle(v128.load(table), v128.and(v, i8x16.splat(15)));
          const b = i8x16.swizzle(v128.load(table, ENTRIES), i8x16.shr_u(v, 4));
          low = i16x8.add(low, i16x8.add(i16x8.extend_low_i8x16_s(a), i16x8.extend_low_i8x16_s(b)));
          high = i16x8.add(high, i16x8.add(i16x8.extend_high_i8x16_s(a), i16x8.extend_high_i8x16_s(b)));
        }
        s0 = i32x4.add(s0, i32x4.shl(i32x4.extend_low_i16x8_s(low), bit));
        s1 = i32x4.add(s1, i32x4.shl(i32x4.extend_high_i16x8_s(low), bit));
        s2 = i32x4.add(s2, i32x4.shl(i32x4.extend_low_i16x8_s(high), bit));
        s3 = i32x4.add(s3, i32x4.shl(i32x4.extend_high_i16x8_s(high), bit));
      }
      const step = v128.load32_splat(scales + 4 * group);
      const less = f32x4.mul(zeros, v128.load32_splat(sums + 4 * group));
      y0 = f32x4.add(y0, scaled(s0, step, less, weightScales));
      y1 = f32x4.add(y1, scaled(s1, step, less, weightScales + 16));
      y2 = f32x4.add(y2, scaled(s2, step, less, weightScales + 32));
      y3 = f32x4.add(y3, scaled(s3, step, less, weightScales + 48));
    }
    v128.store(y, y0);
    v128.store(y, y1, 16);
    v128.store(y, y2, 32);
    v128.store(y, y3, 48);
  }
}

/** The sums of a group in float32: less its zero point, under the scale of the weights. */
function scaled(sums: v128, step: v128, less: v128, weightScales: usize): v128 {
  const value = f32x4.sub(f32x4.mul(f32x4.convert_i32x4_s(sums), step), less);
  return f32x4.mul(value, v128.load(weightScales));
}
