// Mamba's selective scan (arXiv 2312.00752, algorithm 2) in chunks of 32 tokens, a lane for each channel: `chunkSteps`
// makes the time steps, `chunkStates` the state of each chunk alone, `carryStates` carries them from chunk to chunk, and
// `chunkOutputs` goes through each chunk from the state before it.

const LANES = 64u;
const CHUNK = 32u;

struct Sizes {
  tokens: u32,
  channels: u32,
  /** Numbers of state of a channel, and runs of channels that share B and C. */
  stateSize: u32,
  groups: u32,
  chunks: u32,
  /** 1 where time steps go through softplus, and where there is a gate; else 0. */
  soft: u32,
  gated: u32,
  /** Above it softplus is the identity. */
  threshold: f32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
/** [tokens, channels], as `delta` and the gate `z` */
@group(0) @binding(1) var<storage, read> u: array<f32>;
@group(0) @binding(2) var<storage, read> delta: array<f32>;
@group(0) @binding(3) var<storage, read> z: array<f32>;
/** A [stateSize, channels], then the bias of delta and D, each [channels] */
@group(0) @binding(4) var<storage, read> rates: array<f32>;
/** B [tokens, groups, stateSize], then C */
@group(0) @binding(5) var<storage, read> BC: array<f32>;
/** [tokens, channels], then their sums over each chunk, [chunks, channels] */
@group(0) @binding(6) var<storage, read_write> steps: array<f32>;
/** [1 + chunks, stateSize, channels]: the state before each chunk, and the last. */
@group(0) @binding(7) var<storage, read_write> states: array<f32>;
/** [tokens, channels], then the last state [channels, stateSize] */
@group(0) @binding(8) var<storage, read_write> y: array<f32>;

/** Outputs of a chunk, [CHUNK, LANES], 0 to begin with: a lane reads and writes its own. */
var<workgroup> sums: array<f32, CHUNK * LANES>;

fn tokensOf(chunk: u32) -> u32 { return min(CHUNK, sizes.tokens - CHUNK * chunk); }

/** Where a token's row of B begins for a channel. */
fn rowOf(token: u32, channel: u32) -> u32 {
  return (token * sizes.groups + channel * sizes.groups / sizes.channels) * sizes.stateSize;
}

/** ln(1 + e^x) as max(x, 0) + 2 artanh(w / (2 + w)), w = e^-|x|: small results keep their relative precision. */
fn softplus(x: f32) -> f32 {
  let w = exp(-abs(x));
  let s = w / (2 + w);
  let q = s * s;
  let series = 1 + q * (3.33332084e-1 + q * (2.00107643e-1 + q * (1.40009025e-1 + q * 1.40059937e-1)));
  return max(x, 0) + 2 * s * series;
}

/** z / (1 + e^-z), without a power that is too large. */
fn silu(x: f32) -> f32 {
  let w = exp(-abs(x));
  return x * select(1, w, x < 0) / (1 + w);
}

/** The state of a channel after a token. */
fn moved(state: f32, token: u32, channel: u32, n: u32) -> f32 {
  let step = steps[token * sizes.channels + channel];
  let input = step * u[token * sizes.channels + channel] * BC[rowOf(token, channel) + n];
  return exp(step * rates[n * sizes.channels + channel]) * state + input;
}

@compute @workgroup_size(LANES)
fn chunkSteps(at: Place) {
  let channel = LANES * at.group.y + at.lane;
  if (channel >= sizes.channels) { return; }
  let bias = rates[sizes.stateSize * sizes.channels + channel];
  var sum = 0f;
  for (var t = 0u; t < tokensOf(at.group.x); t++) {
    let i = (CHUNK * at.group.x + t) * sizes.channels + channel;
    let time = delta[i] + bias;
    let step = select(time, softplus(time), sizes.soft == 1 && time <= sizes.threshold);
    steps[i] = step;
    sum += step;
  }
  steps[(sizes.tokens + at.group.x) * sizes.channels + channel] = sum;
}

@compute @workgroup_size(LANES)
fn chunkStates(at: Place) {
  let channel = LANES * at.group.y + at.lane;
  if (channel >= sizes.channels) { return; }
  var state = 0f;
  for (var t = 0u; t < tokensOf(at.group.x); t++) {
    state = moved(state, CHUNK * at.group.x + t, channel, at.group.z);
  }
  states[((at.group.x + 1) * sizes.stateSize + at.group.z) * sizes.channels + channel] = state;
}

@compute @workgroup_size(LANES)
fn carryStates(at: Place) {
  let channel = LANES * at.group.y + at.lane;
  if (channel >= sizes.channels) { return; }
  let i = at.group.z * sizes.channels + channel;
  let size = sizes.stateSize * sizes.channels;
  var state = states[i];
  for (var chunk = 0u; chunk < sizes.chunks; chunk++) {
    let decay = exp(steps[(sizes.tokens + chunk) * sizes.channels + channel] * rates[i]);
    state = decay * state + states[(chunk + 1) * size + i];
    states[(chunk + 1) * size + i] = state;
  }
  y[sizes.tokens * sizes.channels + channel * sizes.stateSize + at.group.z] = state;
}

@compute @workgroup_size(LANES)
fn chunkOutputs(at: Place) {
  let channel = LANES * at.group.y + at.lane;
  if (channel >= sizes.channels) { return; }
  let first = CHUNK * at.group.x;
  let count = tokensOf(at.group.x);
  for (var n = 0u; n < sizes.stateSize; n++) {
    var state = states[(at.group.x * sizes.stateSize + n) * sizes.channels + channel];
    for (var t = 0u; t < count; t++) {
      state = moved(state, first + t, channel, n);
      sums[t * LANES + at.lane] += BC[rowOf(sizes.tokens + first + t, channel) + n] * state;
    }
  }
  let skip = rates[(sizes.stateSize + 1) * sizes.channels + channel];
  for (var t = 0u; t < count; t++) {
    let i = (first + t) * sizes.channels + channel;
    let out = sums[t * LANES + at.lane] + skip * u[i];
    y[i] = select(out, out * silu(z[i]), sizes.gated == 1);
  }
}
