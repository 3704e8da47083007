import {readdirSync, readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {checkGolden} from "../../src/cli/conformance/check-file.js";
import {mergeOps} from "../../src/cli/conformance/load-ops.js";
import {ops as ggml} from "../../src/cli/conformance/ops/ggml.js";
import {castValue} from "../../src/lib/formats/cast.js";
import {f16} from "../../src/lib/formats/element.js";
import {decodeBlocks, encodeBlocks, nearestInt, writeHalf} from "../../src/lib/formats/ggml/block.js";
import {ggmlBlock, ggmlBlocks} from "../../src/lib/formats/ggml/registry.js";
import {formatById} from "../../src/lib/formats/registry.js";
import {tensorError} from "../../src/lib/tensor/error.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {tensor} from "../../src/lib/tensor/tensor.js";

const ops = mergeOps([ggml]);
const folder = new URL("../golden/number-formats/", import.meta.url);
const golden = readdirSync(folder).filter((name) => /^gg(ml|uf)_.*\.json$/.test(name));

test.each(golden)("%s agrees with the reference, bit for bit", (name) => {
  const {verdict, comparisons, reason} = checkGolden(readFileSync(new URL(name, folder), "utf8"), ops);
  expect(comparisons.filter(({agrees}) => !agrees)).toEqual([]);
  expect(verdict, reason).toBe("agrees");
});

/** Relative mean squared errors of ggml's own encoders on 256 x 1024 Gaussian values, and bits an element. */
const MEASURED: Readonly<Record<string, readonly [error: number, bits: number]>> = {
  q4_0: [7.41e-3, 4.5],
  q4_1: [6.13e-3, 5],
  q5_0: [1.83e-3, 5.5],
  q5_1: [1.44e-3, 6],
  q8_0: [2.88e-5, 8.5],
  q2_K: [8.82e-2, 2.625],
  q3_K: [2.28e-2, 3.4375],
  q4_K: [5.11e-3, 4.5],
  q5_K: [1.31e-3, 5.5],
  q6_K: [3.15e-4, 6.5625],
  iq4_nl: [5.81e-3, 4.5],
  iq4_xs: [5.9e-3, 4.25],
  iq3_s: [2.77e-2, 3.4375],
  mxfp4: [1.32e-2, 4.25],
  nvfp4: [9.05e-3, 4.5],
  tq1_0: [0.654, 1.6875],
  tq2_0: [0.654, 2.0625],
};

const gaussian = (name: string, count: number) => {
  const stream = randomStream(6, name);
  return draws(count, () => stream.normal());
};

/** Samples of this size differ by about half a percent from one another. */
const sample = gaussian("errors", 256 * 1024);

test.each(Object.entries(MEASURED))(
  "%s has the size and, within 1 %, the error of ggml's encoder on Gaussian values",
  (id, [error, bits]) => {
    const block = ggmlBlock(id)!;
    const bytes = encodeBlocks(block, sample, 1024);
    expect((8 * bytes.length) / sample.length).toBe(bits);
    const {relativeMse} = tensorError(sample, decodeBlocks(block, bytes));
    expect(Math.abs(relativeMse / error - 1)).toBeLessThan(0.01);
  },
);

/** Mean of the weighed squared errors. */
function weighed(x: Float32Array, y: Float32Array, importance: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += importance[i % importance.length] * (x[i] - y[i]) ** 2;
  return sum / x.length;
}

test.each(ggmlBlocks.map((block) => [block.id, block] as const))(
  "importance lessens the errors it weighs in %s, or makes no difference",
  (id, block) => {
    const x = gaussian(`importance ${id}`, 16 * 512);
    const importance = gaussian("columns", 512).map((z) => Math.exp(2 * z));
    const plain = encodeBlocks(block, x, 512);
    const bytes = encodeBlocks(block, x, 512, importance);
    if (!block.weighsErrors) {
      expect(bytes).toEqual(plain);
      return;
    }
    const errors = [bytes, plain].map((each) => weighed(x, decodeBlocks(block, each), importance));
    expect(errors[0]).toBeLessThan(errors[1]);
  },
);

test("a row that ends inside a block is filled up with zeros, which take their bytes", () => {
  const x = tensor(gaussian("odd", 2 * 40), [2, 40]);
  const format = formatById("q8_0");
  const packed = format.encode(x);
  expect(packed.parts.blocks.length).toBe(2 * 2 * 34);
  expect(format.decode(packed).shape).toEqual([2, 40]);
});

test("importance of another length, or below 0, is refused by name", () => {
  const x = tensor(gaussian("refused", 64), [2, 32]);
  const encode = (importance: Float32Array) => formatById("q4_K").encode(x, {importance});
  expect(() => encode(new Float32Array(31))).toThrow(
    "q4_K: importance must hold a weight for each of 32 columns, got 31",
  );
  expect(() => encode(new Float32Array(32).fill(-1))).toThrow(
    "q4_K: importance must be finite and at least 0, got -1 at index 0",
  );
});

test("iq3_s loses what follows a group of zeros, as the reference does, whose points then move up without their bits", () => {
  const x = gaussian("zeros", 256);
  const block = ggmlBlock("iq3_s")!;
  const error = () => tensorError(x, decodeBlocks(block, encodeBlocks(block, x, 256))).relativeMse;
  expect(error()).toBeLessThan(0.05);
  x.fill(0, 0, 32);
  expect(error()).toBeGreaterThan(0.5);
});

test("half precision is that of the cast, to infinity and below the smallest normal number", () => {
  const bytes = new Uint8Array(2);
  const stream = randomStream(16, "halves");
  for (let n = 0; n < 20_000; n++) {
    const x = Math.fround(stream.normal() * 2 ** (60 * stream.uniform() - 30));
    expect(writeHalf(bytes, 0, x)).toBe(castValue(f16, x, {overflow: "inf"}));
  }
  expect(writeHalf(bytes, 0, 65520)).toBe(Number.POSITIVE_INFINITY);
  expect(Object.is(writeHalf(bytes, 0, -0), -0)).toBe(true);
});

test("nearest integers take the even one midway", () => {
  expect([-1.5, -0.5, 0.5, 1.5, 2.5, 2.51].map((v) => nearestInt(v) + 0)).toEqual([-2, 0, 0, 2, 2, 3]);
});
