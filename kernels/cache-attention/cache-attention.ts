/** Attention of one token over keys and values that a cache holds packed: a tile of tokens is unpacked at a time. */
import {softmaxRow} from "../softmax/softmax";
import {unpack} from "./run";

/** Tokens of a tile, whole chunks of pages that are packed by channel. */
const TILE: i32 = 32;
/** Room for codes of a chunk, four lines of 16 numbers, and what follows is left to a page's tokens. */
const ROOM: usize = 512;

/**
 * Scores of `count` keys of a run for the query heads that share them: scale q · key, head after head at `stride` bytes.
 * With `pairs`, keys are rotated first; `cos` and `sin` hold rows of pairs for every token. d is a multiple of 4.
 * `room`: 512 bytes, then 2 * TILE rows of d floats.
 */
export function keyScores(
  run: usize,
  head: i32,
  list: usize,
  count: i32,
  q: usize,
  group: i32,
  d: i32,
  scale: f32,
  scores: usize,
  stride: usize,
  room: usize,
): void {
  const width = (<usize>d) << 2;
  const tile = room + ROOM + <usize>TILE * width;
  for (let first = 0; first < count; first += TILE) {
    const tokens = min(TILE, count - first);
    const part = list === 0 ? 0 : list + ((<usize>first) << 2);
    unpack(run, head, part, first, tokens, d, tile, room);
    const to = scores + ((<usize>first) << 2);
    for (let h = 0; h < group; h++)
      dots(q + <usize>h * width, tile, width, tokens, to + <usize>h * stride, scale);
  }
}

/** Hides the scores of keys that a head did not choose, [group, count] bytes, and takes the softmax of each head. */
export function weigh(scores: usize, stride: usize, mask: usize, group: i32, count: i32): void {
  for (let h = 0; h < group; h++, scores += stride) {
    if (mask !== 0) {
      for (let n: usize = 0; n < <usize>count; n++, mask++)
        if (load<u8>(mask) === 0) store<f32>(scores + (n << 2), -Infinity);
    }
    softmaxRow(scores, count);
  }
}

/** Adds to out [group, d] the values of a run times the weights of each head, from the run's first on. */
export function mixValues(
  run: usize,
  head: i32,
  list: usize,
  count: i32,
  weights: usize,
  stride: usize,
  group: i32,
  d: i32,
  out: usize,
  room: usize,
): void {
  const width = (<usize>d) << 2;
  const tile = room + ROOM + <usize>TILE * width;
  for (let first = 0; first < count; first += TILE) {
    const tokens = min(TILE, count - first);
    const part = list === 0 ? 0 : list + ((<usize>first) << 2);
    unpack(run, head, part, first, tokens, d, tile, room);
    const from = weights + ((<usize>first) << 2);
    for (let h = 0; h < group; h++)
      mix(from + <usize>h * stride, tile, width, tokens, out + <usize>h * width);
  }
}

/** The sums of the lanes of four vectors. */
// @ts-expect-error: decorator
function sums(a: v128, b: v128, c: v128, e: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const ce = f32x4.add(v128.shuffle<f32>(c, e, 0, 4, 1, 5), v128.shuffle<f32>(c, e, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, ce, 0, 1, 4, 5), v128.shuffle<f32>(ab, ce, 2, 3, 6, 7));
}

/** scores[j] = scale q · row j, four at a time: what follows the last is overwritten later. */
function dots(q: usize, row: usize, width: usize, count: i32, scores: usize, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (let j = 0; j < count; j += 4) {
    const second = row + width;
    const third = second + width;
    const fourth = third + width;
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let e = a;
    for (let m: usize = 0; m < width; m += 16) {
      const v = v128.load(q + m);
      a = f32x4.add(a, f32x4.mul(v, v128.load(row + m)));
      b = f32x4.add(b, f32x4.mul(v, v128.load(second + m)));
      c = f32x4.add(c, f32x4.mul(v, v128.load(third + m)));
      e = f32x4.add(e, f32x4.mul(v, v128.load(fourth + m)));
    }
    v128.store(scores, f32x4.mul(sums(a, b, c, e), factor));
    scores += 16;
    row = fourth + width;
  }
}

/** out += the sum of weights[j] * row j. A row of no weight may be anything, and counts for nothing. */
function mix(weights: usize, rows: usize, width: usize, count: i32, out: usize): void {
  const end = weights + ((<usize>count) << 2);
  let m: usize = 0;
  for (; m + 64 <= width; m += 64) {
    let a = v128.load(out + m);
    let b = v128.load(out + m, 16);
    let c = v128.load(out + m, 32);
    let e = v128.load(out + m, 48);
    for (let at = weights, row = rows + m; at < end; at += 4, row += width) {
      if (load<f32>(at) === 0) continue;
      const weight = v128.load_splat<f32>(at);
      a = f32x4.add(a, f32x4.mul(weight, v128.load(row)));
      b = f32x4.add(b, f32x4.mul(weight, v128.load(row, 16)));
      c = f32x4.add(c, f32x4.mul(weight, v128.load(row, 32)));
      e = f32x4.add(e, f32x4.mul(weight, v128.load(row, 48)));
    }
    v128.store(out + m, a);
    v128.store(out + m, b, 16);
    v128.store(out + m, c, 32);
    v128.store(out + m, e, 48);
  }
  for (; m < width; m += 16) {
    let a = v128.load(out + m);
    for (let at = weights, row = rows + m; at < end; at += 4, row += width) {
      if (load<f32>(at) === 0) continue;
      a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(at), v128.load(row)));
    }
    v128.store(out + m, a);
  }
}
