/** Rows of the Hadamard transform in float64, addition for addition those of `tensor/hadamard.ts`: two numbers at a time. */

/**
 * Transforms rows of `columns` floats in place as H_order (x) H_power, by `factor`: each is filled up with zeros to
 * order · power numbers, of which the first `columns` are kept.
 * @param signs order · order numbers, 1 and -1; not read where order is 1
 * @param room for twice as many numbers as a row is filled up to, whose bytes are a multiple of 16
 */
export function transformRows(
  x: usize,
  rows: i32,
  columns: i32,
  order: i32,
  power: i32,
  signs: usize,
  factor: f64,
  room: usize,
): void {
  const bytes = (<usize>(order * power)) << 3;
  const mixed = order === 1 ? room : room + bytes;
  const end = (<usize>columns) << 2;
  for (let r = 0; r < rows; r++, x += end) {
    memory.fill(room, 0, bytes);
    for (let i: usize = 0; i < end; i += 4) store<f64>(room + 2 * i, <f64>load<f32>(x + i));
    butterflies(room, bytes, power);
    if (order !== 1) mixParts(room, mixed, signs, order, (<usize>power) << 3);
    for (let i: usize = 0; i < end; i += 4) store<f32>(x + i, <f32>(load<f64>(mixed + 2 * i) * factor));
  }
}

/** Sylvester's transform of every run of `power` numbers, in place. */
function butterflies(row: usize, bytes: usize, power: i32): void {
  if (power === 1) return;
  for (let at = row; at < row + bytes; at += 16) {
    const pair = v128.load(at);
    const first = v128.shuffle<f64>(pair, pair, 0, 0);
    // Of the second number once its sum with the first, once its difference from it.
    const second = f64x2.mul(v128.shuffle<f64>(pair, pair, 1, 1), f64x2(1, -1));
    v128.store(at, f64x2.add(first, second));
  }
  const run = (<usize>power) << 3;
  let half: usize = 16;
  // Two stages in one pass while there are two.
  for (; half * 4 <= run; half *= 4) {
    for (let start = row; start < row + bytes; start += 4 * half) {
      for (let at = start; at < start + half; at += 16) fourAt(at, half);
    }
  }
  for (; half * 2 <= run; half *= 2) {
    for (let start = row; start < row + bytes; start += 2 * half) {
      for (let at = start; at < start + half; at += 16) {
        const a = v128.load(at);
        const b = v128.load(at + half);
        v128.store(at, f64x2.add(a, b));
        v128.store(at + half, f64x2.sub(a, b));
      }
    }
  }
}

/** The stages of `half` and of twice as many bytes for four vectors. */
function fourAt(at: usize, half: usize): void {
  const a = v128.load(at);
  const b = v128.load(at + half);
  const c = v128.load(at + 2 * half);
  const d = v128.load(at + 3 * half);
  const sum = f64x2.add(a, b);
  const difference = f64x2.sub(a, b);
  const nextSum = f64x2.add(c, d);
  const nextDifference = f64x2.sub(c, d);
  v128.store(at, f64x2.add(sum, nextSum));
  v128.store(at + half, f64x2.add(difference, nextDifference));
  v128.store(at + 2 * half, f64x2.sub(sum, nextSum));
  v128.store(at + 3 * half, f64x2.sub(difference, nextDifference));
}

/** out[i] = the sum over j of signs[i, j] · row[j], where row and out are `order` parts of `width` bytes. */
function mixParts(row: usize, out: usize, signs: usize, order: i32, width: usize): void {
  for (let i = 0; i < order; i++, out += width, signs += (<usize>order) << 3) {
    let column: usize = 0;
    for (; column + 16 <= width; column += 16) {
      let sum = f64x2.splat(0);
      for (let j: usize = 0, from = row + column; j < <usize>order; j++, from += width) {
        sum = f64x2.add(sum, f64x2.mul(v128.load_splat<f64>(signs + (j << 3)), v128.load(from)));
      }
      v128.store(out + column, sum);
    }
    if (column < width) {
      let sum: f64 = 0;
      for (let j: usize = 0, from = row + column; j < <usize>order; j++, from += width) {
        sum += load<f64>(signs + (j << 3)) * load<f64>(from);
      }
      store<f64>(out + column, sum);
    }
  }
}
