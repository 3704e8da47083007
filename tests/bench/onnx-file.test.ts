import {describe, expect, test} from "vitest";
import {fourBitModel, productModel} from "../../bench/peers/onnx-file.js";

type Fields = {field: number; value: number | Uint8Array}[];

/** Reads a protobuf message one level deep: varints and byte strings. */
function parse(bytes: Uint8Array): Fields {
  const fields: Fields = [];
  let at = 0;
  const varint = () => {
    let [value, unit] = [0, 1];
    for (; bytes[at] >= 128; at++, unit *= 128) value += (bytes[at] - 128) * unit;
    return value + bytes[at++] * unit;
  };
  while (at < bytes.length) {
    const key = varint();
    const value = varint();
    const isBytes = (key & 7) === 2;
    fields.push({field: key >> 3, value: isBytes ? new Uint8Array(bytes.subarray(at, at + value)) : value});
    if (isBytes) at += value;
  }
  expect(at).toBe(bytes.length);
  return fields;
}

const all = (bytes: Uint8Array, field: number) =>
  parse(bytes)
    .filter((f) => f.field === field)
    .map(({value}) => value);
const inner = (bytes: Uint8Array, field: number) => all(bytes, field)[0] as Uint8Array;
const text = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString();

describe("productModel", () => {
  const w = Float32Array.from({length: 6 * 50}, (_, i) => i / 7);
  const model = productModel(w, 3, 50, 6);
  const graph = inner(model, 7);

  test("is IR 8 with opset 17", () => {
    expect(all(model, 1)).toEqual([8]);
    expect(all(inner(model, 8), 2)).toEqual([17]);
  });

  test("multiplies x with the transpose of w", () => {
    const node = inner(graph, 1);
    expect(all(node, 1).map(text)).toEqual(["x", "w"]);
    expect(all(node, 2).map(text)).toEqual(["y"]);
    expect(text(inner(node, 4))).toBe("Gemm");
    const attribute = inner(node, 5);
    expect(text(inner(attribute, 1))).toBe("transB");
    expect(all(attribute, 3)).toEqual([1]);
  });

  test("holds the weights as they are, [out, inputs]", () => {
    const constant = inner(graph, 5);
    expect(all(constant, 1)).toEqual([6, 50]);
    expect(all(constant, 2)).toEqual([1]);
    expect(new Float32Array(inner(constant, 9).buffer)).toEqual(w);
  });

  test("says the shapes of both ends", () => {
    const shapeOf = (info: Uint8Array) =>
      all(inner(inner(inner(info, 2), 1), 2), 1).map((dim) => all(dim as Uint8Array, 1)[0]);
    expect(shapeOf(inner(graph, 11))).toEqual([3, 50]);
    expect(shapeOf(inner(graph, 12))).toEqual([3, 6]);
  });
});

describe("fourBitModel", () => {
  const matrix = {
    codes: Uint8Array.from({length: 3 * 32}, (_, i) => i),
    scales: new Float32Array(6).fill(0.5),
    groupSize: 32,
  };
  const graph = inner(fourBitModel(matrix, 4, 2, 64, 3), 7);

  test("is onnxruntime's operator with the sizes, the width and the accuracy level as attributes", () => {
    const node = inner(graph, 1);
    expect(text(inner(node, 4))).toBe("MatMulNBits");
    expect(text(inner(node, 7))).toBe("com.microsoft");
    const attributes = all(node, 5).map((each) => [
      text(inner(each as Uint8Array, 1)),
      all(each as Uint8Array, 3)[0],
    ]);
    expect(Object.fromEntries(attributes)).toEqual({K: 64, N: 3, bits: 4, block_size: 32, accuracy_level: 4});
  });

  test("holds codes by groups and a scale for each", () => {
    const [codes, scales] = all(graph, 5) as Uint8Array[];
    expect([all(codes, 1), inner(codes, 9)]).toEqual([[3, 2, 16], matrix.codes]);
    expect([all(scales, 1), new Float32Array(inner(scales, 9).slice().buffer)]).toEqual([[6], matrix.scales]);
  });
});
