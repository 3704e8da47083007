import {describe, expect, test} from "vitest";
import {packedBytes} from "../../src/lib/formats/format.js";
import {sparseForms} from "../../src/lib/sparse/registry.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {tensor} from "../../src/lib/tensor/tensor.js";

/** Weights of which a share is kept, the others zero. */
function sparseWeights(outputs: number, inputs: number, density: number, seed = 1) {
  const random = randomStream(seed, "sparse weights");
  const values = Float32Array.from({length: outputs * inputs}, () =>
    random.uniform() < density ? random.normal() : 0,
  );
  return tensor(values, [outputs, inputs]);
}

const nonZeros = (x: Float32Array) => x.filter((value) => value !== 0).length;

describe.each(sparseForms.all)("$id", (form) => {
  test.each([
    [16, 32],
    [1, 1],
    [17, 65],
    [48, 64],
    [64, 40],
  ])("gives back a matrix of %i x %i at every density", (outputs, inputs) => {
    for (const density of [0, 0.03, 0.5, 1]) {
      const weight = sparseWeights(outputs, inputs, density);
      const once = form.unpack(form.pack(weight));
      expect(once.shape).toEqual(weight.shape);
      expect(once.data.filter((value, i) => weight.data[i] === 0 && value !== 0)).toHaveLength(0);
      // What is already of the form's type comes back as it is: exactly, or as codes whose scale is rounded anew.
      const twice = form.unpack(form.pack(once)).data;
      const changed = twice.map(
        (value, i) => Math.abs(value - once.data[i]!) / (Math.abs(once.data[i]!) || 1),
      );
      expect(changed.reduce((most, each) => Math.max(most, each), 0)).toBeLessThanOrEqual(2 ** -8);
    }
  });

  test("counts the bytes that its formula gives, for every number of threads", () => {
    for (const threads of [1, 3, 6]) {
      for (const density of [0, 0.4, 1]) {
        const weight = sparseWeights(90, 70, density);
        const packed = form.pack(weight, {threads});
        const kept = nonZeros(form.unpack(packed).data);
        expect(form.bytes({outputs: 90, inputs: 70, nonZeros: kept}, {threads})).toBe(packedBytes(packed));
      }
    }
  });

  test("refuses what is no matrix, a thread without work of its own, and parts that do not fit", () => {
    expect(() => form.pack(tensor([1, 2, 3]))).toThrow(
      "weight must have two axes, outputs and inputs, got [3]",
    );
    expect(() => form.pack(sparseWeights(48, 8, 1), {threads: 2})).toThrow(
      "threads must divide the 3 columns of tiles, got 2",
    );
    const packed = form.pack(sparseWeights(16, 64, 0.5));
    const {values} = packed.parts;
    expect(() =>
      form.unpack({...packed, parts: {...packed.parts, values: values.slice(0, values.length - 4)}}),
    ).toThrow(/values must hold/);
  });
});

describe("bytes of a weight", () => {
  test("at half the weights are 1.125 in bfloat16 and 0.625 in int8", () => {
    const [wide, narrow] = ["bitmap-bf16", "bitmap-int8"].map((id) => sparseForms.byId(id));
    const sizes = {outputs: 4096, inputs: 4096, nonZeros: 2 ** 23};
    expect(wide!.bytes(sizes) / 2 ** 24).toBeCloseTo(1.125, 6);
    // A scale of two bytes for each output of 4096 inputs.
    expect(narrow!.bytes(sizes) / 2 ** 24).toBeCloseTo(0.625 + 2 / 4096, 6);
  });

  test("are as many as of the dense matrix where a weight in 16 is zero in bfloat16, one in 8 in int8", () => {
    for (const {denseBits, bytes} of sparseForms.all) {
      const places = 2 ** 24;
      const nonZeros = places * (1 - 1 / denseBits);
      const dense = (places * denseBits) / 8;
      expect(bytes({outputs: 4096, inputs: 4096, nonZeros}) / dense).toBeCloseTo(1, 2);
    }
  });
});
