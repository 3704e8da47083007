import {describe, expect, test} from "vitest";
import {bitsSize, wholeTokenBytes} from "../../../src/lib/engine/cache/packed-size.js";
import {
  type ChannelFactors,
  channelFactors,
  cskvQuantizeGroup,
  expandChannels,
  fitChannelFactors,
  shrinkChannels,
} from "../../../src/lib/kv/cskv/cskv.js";
import {cskvBytes} from "../../../src/lib/kv/cskv/cskv-technique.js";
import {svd} from "../../../src/lib/tensor/svd.js";
import {normals, relativeSquare} from "../random.js";

const [inputs, outputs, tokens] = [12, 8, 60];
const w = normals(1, inputs * outputs);
// Input channels of very different size, as outliers make them.
const x = normals(2, tokens * inputs).map((value, i) => value * 3 ** ((i % inputs) % 4));

function exact(): Float32Array {
  const y = new Float32Array(tokens * outputs);
  y.forEach((_, i) => {
    for (let k = 0; k < inputs; k++) {
      y[i] = y[i] + x[Math.floor(i / outputs) * inputs + k] * w[k * outputs + (i % outputs)];
    }
  });
  return y;
}
const outputError = (factors: ChannelFactors) =>
  relativeSquare(exact(), expandChannels(shrinkChannels(x, factors), factors));
const means = Float64Array.from({length: inputs}, (_, c) => {
  let sum = 0;
  for (let t = 0; t < tokens; t++) sum += Math.abs(x[t * inputs + c]);
  return sum / tokens;
});
const gram = Float64Array.from({length: inputs * inputs}, (_, at) => {
  const [i, j] = [Math.floor(at / inputs), at % inputs];
  let sum = 0;
  for (let t = 0; t < tokens; t++) sum += x[t * inputs + i] * x[t * inputs + j];
  return sum;
});

describe("channelFactors", () => {
  test("at full rank reproduce the projection", () => {
    expect(outputError(channelFactors(w, inputs, outputs))).toBeLessThan(1e-11);
    expect(outputError(channelFactors(w, inputs, outputs, {activationMeans: means}))).toBeLessThan(1e-11);
  });

  test("leave the error of the singular values that they drop", () => {
    const {rank, down, up} = channelFactors(w, inputs, 3);
    const eye = Float32Array.from({length: inputs * inputs}, (_, i) => (i % (inputs + 1) === 0 ? 1 : 0));
    const product = expandChannels(shrinkChannels(eye, {inputs, outputs, rank, down, up}), {
      inputs,
      outputs,
      rank,
      down,
      up,
    });
    const {s} = svd({rows: inputs, columns: outputs, data: w});
    const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
    expect(relativeSquare(w, product)).toBeCloseTo(squares(s.slice(3)) / squares(s), 5);
  });

  test("with activations err less where it counts, and fitted least of all", () => {
    const plain = channelFactors(w, inputs, 3);
    const aware = channelFactors(w, inputs, 3, {activationMeans: means, alpha: 1});
    const fitted = [1, 4].map((steps) => outputError(fitChannelFactors(w, aware, gram, steps)));
    expect(outputError(aware)).toBeLessThan(outputError(plain));
    expect(fitted[0]).toBeLessThan(outputError(aware));
    expect(fitted[1]).toBeLessThanOrEqual(fitted[0] * 1.000001);
  });

  test("refuse what does not fit", () => {
    expect(() => channelFactors(w.slice(1), inputs, 3)).toThrow(/w must hold 96 values, got 95$/);
    expect(() => channelFactors(w, inputs, 0)).toThrow(/rank must be an integer of at least 1, got 0$/);
    expect(() => channelFactors(w, inputs, 3, {activationMeans: new Float64Array(2)})).toThrow(/got 2$/);
  });
});

describe("cskvQuantizeGroup", () => {
  test("keeps 0 exactly and errs by a step at most", () => {
    const group = normals(3, 32);
    const y = cskvQuantizeGroup(group, 4);
    const step = (Math.max(...group) - Math.min(...group)) / 15;
    y.forEach((value, i) => {
      expect(Math.abs(value - group[i])).toBeLessThan(step * 1.0001);
    });
    expect(cskvQuantizeGroup(Float32Array.of(0, 5, -1), 4)[0]).toBe(0);
    expect([...cskvQuantizeGroup(new Float32Array(3), 4)]).toEqual([0, 0, 0]);
  });
});

describe("cskvBytes", () => {
  test("is the density for long texts, a quarter of it in 4 bits, and all of a text inside the window", () => {
    const sizes = {widths: [1000]};
    const share = (tokens: number, bits = 16) =>
      cskvBytes(sizes, tokens, {rankOf: () => 200, window: 32, residual: 32}, bitsSize(bits)) /
      wholeTokenBytes(sizes, tokens, bitsSize(16));
    expect(share(1e6)).toBeCloseTo(0.2, 3);
    expect(share(1e6, 4)).toBeCloseTo(0.05, 3);
    expect(share(20)).toBe(1);
  });
});
