import {exp2of4} from "../shared/exp2";
import {max4, sum4, sumsOfFour} from "../shared/lanes";
import {dotOfRow, dotsOfFourRows} from "../shared/rows";

/** Tokens whose keys and values are in the first cache together. */
const BLOCK = 16;

/**
 * softmax(q k^T scale) v for four query heads that read the same tokens: those that `list` names, `count` of them, at
 * least one. q and out [4, d]; cache [L, 2, d], the key and the value of each token; d a multiple of 8. `scores` has
 * room for 64 numbers.
 *
 * One pass: the sums so far are scaled down whenever a larger score appears. (arXiv 1805.02867, algorithm 3)
 */
export function attendFour(
  q: usize,
  cache: usize,
  list: usize,
  count: i32,
  scores: usize,
  out: usize,
  d: i32,
  scale: f32,
): void {
  const width = (<usize>d) << 2;
  const factor = scale * Mathf.LOG2E;
  let top = f32x4.splat(-Infinity);
  let total = f32x4.splat(0);
  memory.fill(out, 0, width << 2);
  for (let first = 0; first < count; first += BLOCK) {
    const block = min(count - first, BLOCK);
    fetch(cache, list, block, width, scores);
    const highest = f32x4.max(top, dotsOfFour(q, cache, list, block, scores, width, factor));
    if (v128.any_true(f32x4.ne(highest, top))) {
      const shrink = exp2of4(f32x4.sub(top, highest));
      total = f32x4.mul(total, shrink);
      multiply(out, f32x4.extract_lane(shrink, 0), width);
      multiply(out + width, f32x4.extract_lane(shrink, 1), width);
      multiply(out + 2 * width, f32x4.extract_lane(shrink, 2), width);
      multiply(out + 3 * width, f32x4.extract_lane(shrink, 3), width);
      top = highest;
    }
    const end = scores + ((<usize>block) << 4);
    for (let at = scores; at < end; at += 16) {
      const weight = exp2of4(f32x4.sub(v128.load(at), top));
      v128.store(at, weight);
      total = f32x4.add(total, weight);
    }
    mixFour(scores, cache + width, list, block, out, width);
    list += 4 * BLOCK;
  }
  multiply(out, 1 / f32x4.extract_lane(total, 0), width);
  multiply(out + width, 1 / f32x4.extract_lane(total, 1), width);
  multiply(out + 2 * width, 1 / f32x4.extract_lane(total, 2), width);
  multiply(out + 3 * width, 1 / f32x4.extract_lane(total, 3), width);
}

/** The same for one query head. */
export function attendOne(
  q: usize,
  cache: usize,
  list: usize,
  count: i32,
  scores: usize,
  out: usize,
  d: i32,
  scale: f32,
): void {
  const width = (<usize>d) << 2;
  const end = scores + 4 * BLOCK;
  let top: f32 = -Infinity;
  let total = f32x4.splat(0);
  memory.fill(out, 0, width);
  for (let first = 0; first < count; first += BLOCK) {
    const block = min(count - first, BLOCK);
    fetch(cache, list, block, width, scores);
    dotsOfOne(q, cache, list, block, scores, width, scale * Mathf.LOG2E);
    let most = v128.load(scores);
    for (let at = scores + 16; at < end; at += 16) most = f32x4.max(most, v128.load(at));
    const highest = max<f32>(top, max4(most));
    if (highest !== top) {
      const shrink = exp2of4(f32x4.splat(top - highest));
      total = f32x4.mul(total, shrink);
      multiply(out, f32x4.extract_lane(shrink, 0), width);
      top = highest;
    }
    for (let at = scores; at < end; at += 16) {
      const weight = exp2of4(f32x4.sub(v128.load(at), f32x4.splat(top)));
      v128.store(at, weight);
      total = f32x4.add(total, weight);
    }
    mixOne(scores, cache + width, list, block, out, width);
    list += 4 * BLOCK;
  }
  multiply(out, 1 / sum4(total), width);
}

/**
 * Reads a number of every cache line of a block's tokens, so that their misses overlap: the loops that follow wait for
 * each line in turn. Tokens in a row are read in a row, as the machine expects; for scattered ones the first lines of all
 * come first, since finding each token's page takes longest.
 */
function fetch(cache: usize, list: usize, count: i32, width: usize, sink: usize): void {
  let seen: i64 = 0;
  const end = list + ((<usize>count) << 2);
  if (load<i32>(end - 4) - load<i32>(list) === count - 1) {
    const first = row(cache, list, width);
    const bytes = <usize>count * (2 * width);
    for (let m: usize = 0; m < bytes; m += 64) seen |= load<i64>(first + m);
  } else {
    for (let m: usize = 0; m < 2 * width; m += 128) {
      for (let at = list; at < end; at += 4) {
        const token = row(cache, at, width) + m;
        seen |= load<i64>(token) | load<i64>(token, 64);
      }
    }
  }
  store<i64>(sink, seen);
}

function row(base: usize, list: usize, width: usize): usize {
  return base + <usize>load<u32>(list) * (2 * width);
}

/** scores [count, 4] = scale q · key, two keys at a time; the largest of each head. */
function dotsOfFour(
  q: usize,
  keys: usize,
  list: usize,
  count: i32,
  scores: usize,
  width: usize,
  scale: f32,
): v128 {
  const factor = f32x4.splat(scale);
  const q1 = q + width;
  const q2 = q1 + width;
  const q3 = q2 + width;
  let top = f32x4.splat(-Infinity);
  for (let j = 0; j < count; j += 2) {
    const key = row(keys, list, width);
    // The last key of an odd number is taken twice, and overwrites nothing that is read.
    const isPair = j + 1 < count;
    const next = isPair ? row(keys, list + 4, width) : key;
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    for (let m: usize = 0; m < width; m += 16) {
      const k = v128.load(key + m);
      const l = v128.load(next + m);
      let v = v128.load(q + m);
      a0 = f32x4.add(a0, f32x4.mul(v, k));
      b0 = f32x4.add(b0, f32x4.mul(v, l));
      v = v128.load(q1 + m);
      a1 = f32x4.add(a1, f32x4.mul(v, k));
      b1 = f32x4.add(b1, f32x4.mul(v, l));
      v = v128.load(q2 + m);
      a2 = f32x4.add(a2, f32x4.mul(v, k));
      b2 = f32x4.add(b2, f32x4.mul(v, l));
      v = v128.load(q3 + m);
      a3 = f32x4.add(a3, f32x4.mul(v, k));
      b3 = f32x4.add(b3, f32x4.mul(v, l));
    }
    const first = f32x4.mul(sumsOfFour(a0, a1, a2, a3), factor);
    v128.store(scores, first);
    top = f32x4.max(top, first);
    if (isPair) {
      const second = f32x4.mul(sumsOfFour(b0, b1, b2, b3), factor);
      v128.store(scores, second, 16);
      top = f32x4.max(top, second);
    }
    scores += 32;
    list += 8;
  }
  return top;
}

/** out [4, d] += the sum of scores[j] * value j, eight dimensions at a time. */
function mixFour(scores: usize, values: usize, list: usize, count: i32, out: usize, width: usize): void {
  const end = list + ((<usize>count) << 2);
  const out1 = out + width;
  const out2 = out1 + width;
  const out3 = out2 + width;
  for (let m: usize = 0; m < width; m += 32) {
    let a0 = v128.load(out + m);
    let a1 = v128.load(out + m, 16);
    let b0 = v128.load(out1 + m);
    let b1 = v128.load(out1 + m, 16);
    let c0 = v128.load(out2 + m);
    let c1 = v128.load(out2 + m, 16);
    let d0 = v128.load(out3 + m);
    let d1 = v128.load(out3 + m, 16);
    for (let at = list, p = scores; at < end; at += 4, p += 16) {
      const value = row(values, at, width) + m;
      const v0 = v128.load(value);
      const v1 = v128.load(value, 16);
      let weight = v128.load_splat<f32>(p);
      a0 = f32x4.add(a0, f32x4.mul(weight, v0));
      a1 = f32x4.add(a1, f32x4.mul(weight, v1));
      weight = v128.load_splat<f32>(p, 4);
      b0 = f32x4.add(b0, f32x4.mul(weight, v0));
      b1 = f32x4.add(b1, f32x4.mul(weight, v1));
      weight = v128.load_splat<f32>(p, 8);
      c0 = f32x4.add(c0, f32x4.mul(weight, v0));
      c1 = f32x4.add(c1, f32x4.mul(weight, v1));
      weight = v128.load_splat<f32>(p, 12);
      d0 = f32x4.add(d0, f32x4.mul(weight, v0));
      d1 = f32x4.add(d1, f32x4.mul(weight, v1));
    }
    v128.store(out + m, a0);
    v128.store(out + m, a1, 16);
    v128.store(out1 + m, b0);
    v128.store(out1 + m, b1, 16);
    v128.store(out2 + m, c0);
    v128.store(out2 + m, c1, 16);
    v128.store(out3 + m, d0);
    v128.store(out3 + m, d1, 16);
  }
}

function multiply(x: usize, by: f32, width: usize): void {
  const factor = f32x4.splat(by);
  for (let m: usize = 0; m < width; m += 16) v128.store(x + m, f32x4.mul(v128.load(x + m), factor));
}

/** scores [BLOCK] = scale q · key, four keys at a time; -Infinity where there is none. */
function dotsOfOne(
  q: usize,
  keys: usize,
  list: usize,
  count: i32,
  scores: usize,
  width: usize,
  scale: f32,
): void {
  const factor = f32x4.splat(scale);
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    const k0 = row(keys, list, width);
    const k1 = row(keys, list + 4, width);
    const k2 = row(keys, list + 8, width);
    const k3 = row(keys, list + 12, width);
    v128.store(scores, f32x4.mul(dotsOfFourRows(q, k0, k1, k2, k3, width), factor));
    scores += 16;
    list += 16;
  }
  for (; j < count; j++) {
    store<f32>(scores, dotOfRow(q, row(keys, list, width), width) * scale);
    scores += 4;
    list += 4;
  }
  for (; j < BLOCK; j++) {
    store<f32>(scores, -Infinity);
    scores += 4;
  }
}

/** out [d] += the sum of p[j] * value j, 32 dimensions at a time, then eight. */
function mixOne(p: usize, values: usize, list: usize, count: i32, out: usize, width: usize): void {
  const end = list + ((<usize>count) << 2);
  let m: usize = 0;
  for (; m + 128 <= width; m += 128) {
    let a0 = v128.load(out + m);
    let a1 = v128.load(out + m, 16);
    let a2 = v128.load(out + m, 32);
    let a3 = v128.load(out + m, 48);
    let a4 = v128.load(out + m, 64);
    let a5 = v128.load(out + m, 80);
    let a6 = v128.load(out + m, 96);
    let a7 = v128.load(out + m, 112);
    for (let at = list, from = p; at < end; at += 4, from += 4) {
      const value = row(values, at, width) + m;
      const weight = v128.load_splat<f32>(from);
      a0 = f32x4.add(a0, f32x4.mul(weight, v128.load(value)));
      a1 = f32x4.add(a1, f32x4.mul(weight, v128.load(value, 16)));
      a2 = f32x4.add(a2, f32x4.mul(weight, v128.load(value, 32)));
      a3 = f32x4.add(a3, f32x4.mul(weight, v128.load(value, 48)));
      a4 = f32x4.add(a4, f32x4.mul(weight, v128.load(value, 64)));
      a5 = f32x4.add(a5, f32x4.mul(weight, v128.load(value, 80)));
      a6 = f32x4.add(a6, f32x4.mul(weight, v128.load(value, 96)));
      a7 = f32x4.add(a7, f32x4.mul(weight, v128.load(value, 112)));
    }
    v128.store(out + m, a0);
    v128.store(out + m, a1, 16);
    v128.store(out + m, a2, 32);
    v128.store(out + m, a3, 48);
    v128.store(out + m, a4, 64);
    v128.store(out + m, a5, 80);
    v128.store(out + m, a6, 96);
    v128.store(out + m, a7, 112);
  }
  for (; m < width; m += 32) {
    let a0 = v128.load(out + m);
    let a1 = v128.load(out + m, 16);
    for (let at = list, from = p; at < end; at += 4, from += 4) {
      const value = row(values, at, width) + m;
      const weight = v128.load_splat<f32>(from);
      a0 = f32x4.add(a0, f32x4.mul(weight, v128.load(value)));
      a1 = f32x4.add(a1, f32x4.mul(weight, v128.load(value, 16)));
    }
    v128.store(out + m, a0);
    v128.store(out + m, a1, 16);
  }
}
