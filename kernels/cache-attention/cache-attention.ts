/** Attention of one token over keys and values that a cache holds packed: a tile of tokens is unpacked at a time. */
import {dotsOfFourRows} from "../shared/rows";
import {softmaxRow} from "../softmax/softmax";
import {rankOf, rotate, unpack, unpackFactor} from "./run";

/** Tokens of a tile, whole chunks of pages that are packed by channel. */
const TILE: i32 = 32;
/** Room for codes of a chunk and four lines of 16 numbers; the tokens of a page, and what this file unpacks, follow it. */
const ROOM: usize = 512;
/** What unpacking may write past the end. */
const PAST: usize = 64;

/**
 * Scores of `count` keys of a run for the query heads that share them: scale q · key, head after head at `stride` bytes.
 * Where `adds` is not 0 they are added to what stands there. d is a multiple of 4.
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
  adds: i32,
): void {
  const width = (<usize>d) << 2;
  const rank = rankOf(run);
  const tile = tileAt(room, max(d, rank));
  const factor = tile + <usize>TILE * width + PAST;
  if (rank > 0) unpackFactor(run, head, d, factor, room);
  for (let first = 0; first < count; first += TILE) {
    const tokens = min(TILE, count - first);
    const part: usize = list === 0 ? 0 : list + ((<usize>first) << 2);
    if (rank > 0) expand(run, part, first, tokens, d, rank, factor, tile, room);
    else unpack(run, head, part, first, tokens, d, tile, room);
    rotate(run, part, first, tokens, tile, width);
    const to = scores + ((<usize>first) << 2);
    for (let h = 0; h < group; h++)
      dots(q + <usize>h * width, tile, width, tokens, to + <usize>h * stride, scale, adds !== 0);
  }
}

/**
 * The same for all heads at once of a run whose tokens have the channels of all heads in one order: `places` of [heads, d], four bytes
 * each. `group` query heads share a key head.
 */
export function orderedScores(
  run: usize,
  places: usize,
  list: usize,
  count: i32,
  q: usize,
  heads: i32,
  group: i32,
  d: i32,
  scale: f32,
  scores: usize,
  stride: usize,
  room: usize,
): void {
  const width = (<usize>d) << 2;
  const all = d * heads;
  const tile = tileAt(room, all);
  const own = tile + <usize>TILE * ((<usize>all) << 2) + PAST;
  for (let first = 0; first < count; first += TILE) {
    const tokens = min(TILE, count - first);
    const part: usize = list === 0 ? 0 : list + ((<usize>first) << 2);
    unpack(run, 0, part, first, tokens, all, tile, room);
    let to = scores + ((<usize>first) << 2);
    let query = q;
    for (let g = 0; g < heads; g++) {
      gather(tile, all, places + <usize>g * width, d, tokens, own);
      for (let h = 0; h < group; h++, to += stride, query += width)
        dots(query, own, width, tokens, to, scale, false);
    }
  }
}

/** Numbers of one head of each token, from their places among all. */
function gather(row: usize, all: i32, places: usize, d: i32, tokens: i32, to: usize): void {
  for (let n = 0; n < tokens; n++, row += (<usize>all) << 2)
    for (let c: usize = 0; c < <usize>d; c++, to += 4)
      store<f32>(to, load<f32>(row + (load<usize>(places + (c << 2)) << 2)));
}

/** Tokens, those that `list` names or those from `first` on, as the sums of their coefficients times the rows of a factor. */
function expand(
  run: usize,
  list: usize,
  first: i32,
  tokens: i32,
  d: i32,
  rank: i32,
  factor: usize,
  tile: usize,
  room: usize,
): void {
  const width = (<usize>d) << 2;
  const coefficients = factor + <usize>rank * width + PAST;
  unpack(run, 0, list, first, tokens, rank, coefficients, room);
  memory.fill(tile, 0, <usize>tokens * width);
  for (let n: usize = 0; n < <usize>tokens; n++)
    mix(coefficients + ((n * <usize>rank) << 2), factor, width, rank, tile + n * width);
}

/** The place of the tile of tokens, behind room for as many tokens of a page. */
function tileAt(room: usize, numbers: i32): usize {
  return room + ROOM + ((<usize>(TILE * numbers)) << 2);
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

/** Adds to out [group, d] the values of a run times the weights of each head, of those that `list` names or from the first on. */
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
  const rank = rankOf(run);
  if (rank === 0) {
    mixTokens(run, head, list, count, weights, stride, group, d, out, room, tileAt(room, d));
    return;
  }
  // The coefficients are mixed first, so that rows are met once and not for every token.
  const tile = tileAt(room, max(d, rank));
  const sums = tile + ((<usize>(TILE * rank)) << 2) + PAST;
  const each = lines((<usize>rank) << 2);
  const factor = sums + <usize>group * each;
  memory.fill(sums, 0, <usize>group * each);
  mixTokens(run, 0, list, count, weights, stride, group, rank, sums, room, tile);
  unpackFactor(run, head, d, factor, room);
  for (let h: usize = 0; h < <usize>group; h++) {
    mix(sums + h * each, factor, (<usize>d) << 2, rank, out + ((h * <usize>d) << 2));
  }
}

function mixTokens(
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
  tile: usize,
): void {
  const width = (<usize>d) << 2;
  for (let first = 0; first < count; first += TILE) {
    const tokens = min(TILE, count - first);
    const part: usize = list === 0 ? 0 : list + ((<usize>first) << 2);
    unpack(run, head, part, first, tokens, d, tile, room);
    const from = weights + ((<usize>first) << 2);
    for (let h = 0; h < group; h++)
      mix(from + <usize>h * stride, tile, width, tokens, out + <usize>h * lines(width));
  }
}

/** Bytes of whole lines of four numbers. */
function lines(bytes: usize): usize {
  return (bytes + 15) & ~15;
}

/** scores[j] = scale q · row j, four at a time: what follows the last is overwritten later. */
function dots(
  q: usize,
  row: usize,
  width: usize,
  count: i32,
  scores: usize,
  scale: f32,
  isAdded: bool,
): void {
  const factor = f32x4.splat(scale);
  for (let j = 0; j < count; j += 4) {
    const third = row + 2 * width;
    const four = dotsOfFourRows(q, row, row + width, third, third + width, width);
    const products = f32x4.mul(four, factor);
    v128.store(scores, isAdded ? f32x4.add(v128.load(scores), products) : products);
    scores += 16;
    row += 4 * width;
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
