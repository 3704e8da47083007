import {describe, expect, test} from "vitest";
import {openTensors} from "../../../src/lib/checkpoint/open-tensors.js";
import {openModel} from "../../../src/lib/engine/language-model.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import {goldenPath, maxDifference, readExpected} from "../../engine/golden.js";
import {quantizedFolder} from "../folder.js";
import {codes, E4M3, f32, fp8, halves, weightOf} from "./packed-tensors.js";

describe("FP8", () => {
  const stored = Array.from({length: 24}, (_, i) => codes[i % codes.length]);
  const value = (i: number) => E4M3[stored[i] as keyof typeof E4M3];
  const weight = fp8("m.weight", [4, 6], stored);

  test.each([
    ["of the tensor", "fp8", "weight_scale", f32("m.weight_scale", [], [0.5]), () => 0.5],
    [
      "of each row",
      "fbgemm_fp8",
      "weight_scale",
      f32("m.weight_scale", [4, 1], [1, 2, 3, 4]),
      (i: number) => 1 + Math.floor(i / 6),
    ],
    [
      "of each row, as a list",
      "fp8",
      "weight_scale",
      f32("m.weight_scale", [4], [1, 2, 3, 4]),
      (i: number) => 1 + Math.floor(i / 6),
    ],
    [
      "of blocks",
      "fp8",
      "weight_scale_inv",
      f32("m.weight_scale_inv", [2, 2], [1, 2, 3, 4]),
      (i: number) => 1 + 2 * Math.floor(i / 18) + Math.floor((i % 6) / 4),
    ],
  ] as const)("has its scale %s applied", async (_, method, name, scale, factor) => {
    const config = {quant_method: method, ...(name.endsWith("inv") && {weight_block_size: [3, 4]})};
    const {data, names, dtype} = await weightOf(quantizedFolder(config, [weight, scale]));
    expect(Array.from(data)).toEqual(Array.from({length: 24}, (_, i) => value(i) * factor(i)));
    expect([names, dtype]).toEqual([["m.weight"], `F8_E4M3 with ${name}`]);
  });

  test("has its scale applied where no config says so, and in parts", async () => {
    const {tensors} = await openTensors(
      quantizedFolder(undefined, [weight, f32("m.weight_scale", [4, 1], [1, 2, 3, 4])]),
    );
    const part = await tensors.get("m.weight")!.readElements(5, 9);
    expect(Array.from(part)).toEqual(
      Array.from({length: 9}, (_, i) => value(5 + i) * (1 + Math.floor((5 + i) / 6))),
    );
  });

  test("without a scale is refused where config.json says that it is quantized", async () => {
    await expect(openTensors(quantizedFolder({quant_method: "fp8"}, [weight]))).rejects.toThrow(
      "m.weight_scale must be the scale of m.weight, which config.json says is quantized, got none",
    );
    const {tensors} = await openTensors(quantizedFolder(undefined, [weight]));
    expect(tensors.get("m.weight")?.dtype).toBe("F8_E4M3");
  });

  test("beside a scale of an unknown kind is refused, beside one of activations read", async () => {
    const odd = quantizedFolder(undefined, [weight, f32("m.scale_of_old", [1], [2])]);
    await expect(openTensors(odd)).rejects.toThrow("got m.scale_of_old");
    const input = quantizedFolder(undefined, [
      weight,
      f32("m.scale_weight", [1], [2]),
      f32("m.input_scale", [1], [3]),
    ]);
    const {data, names} = await weightOf(input);
    expect([data[0], names]).toEqual([2 * value(0), ["m.input_scale", "m.weight"]]);
  });

  test("with scales that do not fit is refused", async () => {
    for (const [shape, count] of [
      [[3, 1], 3],
      [[4, 4], 16],
      [[5], 5],
    ] as const) {
      const scale = f32("m.weight_scale", [...shape], halves(count));
      await expect(openTensors(quantizedFolder({quant_method: "fp8"}, [weight, scale]))).rejects.toThrow(
        "must be scales for the tensor, for each row, or for each block of [4, 6]",
      );
    }
  });

  test.each(["fp8-block", "fp8-tensor"])(
    "%s gives the logits of the weights that it stands for",
    async (name) => {
      const folder = await openFolder(goldenPath(name));
      const {ids, logits, tolerance} = readExpected(name);
      const model = await openModel(folder);
      expect(maxDifference(model.read()(ids).data, logits)).toBeLessThan(tolerance);
      expect(model.unused).toEqual([]);
      await folder.close();
    },
  );
});
