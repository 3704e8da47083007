import {expect, test} from "vitest";
import {fisherCurvature} from "../../src/lib/evaluate/fisher-curvature.js";
import {softmax} from "../../src/lib/tensor/softmax.js";
import {type Tensor, tensor} from "../../src/lib/tensor/tensor.js";

const predicted = ({data}: Tensor) => softmax(data);

test("finds the Fisher matrix of logits, whose trace is 1 less the squares of the probabilities", async () => {
  const logits = tensor(Float32Array.of(0.3, -1.2, 0.9, 0.1, 2), [5]);
  const p = predicted(logits);
  const divergence = async (moved: Tensor) => {
    const q = predicted(moved);
    return p.reduce((sum, each, i) => sum + each * Math.log(each / q[i]), 0);
  };
  const {value, standardError} = await fisherCurvature(logits, divergence, {probes: 400});
  const trace = 1 - p.reduce((sum, each) => sum + each * each, 0);
  expect(Math.abs(5 * value - trace)).toBeLessThan(3 * 5 * standardError + 0.01 * trace);
  expect(5 * standardError).toBeLessThan(trace / 10);
});

test("refuses a tensor without values to move", async () => {
  const divergence = async () => 0;
  await expect(fisherCurvature(tensor(new Float32Array(3), [3]), divergence)).rejects.toThrow(/weight/);
});
