// Mamba2's layer in chunks of 32 tokens (arXiv 2405.21060, section 6): `chunkStates` makes the state of each chunk alone,
// `carryStates` carries them from chunk to chunk, `chunkOutputs` has tokens see each other and the state before theirs.

const LANES = 64u;
const CHUNK = 32u;

struct Sizes {
  tokens: u32,
  heads: u32,
  /** Channels of a head, numbers of state of a channel, and runs of heads that share B and C. */
  headDim: u32,
  stateSize: u32,
  groups: u32,
  chunks: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
/** [tokens, heads, headDim] */
@group(0) @binding(1) var<storage, read> x: array<f32>;
/** [tokens, heads] */
@group(0) @binding(2) var<storage, read> dt: array<f32>;
/** A [heads], then D [heads] */
@group(0) @binding(3) var<storage, read> rates: array<f32>;
/** [tokens, groups, stateSize] */
@group(0) @binding(4) var<storage, read> B: array<f32>;
@group(0) @binding(5) var<storage, read> C: array<f32>;
/** [1 + chunks, heads, headDim, stateSize]: the state before each chunk, and the last. */
@group(0) @binding(6) var<storage, read_write> states: array<f32>;
/** Decay of a state over each chunk, [chunks, heads]. */
@group(0) @binding(7) var<storage, read_write> decays: array<f32>;
/** [tokens, heads, headDim], then the last state */
@group(0) @binding(8) var<storage, read_write> y: array<f32>;

var<workgroup> steps: array<f32, CHUNK>;
/** Sums of dt A from the first token of the chunk to each. */
var<workgroup> since: array<f32, CHUNK>;
var<workgroup> weights: array<f32, CHUNK * CHUNK>;

fn tokensOf(chunk: u32) -> u32 { return min(CHUNK, sizes.tokens - CHUNK * chunk); }

/** The steps of a chunk and their sums; those of tokens behind the last are 0. */
fn loadSteps(chunk: u32, head: u32, lane: u32) {
  if (lane < CHUNK) {
    let token = CHUNK * chunk + lane;
    steps[lane] = select(0, dt[min(token, sizes.tokens - 1) * sizes.heads + head], token < sizes.tokens);
  }
  workgroupBarrier();
  if (lane < CHUNK) {
    var sum = 0f;
    for (var i = 0u; i <= lane; i++) { sum += steps[i] * rates[head]; }
    since[lane] = sum;
  }
  workgroupBarrier();
}

/** Where a token's row of B and C begins. */
fn rowOf(token: u32, head: u32) -> u32 {
  return (token * sizes.groups + head * sizes.groups / sizes.heads) * sizes.stateSize;
}

@compute @workgroup_size(LANES)
fn chunkStates(at: Place) {
  let chunk = at.group.x;
  let head = at.group.y;
  loadSteps(chunk, head, at.lane);
  if (at.lane < CHUNK) { weights[at.lane] = exp(since[CHUNK - 1] - since[at.lane]) * steps[at.lane]; }
  workgroupBarrier();
  if (at.lane == 0) { decays[chunk * sizes.heads + head] = exp(since[CHUNK - 1]); }
  let size = sizes.headDim * sizes.stateSize;
  let first = CHUNK * chunk;
  for (var i = at.lane; i < size; i += LANES) {
    let p = i / sizes.stateSize;
    var sum = 0f;
    for (var j = 0u; j < tokensOf(chunk); j++) {
      let input = x[((first + j) * sizes.heads + head) * sizes.headDim + p];
      sum += weights[j] * input * B[rowOf(first + j, head) + i % sizes.stateSize];
    }
    states[((chunk + 1) * sizes.heads + head) * size + i] = sum;
  }
}

@compute @workgroup_size(LANES)
fn carryStates(at: Place) {
  let size = sizes.headDim * sizes.stateSize;
  let all = sizes.heads * size;
  let i = LANES * (at.group.x + at.group.y * at.groups.x) + at.lane;
  if (i >= all) { return; }
  var state = states[i];
  for (var chunk = 0u; chunk < sizes.chunks; chunk++) {
    state = decays[chunk * sizes.heads + i / size] * state + states[(chunk + 1) * all + i];
    states[(chunk + 1) * all + i] = state;
  }
  y[sizes.tokens * sizes.heads * sizes.headDim + i] = state;
}

@compute @workgroup_size(LANES)
fn chunkOutputs(at: Place) {
  let chunk = at.group.x;
  let head = at.group.y;
  let first = CHUNK * chunk;
  let count = tokensOf(chunk);
  loadSteps(chunk, head, at.lane);
  for (var k = at.lane; k < CHUNK * count; k += LANES) {
    let i = k / CHUNK;
    let j = k % CHUNK;
    var sum = 0f;
    if (j <= i) {
      for (var n = 0u; n < sizes.stateSize; n++) {
        sum += C[rowOf(first + i, head) + n] * B[rowOf(first + j, head) + n];
      }
      sum *= exp(since[i] - since[j]) * steps[j];
    }
    weights[k] = sum;
  }
  workgroupBarrier();
  for (var k = at.lane; k < count * sizes.headDim; k += LANES) {
    let i = k / sizes.headDim;
    let p = k % sizes.headDim;
    let state = ((chunk * sizes.heads + head) * sizes.headDim + p) * sizes.stateSize;
    var sum = 0f;
    for (var n = 0u; n < sizes.stateSize; n++) { sum += C[rowOf(first + i, head) + n] * states[state + n]; }
    sum *= exp(since[i]);
    for (var j = 0u; j <= i; j++) {
      sum += weights[CHUNK * i + j] * x[((first + j) * sizes.heads + head) * sizes.headDim + p];
    }
    let out = ((first + i) * sizes.heads + head) * sizes.headDim + p;
    y[out] = sum + rates[sizes.heads + head] * x[out];
  }
}
