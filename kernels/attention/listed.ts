import {dotOfRow, dotsOfFourRows} from "../shared/rows";
import {softmaxRow} from "../softmax/softmax";

/**
 * softmax(q k^T scale) v where query i sees the keys that its list names, the same for all heads: `counts[i]` of them, one
 * at least, as the bytes at which the rows of their keys begin. The lists follow one another. q and out [T, heads, d]; keys
 * and values [L, kvHeads, d]; d a multiple of 4; `scores` has room for the longest list rounded up to 4. Keys that stand in
 * a row give, bit by bit, what `attention` gives.
 */
export function attentionListed(
  q: usize,
  keys: usize,
  values: usize,
  out: usize,
  lists: usize,
  counts: usize,
  scores: usize,
  T: i32,
  heads: i32,
  kvHeads: i32,
  d: i32,
  scale: f32,
): void {
  const group = heads / kvHeads;
  const width = (<usize>d) << 2;
  for (let i = 0; i < T; i++) {
    const count = load<i32>(counts + ((<usize>i) << 2));
    for (let h = 0; h < heads; h++) {
      const place = <usize>(h / group) * width;
      dots(q, keys + place, lists, width, count, scores, scale);
      softmaxRow(scores, count);
      mix(scores, values + place, lists, width, count, out);
      q += width;
      out += width;
    }
    lists += (<usize>count) << 2;
  }
}

/** scores[j] = scale * q · the key at list[j]. */
function dots(q: usize, keys: usize, list: usize, width: usize, count: i32, scores: usize, scale: f32): void {
  const factor = f32x4.splat(scale);
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    const first = keys + <usize>load<i32>(list);
    const second = keys + <usize>load<i32>(list, 4);
    const third = keys + <usize>load<i32>(list, 8);
    const fourth = keys + <usize>load<i32>(list, 12);
    v128.store(scores, f32x4.mul(dotsOfFourRows(q, first, second, third, fourth, width), factor));
    scores += 16;
    list += 16;
  }
  for (; j < count; j++) {
    store<f32>(scores, dotOfRow(q, keys + <usize>load<i32>(list), width) * scale);
    scores += 4;
    list += 4;
  }
}

/** out = sum of p[j] * the value at list[j], sixteen dimensions at a time. */
function mix(p: usize, values: usize, list: usize, width: usize, count: i32, out: usize): void {
  const end = p + ((<usize>count) << 2);
  let m: usize = 0;
  for (; m + 64 <= width; m += 64) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let e = a;
    let place = list;
    for (let at = p; at < end; at += 4) {
      const weight = v128.load_splat<f32>(at);
      const value = values + <usize>load<i32>(place) + m;
      a = f32x4.add(a, f32x4.mul(weight, v128.load(value)));
      b = f32x4.add(b, f32x4.mul(weight, v128.load(value, 16)));
      c = f32x4.add(c, f32x4.mul(weight, v128.load(value, 32)));
      e = f32x4.add(e, f32x4.mul(weight, v128.load(value, 48)));
      place += 4;
    }
    v128.store(out + m, a);
    v128.store(out + m, b, 16);
    v128.store(out + m, c, 32);
    v128.store(out + m, e, 48);
  }
  for (; m < width; m += 16) {
    let a = f32x4.splat(0);
    let place = list;
    for (let at = p; at < end; at += 4) {
      const value = values + <usize>load<i32>(place) + m;
      a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(at), v128.load(value)));
      place += 4;
    }
    v128.store(out + m, a);
  }
}
