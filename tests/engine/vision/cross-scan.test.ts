import {describe, expect, test} from "vitest";
import {addBack, crossOrders, inOrder} from "../../../src/lib/engine/vision/cross-scan.js";
import {depthwiseConvSilu} from "../../../src/lib/engine/vision/depthwise-conv.js";
import {silu} from "../../../src/lib/tensor/activation.js";

describe("the four orders of a cross scan", () => {
  test("are rows, columns, and both backwards", () => {
    expect(crossOrders(2).map((order) => Array.from(order))).toEqual([
      [0, 1, 2, 3],
      [0, 2, 1, 3],
      [3, 2, 1, 0],
      [3, 1, 2, 0],
    ]);
  });

  test("go back to where their patches were", () => {
    const x = Float32Array.from({length: 9 * 2}, (_, i) => i);
    for (const order of crossOrders(3)) {
      const sum = new Float32Array(x.length);
      addBack(sum, inOrder(x, 2, order), 2, order);
      expect(sum).toEqual(x);
    }
  });
});

describe("the convolution of a channel with itself", () => {
  const conv = {
    channels: 2,
    width: 3,
    weight: Float32Array.from({length: 18}, (_, i) => (i === 4 || i === 9 ? 1 : 0)),
    bias: Float32Array.of(0, 0.5),
  };

  test("reads each channel's own places, with zeros around them", () => {
    const x = Float32Array.from({length: 4 * 2}, (_, i) => i + 1);
    // The first channel is left alone; the second takes the place above and to the left.
    const expected = [1, 0, 3, 0, 5, 0, 7, 2].map((value, i) => silu(i % 2 === 0 ? value : value + 0.5));
    expect(depthwiseConvSilu(conv, x, 2)).toEqual(Float32Array.from(expected));
  });
});
