import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {productModel} from "../../bench/peers/onnx-file.js";
import {initializers} from "../../bench/peers/onnx-initializers.js";

const model = productModel(Float32Array.of(1, 2, 3, 4, 5, 6), 1, 3, 2);

describe("the tensors of an ONNX file", () => {
  test("are those that were written, and no factor where the product transposes them", () => {
    expect(initializers(model)).toEqual([
      {name: "w", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6), isFactor: false},
    ]);
  });

  test("are refused by name where the bytes lie, and never by another error", () => {
    fc.assert(
      fc.property(fc.nat({max: model.length - 1}), fc.integer({min: 0, max: 255}), (at, byte) => {
        const lying = Uint8Array.from(model);
        lying[at] = byte;
        try {
          initializers(lying);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        }
      }),
      {numRuns: 300},
    );
    for (let length = 0; length < model.length; length++) {
      try {
        initializers(model.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });

  test.each([
    [Uint8Array.of(), "got no graph"],
    [Uint8Array.of(0x3a, 5, 1), "must end within the file"],
    [Uint8Array.of(0x3b), "must be of wire type"],
  ])("are refused for %j", (bytes, message) => {
    expect(() => initializers(bytes)).toThrow(message);
  });
});
