import {describe, expect, test} from "vitest";
import {randomStream} from "../../src/lib/tensor/random.js";
import {compileKernel, type KernelValues} from "../../src/lib/verification/compile.js";
import {drawInputs, inputGenerators, mixedInputs} from "../../src/lib/verification/generators.js";
import {testedKernels} from "../../src/lib/verification/kernels/registry.js";
import {kernelText} from "../../src/lib/verification/print.js";
import {readKernel} from "../../src/lib/verification/read.js";
import {unrolled} from "../../src/lib/verification/unroll.js";

const range = (count: number) => Array.from({length: count}, (_, i) => i);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const dotOf = (count: number, at: (k: number) => number) => sum(range(count).map(at));

/** Plain arithmetic for each kernel, written without the language. */
const EXPECTED: Readonly<
  Record<string, (inputs: KernelValues) => Readonly<Record<string, readonly number[]>>>
> = {
  dot: ({n, a, b}) => ({y: [dotOf(n[0], (i) => a[i] * b[i])]}),
  gemv: ({w, x}) => ({y: range(4).map((o) => dotOf(8, (k) => w[o * 8 + k] * x[k]))}),
  gemm: ({a, b}) => ({
    c: range(16).map((at) => dotOf(3, (k) => a[Math.floor(at / 4) * 3 + k] * b[k * 4 + (at % 4)])),
  }),
  convolution: ({x, w}) => ({y: range(12).map((t) => dotOf(4, (k) => w[k] * (x[t - k] ?? 0)))}),
  planes: ({w, x}) => {
    const bit = (word: number, k: number) => (Math.floor(word / 2 ** k) % 2 === 1 ? 1 : -1);
    return {y: [sum(range(3).map((p) => 2 ** p * dotOf(8, (k) => bit(w[0], k) * bit(x[p], k))))]};
  },
  lookup: ({table, codes}) => ({y: range(3).map((o) => dotOf(2, (g) => table[16 * g + codes[2 * o + g]]))}),
  softmax: ({x}) => {
    const most = Math.max(...x);
    return {most: [most], total: [sum([...x].map((value) => Math.floor(256 * 2 ** (value - most))))]};
  },
  scan: ({decay, x}) => {
    const y: number[] = [];
    for (let t = 0; t < 12; t++) y.push(Math.floor((decay[t] * (y[t - 1] ?? 0)) / 256) + x[t]);
    return {y};
  },
  requantize: ({sum: sums, multiplier}) => ({
    y: [...sums].map((value) =>
      Math.max(-128, Math.min(127, Math.floor((value * multiplier[0]) / 256 + 0.5))),
    ),
  }),
  unpack: ({packed}) => ({
    codes: [...packed].flatMap((byte) => [(byte % 16) - 8, Math.floor(byte / 16) - 8]),
  }),
  "group-maximum": ({x}) => ({
    most: range(3).map((g) => Math.max(...range(4).map((i) => Math.abs(x[4 * g + i])))),
  }),
  hadamard: ({x}) => {
    const signs = (row: number, column: number) =>
      range(3).filter((bit) => (row >> bit) & (column >> bit) & 1).length % 2 === 0 ? 1 : -1;
    return {y: range(8).map((row) => dotOf(8, (column) => signs(row, column) * x[column]))};
  },
};

describe.each(testedKernels.all.map((record) => [record.id, record] as const))(
  "the kernel %s",
  (id, {text}) => {
    const kernel = readKernel(text);

    test("is read again from what is printed of it, unrolled or not", () => {
      expect(readKernel(kernelText(kernel))).toEqual(kernel);
      const flat = unrolled(kernel);
      expect(kernelText(readKernel(kernelText(flat)))).toBe(kernelText(flat));
    });

    test("gives what plain arithmetic gives, unrolled or not, for every generator and whatever memory held", () => {
      const machines = [compileKernel(kernel), compileKernel(unrolled(kernel))];
      const stream = randomStream(7, id);
      for (const generator of inputGenerators.all) {
        for (let n = 0; n < 40; n++) {
          const inputs = drawInputs(kernel, generator, stream);
          const expected = EXPECTED[id](inputs);
          for (const machine of machines) {
            machine.fill(() => stream.integer(2 ** 32) | 0);
            expect(machine.run(inputs)).toBeNull();
            for (const [name, values] of Object.entries(machine.outputs)) {
              // A sum with -0 is the same integer as one with 0.
              expect([...values]).toEqual(expected[name].map((value) => value + 0));
            }
          }
        }
      }
    });

    test("reaches nothing beside its arrays: it does the same on a machine that does not look", () => {
      const [checked, unchecked] = [
        compileKernel(unrolled(kernel)),
        compileKernel(unrolled(kernel), {outside: "reaches what lies beside"}),
      ];
      const stream = randomStream(8, id);
      for (let n = 0; n < 40; n++) {
        const inputs = drawInputs(kernel, mixedInputs, stream);
        checked.run(inputs);
        expect(unchecked.run(inputs)).toBeNull();
        expect(unchecked.outputs).toEqual(checked.outputs);
      }
    });
  },
);
