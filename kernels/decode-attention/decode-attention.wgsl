// One decoded token of one layer over the tokens that lists name. A job is up to four query heads that read one list;
// `attendBlock` takes 64 tokens of it, `joinBlocks` scales the blocks of a job to their largest score and adds them up.

const LANES = 64u;
const LOWEST = -3e38;

struct Sizes {
  heads: u32,
  headDim: u32,
  /** Fours of a key, the last filled up with zeros. */
  fours: u32,
  /** Tokens of the cache. */
  tokens: u32,
  /** Blocks of the longest list. */
  blocks: u32,
  scale: f32,
}

struct Job {
  /** The first query head, and how many there are. */
  head: u32,
  heads: u32,
  kvHead: u32,
  /** Where its list begins, and its tokens. */
  list: u32,
  tokens: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
/** [heads, fours] */
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;
/** [kvHeads, tokens, key and value, fours] */
@group(0) @binding(2) var<storage, read> cache: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> jobs: array<Job>;
@group(0) @binding(4) var<storage, read> lists: array<u32>;
/** [jobs, blocks]: the largest score, the sum of weights, the weighted sums of each dimension, of four heads each. */
@group(0) @binding(5) var<storage, read_write> parts: array<vec4<f32>>;
/** [heads, headDim] */
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

var<workgroup> weights: array<vec4<f32>, LANES>;
/** Where the value of each token begins, in fours. */
var<workgroup> values: array<u32, LANES>;

@compute @workgroup_size(LANES)
fn attendBlock(at: Place) {
  let job = jobs[at.group.y];
  let first = LANES * at.group.x;
  let count = min(LANES, job.tokens - min(job.tokens, first));
  let token = lists[job.list + min(first + at.lane, job.tokens - 1)];
  let key = 2 * sizes.fours * (job.kvHead * sizes.tokens + token);
  values[at.lane] = key + sizes.fours;
  var scores = vec4<f32>();
  for (var c = 0u; c < sizes.fours; c++) {
    for (var h = 0u; h < 4; h++) {
      scores[h] += dot(q[min(job.head + h, sizes.heads - 1) * sizes.fours + c], cache[key + c]);
    }
  }
  let isThere = at.lane < count;
  scores = select(vec4(LOWEST), sizes.scale * scores, isThere);
  let top = maxOver(scores, at);
  let weight = select(vec4(0f), exp(scores - top), isThere);
  weights[at.lane] = weight;
  let total = sumOver(weight, at);
  let part = (at.group.y * sizes.blocks + at.group.x) * (2 + sizes.headDim);
  if (at.lane == 0) {
    parts[part] = top;
    parts[part + 1] = total;
  }
  for (var i = at.lane; i < sizes.headDim; i += LANES) {
    var mixed = vec4<f32>();
    for (var j = 0u; j < count; j++) { mixed += weights[j] * cache[values[j] + i / 4][i % 4]; }
    parts[part + 2 + i] = mixed;
  }
}

@compute @workgroup_size(LANES)
fn joinBlocks(at: Place) {
  let job = jobs[at.group.x];
  let stride = 2 + sizes.headDim;
  let first = at.group.x * sizes.blocks * stride;
  var own = vec4(LOWEST);
  for (var b = at.lane; b < sizes.blocks; b += LANES) { own = max(own, parts[first + b * stride]); }
  let top = maxOver(own, at);
  var sum = vec4<f32>();
  for (var b = at.lane; b < sizes.blocks; b += LANES) {
    sum += exp(parts[first + b * stride] - top) * parts[first + b * stride + 1];
  }
  let total = sumOver(sum, at);
  for (var i = at.lane; i < sizes.headDim; i += LANES) {
    var mixed = vec4<f32>();
    for (var b = 0u; b < sizes.blocks; b++) {
      mixed += exp(parts[first + b * stride] - top) * parts[first + b * stride + 2 + i];
    }
    mixed /= total;
    for (var h = 0u; h < job.heads; h++) { y[(job.head + h) * sizes.headDim + i] = mixed[h]; }
  }
}
