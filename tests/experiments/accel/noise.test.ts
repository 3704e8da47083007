import {describe, expect, test} from "vitest";
import {energyKept} from "../../../src/lib/accel/sst/encode.js";
import {noiseMeter} from "../../../src/lib/experiments/accel/noise.js";
import {formatById} from "../../../src/lib/formats/registry.js";
import {measure, roundTrip} from "../../../src/lib/quant/measure.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import type {Tensor} from "../../../src/lib/tensor/tensor.js";

const stream = randomStream(3, "noise");
const matrix = (rows: number, columns: number, scale = 1): Tensor => ({
  shape: [rows, columns],
  data: draws(rows * columns, () => scale * stream.normal()),
});

const q = matrix(8, 64);
const up = matrix(16, 64, 3);
const weights = new Map([
  ["model.layers.0.self_attn.q_proj.weight", q],
  ["model.layers.0.mlp.up_proj.weight", up],
  ["model.embed_tokens.weight", matrix(4, 64, 1000)],
  ["model.norm.weight", {shape: [64], data: new Float32Array(64).fill(1)}],
]);
const [input, key, value] = [matrix(5, 64), matrix(5, 32), matrix(5, 32, 0.1)];
const activations = new Map([
  ["layers.0.qkv.input", input],
  ["layers.0.self_attn.key_rotated", key],
  ["layers.0.self_attn.key", matrix(5, 32, 500)],
  ["layers.0.self_attn.value", value],
]);
const meter = noiseMeter(weights, activations);

const direct = (format: string, tensors: readonly Tensor[]) =>
  measure(tensors.map((x) => roundTrip(formatById(format), x))).relativeMse;

describe("the meter of noise", () => {
  test.each(["fp16", "int8", "mxfp4", "razer"])(
    "measures %s on what each role holds, and nothing else",
    (format) => {
      expect(meter.weights(format)).toBe(direct(format, [q, up]));
      expect(meter.activations(format)).toBe(direct(format, [input]));
      expect(meter.kv(format)).toBe(direct(format, [key, value]));
    },
  );

  test("finds no noise in float32, and more of it in fewer bits", () => {
    expect(meter.weights("fp32")).toBe(0);
    const noises = ["int8", "int6", "int4", "int3", "int2"].map(meter.weights);
    expect(noises).toEqual(noises.toSorted((a, b) => a - b));
    expect(noises[0]).toBeGreaterThan(0);
  });

  test("takes an unknown format for a mistake", () => {
    expect(() => meter.kv("mxfp5")).toThrow("formats: id must be one of fp32");
  });

  test("weighs what pruning takes by the energy of each matrix", () => {
    expect(meter.pruned(null)).toBe(0);
    const energies = [q, up].map(({data}) => data.reduce((sum, x) => sum + x * x, 0));
    const kept = [q, up].map(({data}, i) => energies[i] * energyKept(data, 64, 2, 4));
    const share = (kept[0] + kept[1]) / (energies[0] + energies[1]);
    expect(meter.pruned({n: 2, m: 4})).toBeCloseTo(1 - share, 12);
  });

  test("loses more to a stricter pattern, and nothing where all stay", () => {
    const [half, quarter] = [meter.pruned({n: 2, m: 4}), meter.pruned({n: 1, m: 4})];
    expect(half).toBeGreaterThan(0);
    expect(quarter).toBeGreaterThan(half);
    expect(quarter).toBeLessThan(1);
    expect(meter.pruned({n: 4, m: 4})).toBeCloseTo(0, 12);
  });

  test("measures each format once: a second look is the first number, whatever became of the tensors", () => {
    const own = new Map([["a.q_proj.weight", matrix(4, 64)]]);
    const fresh = noiseMeter(own, activations);
    const first = fresh.weights("int4");
    own.get("a.q_proj.weight")!.data.fill(0);
    expect(fresh.weights("int4")).toBe(first);
  });
});
