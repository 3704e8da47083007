import {exp4} from "../shared/exp";

/**
 * One chunk of T tokens of Mamba2's layer in products of matrices: inside the chunk it is attention without softmax,
 * M X with M = L ∘ C B^T and L the decays between two tokens; what entered as state H is read as C H.
 * x, y [T, H, P]; dt [T, H]; A [H]; B, C [T, G, N]; T and P multiples of 8, N of 4, H of G. `state` is moved on in
 * place: for every head [P / 8][N][8]. A token with dt, x, B and C of 0 changes nothing.
 * `room` holds (2 N + 2 T + 11) T + 36 numbers.
 *
 * Decays are multiplied up token by token, so that nothing is divided or subtracted and strong ones go to 0.
 */
export function ssdChunk(
  x: usize,
  dt: usize,
  A: usize,
  B: usize,
  C: usize,
  state: usize,
  y: usize,
  room: usize,
  T: i32,
  H: i32,
  P: i32,
  N: i32,
  G: i32,
): void {
  const tokens = (<usize>T) << 2;
  const panel = (<usize>N) << 5;
  const perGroup = H / G;
  const stride = (<usize>(G * N)) << 2;
  const row = (<usize>(H * P)) << 2;
  const B8 = room;
  const C8 = B8 + tokens * N;
  const scores = C8 + tokens * N;
  const M = scores + tokens * T;
  const X = M + tokens * T;
  const decay = X + tokens * 8;
  const since = decay + tokens;
  const left = since + tokens;
  const ones = left + tokens;
  v128.store(ones, f32x4.splat(1));
  memory.fill(y, 0, row * T);
  for (let head = 0; head < H; head++) {
    const group = (<usize>((head / perGroup) * N)) << 2;
    if (head % perGroup === 0) {
      interleave8(B + group, stride, B8, T, N);
      interleave8(C + group, stride, C8, T, N);
      scoreTiles(B8, C8, scores, ones, T, N);
    }
    decaysOfHead(dt + ((<usize>head) << 2), load<f32>(A + ((<usize>head) << 2)), decay, since, T, H);
    maskScores(scores, decay, left, M, T);
    const at = (<usize>(head * P)) << 2;
    const last = v128.load_splat<f32>(since + tokens - 4);
    v128.store(ones, f32x4.splat(1));
    for (let p: usize = 0; p < (<usize>P) << 2; p += 32) {
      inputs(x + at + p, row, dt + ((<usize>head) << 2), (<usize>H) << 2, X, T);
      for (let i: usize = 0; i < tokens; i += 16) {
        const out = y + at + p + (i >> 2) * row;
        // The half of C's panel of eight tokens that holds these four.
        tile(out, row, ones, C8 + (i >> 5) * panel + (i & 16), 32, state, N);
        tile(out, row, since + i, M + i * T, 16, X, <i32>(i >> 2) + 4);
      }
      weigh(X, left, T);
      v128.store(ones, last);
      for (let n: usize = 0; n < panel; n += 128)
        tile(state + n, 32, ones, B + group + (n >> 3), stride, X, T);
      v128.store(ones, f32x4.splat(1));
      state += panel;
    }
  }
}

/** out[r][0 … 7] = scales[r] out[r][0 … 7] + the sum over k of a[k][r] b[k][0 … 7], r from 0 to 3. */
function tile(out: usize, stride: usize, scales: usize, a: usize, step: usize, b: usize, count: i32): void {
  const out1 = out + stride;
  const out2 = out1 + stride;
  const out3 = out2 + stride;
  let scale = v128.load_splat<f32>(scales);
  let a0 = f32x4.mul(scale, v128.load(out));
  let a1 = f32x4.mul(scale, v128.load(out, 16));
  scale = v128.load_splat<f32>(scales, 4);
  let b0 = f32x4.mul(scale, v128.load(out1));
  let b1 = f32x4.mul(scale, v128.load(out1, 16));
  scale = v128.load_splat<f32>(scales, 8);
  let c0 = f32x4.mul(scale, v128.load(out2));
  let c1 = f32x4.mul(scale, v128.load(out2, 16));
  scale = v128.load_splat<f32>(scales, 12);
  let d0 = f32x4.mul(scale, v128.load(out3));
  let d1 = f32x4.mul(scale, v128.load(out3, 16));
  for (const end = b + ((<usize>count) << 5); b < end; b += 32) {
    const w0 = v128.load(b);
    const w1 = v128.load(b, 16);
    let v = v128.load_splat<f32>(a);
    a0 = f32x4.add(a0, f32x4.mul(v, w0));
    a1 = f32x4.add(a1, f32x4.mul(v, w1));
    v = v128.load_splat<f32>(a, 4);
    b0 = f32x4.add(b0, f32x4.mul(v, w0));
    b1 = f32x4.add(b1, f32x4.mul(v, w1));
    v = v128.load_splat<f32>(a, 8);
    c0 = f32x4.add(c0, f32x4.mul(v, w0));
    c1 = f32x4.add(c1, f32x4.mul(v, w1));
    v = v128.load_splat<f32>(a, 12);
    d0 = f32x4.add(d0, f32x4.mul(v, w0));
    d1 = f32x4.add(d1, f32x4.mul(v, w1));
    a += step;
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out1, b0);
  v128.store(out1, b1, 16);
  v128.store(out2, c0);
  v128.store(out2, c1, 16);
  v128.store(out3, d0);
  v128.store(out3, d1, 16);
}

/** Rows [T, N], `stride` bytes apart, as [T / 8][N][8]. */
function interleave8(rows: usize, stride: usize, to: usize, T: i32, N: i32): void {
  for (let t = 0; t < T; t++) {
    let at = to + <usize>(t >> 3) * ((<usize>N) << 5) + ((<usize>(t & 7)) << 2);
    for (let n: usize = 0; n < (<usize>N) << 2; n += 4) {
      store<f32>(at, load<f32>(rows + n));
      at += 32;
    }
    rows += stride;
  }
}

/** C B^T of the tokens that see each other, as [T / 4][T][4]: the last index is that of C. */
function scoreTiles(B8: usize, C8: usize, scores: usize, ones: usize, T: i32, N: i32): void {
  const panel = (<usize>N) << 5;
  const block = (<usize>T) << 4;
  memory.fill(scores, 0, (<usize>(T * T)) << 2);
  const eight = ones + 16;
  for (let i: usize = 0; i < <usize>T; i += 8) {
    for (let j: usize = 0; j < i + 8; j += 4) {
      memory.fill(eight, 0, 128);
      tile(eight, 32, ones, B8 + (j >> 3) * panel + ((j & 4) << 2), 32, C8 + (i >> 3) * panel, N);
      for (let r: usize = 0; r < 4; r++) {
        const at = scores + (i >> 2) * block + ((j + r) << 4);
        v128.store(at, v128.load(eight + (r << 5)));
        v128.store(at + block, v128.load(eight + (r << 5), 16));
      }
    }
  }
}

/** decay[i] = exp(dt[i] A) and since[i], their product so far. */
function decaysOfHead(dt: usize, rate: f32, decay: usize, since: usize, T: i32, H: i32): void {
  for (let i = 0; i < T; i++)
    store<f32>(decay + ((<usize>i) << 2), load<f32>(dt + ((<usize>(i * H)) << 2)) * rate);
  let product: f32 = 1;
  for (let i: usize = 0; i < (<usize>T) << 2; i += 16) {
    v128.store(decay + i, exp4(v128.load(decay + i)));
    for (let k = i; k < i + 16; k += 4) {
      product *= load<f32>(decay + k);
      store<f32>(since + k, product);
    }
  }
}

/**
 * M = L ∘ scores, in the layout of the scores, zero where a token would see a later one; left[j] = L[last, j].
 * While it runs, `left` holds L's row before the block of four tokens that is made.
 */
function maskScores(scores: usize, decay: usize, left: usize, M: usize, T: i32): void {
  for (let b: usize = 0; b < (<usize>T) << 2; b += 16) {
    const block = b * T;
    let product = load<f32>(decay + b);
    let since = f32x4.splat(product);
    product *= load<f32>(decay + b, 4);
    since = f32x4.replace_lane(since, 1, product);
    product *= load<f32>(decay + b, 8);
    since = f32x4.replace_lane(since, 2, product);
    product *= load<f32>(decay + b, 12);
    since = f32x4.replace_lane(since, 3, product);
    for (let j: usize = 0; j < b; j += 4) {
      const at = block + (j << 2);
      const row = f32x4.mul(v128.load_splat<f32>(left + j), since);
      v128.store(M + at, f32x4.mul(row, v128.load(scores + at)));
      store<f32>(left + j, f32x4.extract_lane(row, 3));
    }
    corner(scores + block + (b << 2), decay + b, left + b, M + block + (b << 2));
  }
}

/** The four tokens of a block among themselves. */
function corner(scores: usize, decay: usize, left: usize, M: usize): void {
  for (let j: usize = 0; j < 16; j += 4) {
    const at = j << 2;
    let since: f32 = 1;
    for (let i: usize = 0; i < j; i += 4) store<f32>(M + at + i, 0);
    for (let i: usize = j; i < 16; i += 4) {
      if (i > j) since *= load<f32>(decay + i);
      store<f32>(M + at + i, since * load<f32>(scores + at + i));
    }
    store<f32>(left + j, since);
  }
}

/** dt x of eight channels, [T, 8]. */
function inputs(x: usize, row: usize, dt: usize, stride: usize, X: usize, T: i32): void {
  for (let t = 0; t < T; t++) {
    const step = v128.load_splat<f32>(dt);
    v128.store(X, f32x4.mul(step, v128.load(x)));
    v128.store(X, f32x4.mul(step, v128.load(x, 16)), 16);
    x += row;
    dt += stride;
    X += 32;
  }
}

/** Part of every input that remains at the end of the chunk. */
function weigh(X: usize, left: usize, T: i32): void {
  for (let t = 0; t < T; t++) {
    const share = v128.load_splat<f32>(left);
    v128.store(X, f32x4.mul(share, v128.load(X)));
    v128.store(X, f32x4.mul(share, v128.load(X, 16)), 16);
    left += 4;
    X += 32;
  }
}
