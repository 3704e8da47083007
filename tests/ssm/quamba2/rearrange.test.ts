import {describe, expect, test} from "vitest";
import {causalConv1dSilu} from "../../../src/lib/engine/scan/causal-conv1d.js";
import {ssd} from "../../../src/lib/engine/scan/ssd.js";
import {type Mamba2Tensors, rearrangeMixer} from "../../../src/lib/ssm/quamba2/rearrange.js";
import {sortAndCluster} from "../../../src/lib/ssm/quamba2/sort-and-cluster.js";
import {silu, softplus} from "../../../src/lib/tensor/activation.js";
import {draws, randomStream, shuffled} from "../../../src/lib/tensor/random.js";
import type {Tensor} from "../../../src/lib/tensor/tensor.js";

const [hidden, heads, headDim, stateSize, groups, width] = [10, 8, 4, 3, 2, 4];
const inner = heads * headDim;
const channels = inner + 2 * groups * stateSize;
const stream = randomStream(6, "rearranged mixer");

function random(...shape: number[]): Tensor {
  return {
    shape,
    data: draws(
      shape.reduce((a, b) => a * b, 1),
      () => stream.normal() / 2,
    ),
  };
}

const MIXER: Mamba2Tensors = {
  inProj: random(inner + channels + heads, hidden),
  inProjBias: random(inner + channels + heads),
  convWeight: random(channels, 1, width),
  convBias: random(channels),
  dtBias: random(heads),
  aLog: random(heads),
  d: random(heads),
  norm: random(inner),
  outProj: random(hidden, inner),
};
const TOKENS = 20;
const X = Float64Array.from(random(TOKENS, hidden).data);

/** How the terms of a sum over channels are added up. */
type Sum = (terms: Float64Array) => number;
const inOrder: Sum = (terms) => terms.reduce((sum, term) => sum + term, 0);
/** Smallest first: the same number whatever the order in which the terms come. */
const orderless: Sum = (terms) => inOrder(terms.slice().sort());

/** x W^T + b in float64. */
function linear(x: Float64Array, {shape, data}: Tensor, sum: Sum, bias?: Tensor): Float64Array {
  const [out, inputs] = shape;
  return Float64Array.from({length: (x.length / inputs) * out}, (_, i) => {
    const [t, o] = [Math.floor(i / out), i % out];
    const product = sum(
      x.slice(t * inputs, (t + 1) * inputs).map((value, k) => value * data[o * inputs + k]),
    );
    return bias ? product + bias.data[o] : product;
  });
}

function columns(x: Float64Array, from: number, to: number): Float64Array {
  const size = x.length / TOKENS;
  return Float64Array.from({length: TOKENS * (to - from)}, (_, i) => {
    return x[Math.floor(i / (to - from)) * size + from + (i % (to - from))];
  });
}

/** The whole mixer in float64: what the scan gives, and what the output projection makes of it. */
function run(
  {inProj, inProjBias, convWeight, convBias, dtBias, aLog, d, norm, outProj}: Mamba2Tensors,
  sum: Sum = inOrder,
) {
  const projected = linear(X, inProj, inOrder, inProjBias);
  const xBC = causalConv1dSilu({
    channels,
    width,
    x: columns(projected, inner, inner + channels),
    weight: Float64Array.from(convWeight.data),
    bias: Float64Array.from(convBias!.data),
  }).y;
  const BC = groups * stateSize;
  const {y, state} = ssd({
    heads,
    headDim,
    stateSize,
    groups,
    x: columns(xBC, 0, inner),
    dt: columns(projected, inner + channels, inner + channels + heads).map((step, i) =>
      softplus(step + dtBias.data[i % heads]),
    ),
    A: Float64Array.from(aLog.data, (log) => -Math.exp(log)),
    B: columns(xBC, inner, inner + BC),
    C: columns(xBC, inner + BC, channels),
    D: Float64Array.from(d.data),
  });
  const z = columns(projected, 0, inner);
  const gated = y.map((value, i) => value * silu(z[i]));
  for (let t = 0; t < TOKENS; t++) {
    const row = gated.subarray(t * inner, (t + 1) * inner);
    const scale = 1 / Math.sqrt(sum(row.map((value) => value * value)) / inner + 1e-5);
    row.set(row.map((value, i) => value * scale * norm.data[i]));
  }
  return {y, state, update: linear(gated, outProj, sum)};
}

/** The largest difference over the largest number. */
function relative(a: Float64Array, b: Float64Array): number {
  const most = (values: Float64Array) => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return most(a.map((value, i) => value - b[i])) / most(b);
}

describe("rearranging a mixer", () => {
  const order = sortAndCluster(
    draws(inner, () => Math.abs(stream.normal())),
    {groups, headDim, headGroups: 2, channelGroups: 2},
  );
  const [plain, moved] = [run(MIXER), run(rearrangeMixer(MIXER, order))];

  test("moves something", () => {
    expect([...order.headIndex]).not.toEqual([...order.headIndex.keys()]);
    expect(moved.y).not.toEqual(plain.y);
  });

  test("permutes what the scan gives bit for bit, and its state", () => {
    moved.y.forEach((value, i) => {
      expect(value).toBe(plain.y[i - (i % inner) + order.channelIndex[i % inner]]);
    });
    moved.state.forEach((value, i) => {
      expect(value).toBe(
        plain.state[order.channelIndex[Math.floor(i / stateSize)] * stateSize + (i % stateSize)],
      );
    });
  });

  test("leaves the output as it was, bit for bit, where sums do not depend on the order of their terms", () => {
    expect(run(rearrangeMixer(MIXER, order), orderless).update).toEqual(run(MIXER, orderless).update);
  });

  test("leaves the output as it was with plain sums too: in float64 only the order of two sums over channels is another", () => {
    expect(relative(moved.update, plain.update)).toBeLessThan(2 * inner * 2 ** -53);
  });

  test("is undone by the inverse order, exactly", () => {
    const inverse = (index: Int32Array) => index.map((_, place) => index.indexOf(place));
    const back = {channelIndex: inverse(order.channelIndex), headIndex: inverse(order.headIndex)};
    expect(rearrangeMixer(rearrangeMixer(MIXER, order), back)).toEqual(MIXER);
  });

  test("across SSD groups it would not: B and C are shared inside one", () => {
    const headIndex = Int32Array.of(7, 1, 2, 3, 4, 5, 6, 0);
    const channelIndex = Int32Array.from(
      {length: inner},
      (_, i) => headIndex[Math.floor(i / headDim)] * headDim + (i % headDim),
    );
    expect(
      relative(run(rearrangeMixer(MIXER, {channelIndex, headIndex})).update, plain.update),
    ).toBeGreaterThan(1e-3);
  });

  test("does without biases where there are none", () => {
    const {inProjBias: _, convBias: __, ...bare} = MIXER;
    expect(Object.keys(rearrangeMixer(bare, order)).sort()).toEqual(Object.keys(bare).sort());
  });

  test("refuses an order that is no permutation, or of another size", () => {
    const broken = {...order, channelIndex: new Int32Array(inner)};
    expect(() => rearrangeMixer(MIXER, broken)).toThrow(
      "rearrangeMixer: channelIndex must hold each of 0 .. 31 once, got 0, 0, 0, 0, 0, 0, 0, 0 …",
    );
    const half = Int32Array.from(shuffled([...Array(inner / 2).keys()], stream));
    expect(() => rearrangeMixer(MIXER, {...order, channelIndex: half})).toThrow("rearrangeMixer:");
  });
});
