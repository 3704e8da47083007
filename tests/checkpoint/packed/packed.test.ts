import {describe, expect, test} from "vitest";
import {openTensors} from "../../../src/lib/checkpoint/open-tensors.js";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {quantizedFolder} from "../folder.js";
import {f32, fp8, halves, i32, integers, tape, weightOf} from "./packed-tensors.js";

describe("AWQ", () => {
  const [inputs, outputs, groups] = [8, 16, 2];
  const [q, z, s] = [
    integers(inputs * outputs, 16),
    integers(groups * outputs, 16),
    halves(groups * outputs),
  ];
  // Four bits hold columns 0, 2, 4, 6, 1, 3, 5, 7 of eight, from the low ones up.
  const pack = (rows: number, fields: readonly number[]) =>
    Array.from({length: (rows * outputs) / 8}, (_, word) =>
      [0, 2, 4, 6, 1, 3, 5, 7].reduce((sum, column, i) => sum | (fields[8 * word + column] << (4 * i)), 0),
    );
  const tensors = [
    i32("m.qweight", [inputs, outputs / 8], pack(inputs, q)),
    i32("m.qzeros", [groups, outputs / 8], pack(groups, z)),
    {name: "m.scales", dtype: "F32" as const, shape: [groups, outputs], data: Float32Array.from(s)},
    f32("m.bias", [outputs], halves(outputs)),
  ];
  const config = {quant_method: "awq", bits: 4, group_size: 4, version: "gemm", zero_point: true};

  test("is (code - zero point) times scale, turned to [out, in]", async () => {
    const {data, shape, names, dtype} = await weightOf(quantizedFolder(config, tensors));
    expect([shape, names, dtype]).toEqual([[outputs, inputs], ["m.bias", "m.weight"], "int4 of AWQ"]);
    for (let output = 0; output < outputs; output++) {
      for (let input = 0; input < inputs; input++) {
        const at = Math.floor(input / 4) * outputs + output;
        expect(data[output * inputs + input]).toBe((q[input * outputs + output] - z[at]) * s[at]);
      }
    }
  });

  test("of another kernel or of other bits is refused by name", async () => {
    await expect(openTensors(quantizedFolder({...config, version: "gemv"}, tensors))).rejects.toThrow(
      "version must be gemm, got gemv",
    );
    await expect(openTensors(quantizedFolder({...config, bits: 3}, tensors))).rejects.toThrow(
      "bits must be 4, got 3",
    );
    await expect(openTensors(quantizedFolder(config, tensors.slice(0, 2)))).rejects.toThrow(
      "m.scales must be",
    );
  });
});

describe.each([2, 3, 4, 8])("GPTQ of %i bits", (bits) => {
  const [inputs, outputs, groups] = [32, 32, 4];
  const [q, z, s] = [
    integers(inputs * outputs, 2 ** bits),
    integers(groups * outputs, 2 ** bits),
    halves(groups * outputs),
  ];
  const column = (output: number) =>
    tape(
      Array.from({length: inputs}, (_, input) => q[input * outputs + output]),
      bits,
    );
  const columns = Array.from({length: outputs}, (_, output) => column(output));
  const words = columns[0].length;
  const down = Array.from({length: words * outputs}, (_, i) => columns[i % outputs][Math.floor(i / outputs)]);
  const rowOf = (group: number, shift: number) =>
    tape(
      z.slice(group * outputs, (group + 1) * outputs).map((zero) => (zero - shift + 2 ** bits) % 2 ** bits),
      bits,
    );
  const stored = (shift: number, order: readonly number[]) => [
    i32("m.qweight", [words, outputs], down),
    i32(
      "m.qzeros",
      [groups, words],
      [0, 1, 2, 3].flatMap((group) => rowOf(group, shift)),
    ),
    f32("m.scales", [groups, outputs], s),
    i32("m.g_idx", [inputs], order),
  ];

  test.each([
    ["gptq", 1, Array.from({length: inputs}, (_, i) => Math.floor(i / 8))],
    ["gptq_v2", 0, Array.from({length: inputs}, (_, i) => (i * 7) % groups)],
  ] as const)("in the form of %s", async (format, shift, order) => {
    const config = {quant_method: "gptq", bits, checkpoint_format: format};
    const {data, shape} = await weightOf(quantizedFolder(config, stored(shift, order)));
    expect(shape).toEqual([outputs, inputs]);
    const expected = Array.from({length: outputs * inputs}, (_, i) => {
      const [output, input] = [Math.floor(i / inputs), i % inputs];
      const at = order[input] * outputs + output;
      return (q[input * outputs + output] - z[at]) * s[at];
    });
    expect(Array.from(data)).toEqual(expected);
  });

  test("with an order that names no group is refused", async () => {
    const config = {quant_method: "gptq", bits};
    const folder = quantizedFolder(config, stored(1, Array(inputs).fill(groups)));
    await expect(weightOf(folder)).rejects.toThrow("m.g_idx must be groups below 4, got 4");
  });
});

describe("compressed-tensors", () => {
  const plan = (bits: number, format: string) => ({
    quant_method: "compressed-tensors",
    format,
    config_groups: {group_0: {weights: {num_bits: bits, type: "int"}}},
  });

  test.each([4, 8])("reads words of %i-bit integers, with zero points and without", async (bits) => {
    const [rows, columns, groups] = [6, 20, 4];
    const [perWord, middle] = [32 / bits, 2 ** (bits - 1)];
    const [q, z, s] = [
      integers(rows * columns, 2 ** bits),
      integers(rows * groups, 2 ** bits),
      halves(rows * groups),
    ];
    const packRow = (fields: readonly number[]) => {
      const whole = [...fields, ...Array((perWord - (fields.length % perWord)) % perWord).fill(0)];
      return tape(whole, bits);
    };
    const lines = Array.from({length: rows}, (_, row) =>
      packRow(q.slice(row * columns, (row + 1) * columns)),
    );
    const downs = Array.from({length: groups}, (_, group) =>
      packRow(Array.from({length: rows}, (_, row) => z[row * groups + group])),
    );
    const zeroWords = downs[0].length;
    const shape = {
      name: "m.weight_shape",
      shape: [2],
      data: BigInt64Array.from([BigInt(rows), BigInt(columns)]),
    };
    const packed = [
      i32("m.weight_packed", [rows, lines[0].length], lines.flat()),
      f32("m.weight_scale", [rows, groups], s),
      shape,
    ];
    const zeros = i32(
      "m.weight_zero_point",
      [zeroWords, groups],
      Array.from({length: zeroWords * groups}, (_, i) => downs[i % groups][Math.floor(i / groups)]),
    );
    for (const asymmetric of [false, true]) {
      const folder = quantizedFolder(plan(bits, "pack-quantized"), asymmetric ? [...packed, zeros] : packed);
      const {data, names} = await weightOf(folder);
      expect(names).toEqual(["m.weight"]);
      const expected = Array.from({length: rows * columns}, (_, i) => {
        const at = Math.floor(i / columns) * groups + Math.floor((i % columns) / 5);
        return (q[i] - (asymmetric ? z[at] : middle)) * s[at];
      });
      expect(Array.from(data)).toEqual(expected);
    }
  });

  test("reads FP8 with scales of blocks that do not divide the rows", async () => {
    const config = {
      ...plan(8, "float-quantized"),
      config_groups: {g: {weights: {type: "float", block_structure: [2, 2]}}},
    };
    const weight = fp8("m.weight", [3, 2], Array(6).fill(0x38));
    const {data} = await weightOf(quantizedFolder(config, [weight, f32("m.weight_scale", [2, 1], [2, 5])]));
    expect(Array.from(data)).toEqual([2, 2, 2, 2, 5, 5]);
  });

  test("reads bytes with scales and zero points of each row", async () => {
    const tensors = [
      {name: "m.weight", shape: [2, 3], data: Int8Array.from([1, -2, 3, -4, 5, -128])},
      f32("m.weight_scale", [2, 1], [0.5, 2]),
      {name: "m.weight_zero_point", shape: [2, 1], data: Int8Array.from([1, -1])},
    ];
    const {data} = await weightOf(quantizedFolder(plan(8, "int-quantized"), tensors));
    expect(Array.from(data)).toEqual([0, -1.5, 1, -6, 12, -254]);
    const {tensors: opened} = await openTensors(quantizedFolder(plan(8, "int-quantized"), tensors));
    expect(Array.from(await opened.get("m.weight")!.readElements(2, 3))).toEqual([1, -6, 12]);
  });

  test("reads NVFP4: codes of E2M1, scales of E4M3, and one divisor of the scales", async () => {
    const bytes = Uint8Array.from([0x21, 0x93, 0, 0, 0, 0, 0, 0x70]);
    const tensors = [
      {name: "m.weight_packed", shape: [1, 8], data: bytes},
      fp8("m.weight_scale", [1, 1], [0x40]),
      f32("m.weight_global_scale", [1], [4]),
    ];
    const {data} = await weightOf(
      quantizedFolder({quant_method: "compressed-tensors", format: "nvfp4-pack-quantized"}, tensors),
    );
    expect(Array.from(data)).toEqual([0.25, 0.5, 0.75, -0.25, ...Array(11).fill(0), 3]);
  });

  test("in a format of its own that is not read is refused by name", async () => {
    for (const config of [
      {quant_method: "compressed-tensors", format: "marlin-24"},
      {quant_method: "compressed-tensors", format: "dense", sparsity_config: {format: "sparse-bitmask"}},
      {config_groups: {group_0: {weights: {num_bits: 4, type: "float"}}}, format: "pack-quantized"},
    ]) {
      await expect(openTensors(quantizedFolder(config, []))).rejects.toMatchObject({kind: "unsupported"});
    }
  });
});

describe("bitsandbytes", () => {
  const table = Array.from({length: 16}, (_, i) => (i - 8) / 8);
  const nibbles = integers(128, 16);
  const packed = Uint8Array.from({length: 64}, (_, i) => (nibbles[2 * i] << 4) | nibbles[2 * i + 1]);
  const state = (json: object) => {
    const bytes = new TextEncoder().encode(JSON.stringify(json));
    return {name: "m.weight.quant_state.bitsandbytes__nf4", shape: [bytes.length], data: bytes};
  };
  const codes4 = [{name: "m.weight", shape: [64, 1], data: packed}, f32("m.weight.quant_map", [16], table)];
  const config = {load_in_4bit: true};

  test("reads four bits with a scale for each block", async () => {
    const tensors = [
      ...codes4,
      f32("m.weight.absmax", [2], [0.5, 2]),
      state({shape: [8, 16], blocksize: 64}),
    ];
    const {data, shape, names} = await weightOf(quantizedFolder(config, tensors));
    expect([shape, names]).toEqual([[8, 16], ["m.weight"]]);
    expect(Array.from(data)).toEqual(nibbles.map((code, i) => table[code] * (i < 64 ? 0.5 : 2)));
  });

  test("reads scales that are quantized themselves", async () => {
    const tensors = [
      ...codes4,
      {name: "m.weight.absmax", shape: [2], data: Uint8Array.from([1, 200])},
      f32("m.weight.nested_absmax", [1], [4]),
      f32(
        "m.weight.nested_quant_map",
        [256],
        Array.from({length: 256}, (_, i) => i / 256),
      ),
      state({shape: [8, 16], blocksize: 64, nested_blocksize: 256, nested_offset: 0.25}),
    ];
    const {data} = await weightOf(quantizedFolder(config, tensors));
    const scale = (i: number) => (i < 64 ? 1 : 200) / 64 + 0.25;
    expect(Array.from(data)).toEqual(nibbles.map((code, i) => table[code] * scale(i)));
  });

  test("reads bytes with the largest magnitude of each row", async () => {
    const tensors = [
      {name: "m.weight", shape: [2, 2], data: Int8Array.from([127, -127, 0, 127])},
      f32("m.SCB", [2], [3, 5]),
    ];
    const {data} = await weightOf(quantizedFolder({load_in_8bit: true}, tensors));
    expect(Array.from(data)).toEqual([3, -3, 0, 5]);
  });
});

test.each(["hqq", "quanto", "aqlm", "modelopt", "mxfp4", "torchao", "exl2"])(
  "%s is refused by its name",
  async (method) => {
    const opened = openTensors(quantizedFolder({quant_method: method}, [f32("m.weight", [2], [1, 2])]));
    await expect(opened).rejects.toThrow(FormatError);
    await expect(opened).rejects.toThrow(
      `quantization_config: quant_method must be one of fp8, fbgemm_fp8, compressed-tensors, awq, gptq, bitsandbytes, got ${method}`,
    );
  },
);

test("packed weights whose config is not there are named, and what is not packed is read", async () => {
  const {tensors} = await openTensors(
    quantizedFolder(undefined, [
      i32("m.qweight", [1, 1], [1]),
      f32("m.scales", [1], [1]),
      f32("n.weight", [1], [1]),
    ]),
  );
  expect([...tensors.values()].map(({name, unreadable}) => [name, unreadable?.kind])).toEqual([
    ["m.qweight", "unknown"],
    ["m.scales", "unknown"],
    ["n.weight", undefined],
  ]);
});
