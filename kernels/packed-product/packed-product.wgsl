// Products with weights that stay packed, in the layout of the README: a part is 16 elements, one field of BITS bits of
// each of the 16 bytes of a step, and lies in one group. `multiplyVector` takes a row of x, `multiplyMatrix` tiles.

const LANES = 64u;
override BITS: u32 = 4;
/** Tables of levels that there is room for. */
override ROOM: u32 = 1;
/** Parts of a step. */
override PARTS: u32 = 8 / BITS;

struct Sizes {
  outputs: u32,
  /** Rows of x. */
  rows: u32,
  /** Steps of a row of weights, and its groups. */
  steps: u32,
  groups: u32,
  /** Parts of a group. */
  groupParts: u32,
  tables: u32,
  /** Bits of a place of a scale: 8, 16, or 0 where each group has a scale of its own. */
  placeBits: u32,
  /** The word at which the tables of groups begin, behind the places. */
  tablesAt: u32,
  /** Numbers at which scales and offsets begin; 0 where there are no offsets. */
  scalesAt: u32,
  offsetsAt: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
/** [outputs, steps] */
@group(0) @binding(1) var<storage, read> codes: array<vec4<u32>>;
/** Places of scales, then the table of each group, a byte each. */
@group(0) @binding(2) var<storage, read> marks: array<u32>;
/** Tables of 16 levels, scales, offsets. */
@group(0) @binding(3) var<storage, read> numbers: array<f32>;
/** [rows, inputs], filled up with zeros. */
@group(0) @binding(4) var<storage, read> x: array<vec4<f32>>;
/** [rows, outputs] */
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

var<workgroup> levels: array<f32, 16 * ROOM>;

fn loadTables(lane: u32, lanes: u32) {
  for (var i = lane; i < 16 * sizes.tables; i += lanes) { levels[i] = numbers[i]; }
  workgroupBarrier();
}

/** The group of a part of an output; that of the last output where there is none. */
fn groupOf(output: u32, part: u32) -> u32 {
  return min(output, sizes.outputs - 1) * sizes.groups + part / sizes.groupParts;
}

fn scaleOf(group: u32) -> f32 {
  if (sizes.placeBits == 0) { return numbers[sizes.scalesAt + group]; }
  let bit = group * sizes.placeBits;
  return numbers[sizes.scalesAt + extractBits(marks[bit / 32], bit % 32, sizes.placeBits)];
}

fn offsetOf(group: u32) -> f32 {
  if (sizes.offsetsAt == 0) { return 0; }
  return numbers[sizes.offsetsAt + group];
}

/** Where the levels of a group begin. */
fn tableOf(group: u32) -> u32 {
  if (ROOM == 1) { return 0; }
  return 16 * extractBits(marks[sizes.tablesAt + group / 4], 8 * (group % 4), 8);
}

/** Levels of four elements of part `part` of a step: one field of each byte of a word. */
fn levelsOf(word: u32, part: u32, table: u32) -> vec4<f32> {
  if (BITS == 8) {
    return vec4<f32>((vec4<i32>(bitcast<i32>(word)) << vec4(24u, 16u, 8u, 0u)) >> vec4(24u));
  }
  let fields = (vec4(word) >> (vec4(0u, 8u, 16u, 24u) + BITS * part)) & vec4((1u << BITS) - 1);
  let places = fields + table;
  return vec4(levels[places.x], levels[places.y], levels[places.z], levels[places.w]);
}

/** The product of a part of an output with 16 inputs. */
fn partProduct(output: u32, part: u32, inputs: mat4x4<f32>) -> f32 {
  let step = codes[min(output, sizes.outputs - 1) * sizes.steps + part / PARTS];
  let group = groupOf(output, part);
  let table = tableOf(group);
  let place = part % PARTS;
  var product = vec4<f32>();
  for (var w = 0u; w < 4; w++) { product += levelsOf(step[w], place, table) * inputs[w]; }
  return scaleOf(group) * dot(product, vec4(1f));
}

/** Four outputs of a row of x: lanes take parts in turn; the products of a part are summed, then scaled. */
@compute @workgroup_size(LANES)
fn multiplyVector(at: Place) {
  loadTables(at.lane, LANES);
  let first = 4 * (at.group.x + at.group.y * at.groups.x);
  let parts = sizes.steps * PARTS;
  var sum = vec4<f32>();
  for (var part = at.lane; part < parts; part += LANES) {
    let start = 4 * (at.group.z * parts + part);
    let inputs = mat4x4(x[start], x[start + 1], x[start + 2], x[start + 3]);
    let total = dot(inputs[0] + inputs[1] + inputs[2] + inputs[3], vec4(1f));
    for (var r = 0u; r < 4; r++) {
      sum[r] += partProduct(first + r, part, inputs);
      if (sizes.offsetsAt != 0) { sum[r] += offsetOf(groupOf(first + r, part)) * total; }
    }
  }
  let all = sumOver(sum, at);
  if (at.lane < 4 && first + at.lane < sizes.outputs) {
    y[at.group.z * sizes.outputs + first + at.lane] = all[at.lane];
  }
}

// Of more rows: a tile of 32 rows of x and 64 outputs, two parts deep at a time.
const TILE_LANES = 128u;
/** Fours of rows and of outputs of a tile. */
const ROW_FOURS = 8u;
const OUTPUT_FOURS = 16u;
const DEPTH = 32u;
/** One more, so that lanes that write one column meet different banks. */
const W_STRIDE = OUTPUT_FOURS + 1;
const X_STRIDE = ROW_FOURS + 1;

/** Levels are whole numbers up to 128, which half precision holds exactly. */
var<workgroup> wTile: array<vec4<Level>, DEPTH * W_STRIDE>;
var<workgroup> xTile: array<vec4<f32>, DEPTH * X_STRIDE>;

fn fetchLevels(output: u32, part: u32, word: u32) -> vec4<f32> {
  if (part >= sizes.steps * PARTS) { return vec4<f32>(); }
  let step = codes[min(output, sizes.outputs - 1) * sizes.steps + part / PARTS];
  return levelsOf(step[word], part % PARTS, tableOf(groupOf(output, part)));
}

fn fetchInputs(row: u32, part: u32, word: u32) -> vec4<f32> {
  let parts = sizes.steps * PARTS;
  if (part >= parts || row >= sizes.rows) { return vec4<f32>(); }
  return x[4 * (row * parts + part) + word];
}

/** Each lane computes 4 x 4 outputs, and fetches a word of four outputs and of four rows. */
@compute @workgroup_size(TILE_LANES)
fn multiplyMatrix(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  loadTables(lane, TILE_LANES);
  let four = lane / 8;
  let word = lane % 8;
  let fetchedOutput = 4 * (tile.x * OUTPUT_FOURS + four);
  let fetchedRow = 4 * (tile.y * ROW_FOURS + four % ROW_FOURS);
  let output = 4 * (tile.x * OUTPUT_FOURS + lane % OUTPUT_FOURS);
  let row = 4 * (tile.y * ROW_FOURS + lane / OUTPUT_FOURS);
  var sums = mat4x4<f32>();
  for (var first = 0u; first < sizes.steps * PARTS; first += 2) {
    let part = first + word / 4;
    var w = mat4x4<f32>();
    var inputs = mat4x4<f32>();
    for (var r = 0u; r < 4; r++) {
      w[r] = fetchLevels(fetchedOutput + r, part, word % 4);
      inputs[r] = fetchInputs(fetchedRow + r, part, word % 4);
    }
    w = transpose(w);
    inputs = transpose(inputs);
    for (var i = 0u; i < 4; i++) {
      wTile[(4 * word + i) * W_STRIDE + four] = vec4<Level>(w[i]);
      if (four < ROW_FOURS) { xTile[(4 * word + i) * X_STRIDE + four] = inputs[i]; }
    }
    workgroupBarrier();
    for (var half = 0u; half < 2; half++) {
      var product = mat4x4<f32>();
      var total = vec4<f32>();
      for (var depth = 16 * half; depth < 16 * half + 16; depth++) {
        let level = vec4<f32>(wTile[depth * W_STRIDE + lane % OUTPUT_FOURS]);
        let input = xTile[depth * X_STRIDE + lane / OUTPUT_FOURS];
        product += mat4x4(input.x * level, input.y * level, input.z * level, input.w * level);
        total += input;
      }
      // A part behind the last has no levels: it takes the scale of the last.
      let own = min(first + half, sizes.steps * PARTS - 1);
      var scale = vec4<f32>();
      var offset = vec4<f32>();
      for (var o = 0u; o < 4; o++) {
        scale[o] = scaleOf(groupOf(output + o, own));
        offset[o] = offsetOf(groupOf(output + o, own));
      }
      for (var r = 0u; r < 4; r++) {
        sums[r] += scale * product[r];
        if (sizes.offsetsAt != 0) { sums[r] += offset * total[r]; }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 16; i++) {
    if (row + i / 4 < sizes.rows && output + i % 4 < sizes.outputs) {
      y[(row + i / 4) * sizes.outputs + output + i % 4] = sums[i / 4][i % 4];
    }
  }
}
