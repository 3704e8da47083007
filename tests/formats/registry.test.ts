import {describe, expect, test} from "vitest";
import {packedBytes} from "../../src/lib/formats/format.js";
import * as formatsIndex from "../../src/lib/formats/index.js";
import {mxfp4} from "../../src/lib/formats/mx/mx.js";
import {bitsPerElement} from "../../src/lib/formats/pack.js";
import {dequantize, quantize} from "../../src/lib/formats/quantize.js";
import {formatById, formats} from "../../src/lib/formats/registry.js";
import {tensorError} from "../../src/lib/tensor/error.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {tensor} from "../../src/lib/tensor/tensor.js";

const stream = randomStream(8);
const x = tensor(
  draws(6 * 250, () => stream.normal()),
  [6, 250],
);

describe.each(Object.entries(formats))("%s", (id, format) => {
  test("is a frozen record with all a reader needs", () => {
    expect(format.id).toBe(id);
    expect(id).toMatch(/^[a-z0-9_.-]+(_K)?$/);
    expect(Object.isFrozen(format)).toBe(true);
    for (const text of [format.title, format.convention, format.source]) expect(text).not.toBe("");
    const {bits, values} = format.codebook;
    if (Number.isInteger(bits)) expect(values.length).toBe(bits === 32 ? 0 : 2 ** bits);
    else expect(values.length).toBeGreaterThanOrEqual(Math.floor(2 ** bits));
  });

  test("names a format for activations that is there, if it has another one for them", () => {
    if (format.activations !== undefined) expect(formats).toHaveProperty([format.activations]);
    expect(format.activations).not.toBe(id);
  });

  test("comes back from its bytes with its shape, the same every time", () => {
    const packed = quantize(x, format);
    const y = dequantize(packed);
    expect(y.shape).toEqual(x.shape);
    expect(y.data.length).toBe(x.data.length);
    expect(quantize(x, format)).toEqual(packed);
    expect(tensorError(x.data, y.data).sqnrDb).toBeGreaterThan(1);
  });

  test("takes the bits of its codes and at most two more for everything else", () => {
    const packed = quantize(x, format);
    if (format.size === undefined)
      expect(bitsPerElement(packed)).toBeGreaterThanOrEqual(format.codebook.bits);
    expect(bitsPerElement(packed)).toBeLessThan(format.codebook.bits + 2);
    expect(bitsPerElement(packed)).toBe((packedBytes(packed) * 8) / 1500);
  });

  test("keeps zeros, and shapes without elements", () => {
    expect([...dequantize(quantize(new Float32Array(40), format)).data].map((v) => v + 0)).toEqual(
      new Array(40).fill(0),
    );
    const empty = dequantize(quantize(tensor([], [0, 5]), format));
    expect(empty).toEqual({shape: [0, 5], data: new Float32Array(0)});
  });

  test("never touches or keeps what it is given", () => {
    const copy = x.data.slice();
    const own = tensor(copy, x.shape);
    const packed = quantize(own, format);
    expect(own.data).toEqual(x.data);
    copy.fill(7);
    expect(dequantize(packed)).toEqual(dequantize(quantize(x, format)));
  });

  test("says NaN, or refuses it by its index", () => {
    const broken = tensor([1, Number.NaN, 2, 3]);
    let packed: ReturnType<typeof quantize>;
    try {
      packed = quantize(broken, format);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      expect((error as Error).message).toContain("got NaN at index 1");
      return;
    }
    expect(dequantize(packed).data[1]).toBeNaN();
  });
});

test("the documented defaults are there under the field's names", () => {
  for (const id of [
    "fp32",
    "bf16",
    "int4",
    "int8",
    "nf4",
    "mxfp4",
    "mxfp8_e4m3",
    "mxint8",
    "nvfp4",
    "four_over_six",
  ]) {
    expect(formats[id], id).toBeDefined();
  }
  expect(formatById("mxfp4")).toBe(mxfp4);
});

test("capital letters make no difference to an id, and ggml's rules stand beside ours of the same name", () => {
  expect(formatById("Q4_K")).toBe(formatById("q4_k"));
  expect(formatById("NVFP4").id).toBe("nvfp4");
  expect(formatById("ggml_nvfp4").source).toContain("ggml");
});

test("an unknown id is refused with the list of ids, also one that every object has", () => {
  expect(() => formatById("fp5")).toThrow(/^formats: id must be one of fp32, fp16, .*mxfp4.*, got "fp5"$/);
  expect(() => formatById("toString")).toThrow('got "toString"');
});

test("dequantize refuses a format that did not pack the tensor", () => {
  expect(() => dequantize(quantize(x, mxfp4), formatById("nf4"))).toThrow(
    "dequantize: format must be mxfp4, got nf4",
  );
  expect(() => dequantize({...quantize(x, mxfp4), format: "mine"})).toThrow('got "mine"');
});

test("a plain array of numbers counts as one row", () => {
  expect(quantize(Float32Array.of(1, 2, 3), mxfp4).shape).toEqual([3]);
});

test("the index for scripts has the ten names of the handbook's first example", () => {
  const names = [
    "mxfp4",
    "quantize",
    "dequantize",
    "bitsPerElement",
    "tensorError",
    "formatById",
    "mx",
    "int",
    "nvfp4",
    "tensor",
  ];
  for (const name of names) expect(formatsIndex).toHaveProperty(name);
});

test("the index for scripts makes RaZeR's formats by name, those of the registry among them", () => {
  const {razer, razerAct, razerV1, mxfp4Razer, nvfp4Razer} = formatsIndex;
  for (const make of [razer, razerAct, razerV1, mxfp4Razer, nvfp4Razer]) {
    expect(formats).toHaveProperty([make().id]);
  }
  expect(razer({specials: [6, -6]}).id).not.toBe(razer().id);
});
