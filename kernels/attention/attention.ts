import {dotOfRow, dotsOfFourRows} from "../shared/rows";
import {softmaxRow} from "../softmax/softmax";

export {attentionListed} from "./listed";

/**
 * softmax(q k^T / sqrt(d)) v. q and out [T, heads, d]; keys and values [L, kvHeads, d]; d a multiple of 4 (pad
 * heads with zeros and give `scale` for the true width). Query i sees the keys first[i] … last[i] - 1, one at
 * least. `scores` has room for L rounded up to 4.
 */
export function attention(
  q: usize,
  keys: usize,
  values: usize,
  out: usize,
  first: usize,
  last: usize,
  scores: usize,
  T: i32,
  heads: i32,
  kvHeads: i32,
  d: i32,
  scale: f32,
): void {
  const group = heads / kvHeads;
  const width = (<usize>d) << 2;
  const stride = <usize>kvHeads * width;
  for (let i = 0; i < T; i++) {
    const from = load<i32>(first + ((<usize>i) << 2));
    const count = load<i32>(last + ((<usize>i) << 2)) - from;
    for (let h = 0; h < heads; h++) {
      const place = <usize>from * stride + <usize>(h / group) * width;
      dots(q, keys + place, stride, width, count, scores, scale);
      softmaxRow(scores, count);
      mix(scores, values + place, stride, width, count, out);
      q += width;
      out += width;
    }
  }
}

/** scores[j] = scale * q · key j. */
function dots(
  q: usize,
  key: usize,
  stride: usize,
  width: usize,
  count: i32,
  scores: usize,
  scale: f32,
): void {
  const factor = f32x4.splat(scale);
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    const third = key + 2 * stride;
    const four = dotsOfFourRows(q, key, key + stride, third, third + stride, width);
    v128.store(scores, f32x4.mul(four, factor));
    scores += 16;
    key += 4 * stride;
  }
  for (; j < count; j++) {
    store<f32>(scores, dotOfRow(q, key, width) * scale);
    scores += 4;
    key += stride;
  }
}

/** out = sum of p[j] * value j, sixteen dimensions at a time. */
function mix(p: usize, values: usize, stride: usize, width: usize, count: i32, out: usize): void {
  const end = p + ((<usize>count) << 2);
  let m: usize = 0;
  for (; m + 64 <= width; m += 64) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let e = a;
    let value = values + m;
    for (let at = p; at < end; at += 4) {
      const weight = v128.load_splat<f32>(at);
      a = f32x4.add(a, f32x4.mul(weight, v128.load(value)));
      b = f32x4.add(b, f32x4.mul(weight, v128.load(value, 16)));
      c = f32x4.add(c, f32x4.mul(weight, v128.load(value, 32)));
      e = f32x4.add(e, f32x4.mul(weight, v128.load(value, 48)));
      value += stride;
    }
    v128.store(out + m, a);
    v128.store(out + m, b, 16);
    v128.store(out + m, c, 32);
    v128.store(out + m, e, 48);
  }
  for (; m < width; m += 16) {
    let a = f32x4.splat(0);
    let value = values + m;
    for (let at = p; at < end; at += 4) {
      a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(at), v128.load(value)));
      value += stride;
    }
    v128.store(out + m, a);
  }
}
