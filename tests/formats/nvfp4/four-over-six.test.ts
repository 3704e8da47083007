import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {packedBytes} from "../../../src/lib/formats/format.js";
import {groupsAlong} from "../../../src/lib/formats/groups.js";
import {
  fourOverSix,
  fourOverSixCandidate,
  fourOverSixQuantize,
} from "../../../src/lib/formats/nvfp4/four-over-six.js";
import {nvfp4, nvfp4Quantize} from "../../../src/lib/formats/nvfp4/nvfp4.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

const squaredError = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0);

/** g = 1 and a block of its own for `block`. */
const besideUnit = (block: readonly number[]) => tensor([2688, ...new Array(15).fill(0), ...block]);

describe("fourOverSix", () => {
  test("brings the maximum to 4 where the values then fall on levels", () => {
    const q = fourOverSixQuantize(besideUnit([4, 3, 2, 1]));
    expect([...q.pickedFour]).toEqual([0, 1]);
    expect([...q.codes.subarray(16)]).toEqual([6, 5, 4, 2]);
    expect([...q.scaleCodes]).toEqual([0x7e, 0x38]);
  });

  test("keeps 6 on equal errors", () => {
    expect([...fourOverSixQuantize(besideUnit([0, 0])).pickedFour]).toEqual([0, 0]);
  });

  test("shows both candidates of one block", () => {
    const y = Float32Array.of(4, 3, 2, 1);
    const groups = groupsAlong([4], 0, 16);
    const six = fourOverSixCandidate(y, groups, 6);
    const four = fourOverSixCandidate(y, groups, 4);
    expect(six.errors[0]).toBeGreaterThan(0);
    expect([...four.errors]).toEqual([0]);
    expect([...six.codes]).toEqual([7, 6, 5, 3]);
  });

  test("packs as NVFP4 and gives the packed values back", () => {
    const x = besideUnit([4, 3, -2, 1, 0.4]);
    const packed = fourOverSix().encode(x);
    expect(packedBytes(packed)).toBe(11 + 2 + 4);
    expect([...fourOverSix().decode(packed).data.subarray(16)]).toEqual([4, 3, -2, 1, 0.5].map((v) => v));
  });

  test("never loses more than NVFP4 with the same order and rounding", () => {
    const options = {order: "prescaled", rounding: "half-to-zero"} as const;
    const base = nvfp4(options);
    fc.assert(
      fc.property(
        fc.array(fc.float({min: -50, max: 50, noNaN: true}), {minLength: 1, maxLength: 64}),
        (values) => {
          const x = tensor(values);
          const ours = fourOverSix().decode(fourOverSix().encode(x)).data;
          const theirs = base.decode(base.encode(x)).data;
          // Both errors carry float32 roundings of products with the tensor scale.
          expect(squaredError(ours, x.data)).toBeLessThanOrEqual(
            squaredError(theirs, x.data) * (1 + 1e-5) + 1e-30,
          );
        },
      ),
      {seed: 1},
    );
  });

  test("takes zeros, odd lengths and empty tensors, and refuses NaN", () => {
    const format = fourOverSix();
    const zeros = tensor(new Float32Array(19), [1, 19]);
    expect(format.decode(format.encode(zeros))).toEqual(zeros);
    expect(format.decode(format.encode(tensor([], [0, 3])))).toEqual(tensor([], [0, 3]));
    expect(() => format.encode(tensor([Number.NaN]))).toThrow(/fourOverSix: .* got NaN at index 0/);
    expect(() => fourOverSix({blockSize: 1.5})).toThrow(
      "fourOverSix: blockSize must be an integer of at least 1, got 1.5",
    );
    expect(fourOverSix({blockSize: 32, rounding: "half-even"}).id).toBe("four_over_six_b32_half_even");
  });

  test("has the tensor scale of NVFP4", () => {
    const x = besideUnit([1, 2, 3]);
    expect(fourOverSixQuantize(x).tensorScale).toBe(nvfp4Quantize(x).tensorScale);
  });
});
