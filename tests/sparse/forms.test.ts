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
    const settings = "threads" in form.params ? [{}, {threads: 3}, {threads: 6}] : [{}];
    for (const given of settings) {
      for (const density of [0, 0.4, 1]) {
        const packed = form.pack(sparseWeights(90, 70, density), given);
        const kept = nonZeros(form.unpack(packed).data);
        expect(form.bytes({outputs: 90, inputs: 70, nonZeros: kept}, given)).toBe(packedBytes(packed));
      }
    }
  });

  test("refuses what is no matrix, and parts that do not fit", () => {
    expect(() => form.pack(tensor([1, 2, 3]))).toThrow(
      "weight must have two axes, outputs and inputs, got [3]",
    );
    const packed = form.pack(sparseWeights(16, 64, 0.5));
    for (const name of Object.keys(packed.parts)) {
      const short = {...packed.parts, [name]: packed.parts[name]!.slice(4)};
      expect(() => form.unpack({...packed, parts: short}), name).toThrow(RangeError);
    }
  });

  if ("threads" in form.params)
    test("refuses threads that cannot share the columns evenly", () => {
      expect(() => form.pack(sparseWeights(48, 8, 1), {threads: 2})).toThrow(
        "threads must divide the 3 columns of tiles, got 2",
      );
    });
});

describe("listed-bf16", () => {
  const form = sparseForms.byId("listed-bf16");

  test("refuses entries that name no input, starts that fall, and more inputs than 16 bits name", () => {
    const packed = form.pack(sparseWeights(4, 6, 1));
    const {entries, starts} = packed.parts as {entries: Uint8Array; starts: Uint8Array};
    const changed = (bytes: Uint8Array, at: number, to: number) =>
      bytes.map((byte, i) => (i === at ? to : byte));
    expect(() => form.unpack({...packed, parts: {entries: changed(entries, 0, 6), starts}})).toThrow(
      "an entry must name one of 6 inputs, got 6",
    );
    expect(() => form.unpack({...packed, parts: {entries, starts: changed(starts, 4, 60)}})).toThrow(
      "starts must not fall",
    );
    expect(() => form.pack({shape: [1, 65_537], data: new Float32Array(65_537)})).toThrow(
      "inputs must be at most 65536, got 65537",
    );
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
    for (const {denseBits, bytes} of sparseForms.all.filter(({id}) => id.startsWith("bitmap"))) {
      const places = 2 ** 24;
      const nonZeros = places * (1 - 1 / denseBits);
      const dense = (places * denseBits) / 8;
      expect(bytes({outputs: 4096, inputs: 4096, nonZeros}) / dense).toBeCloseTo(1, 2);
    }
  });
});
