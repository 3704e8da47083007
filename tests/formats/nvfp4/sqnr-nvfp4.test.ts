import {describe, expect, test} from "vitest";
import type {Format} from "../../../src/lib/formats/format.js";
import {fourOverSix} from "../../../src/lib/formats/nvfp4/four-over-six.js";
import {nvfp4} from "../../../src/lib/formats/nvfp4/nvfp4.js";
import {razer} from "../../../src/lib/formats/razer/razer.js";
import {razerAct} from "../../../src/lib/formats/razer/razer-act.js";
import {razerV1} from "../../../src/lib/formats/razer/razer-v1.js";
import {tensorError} from "../../../src/lib/tensor/error.js";
import {type RandomStream, randomStream} from "../../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";

/** A quarter of the table's 1024 rows is enough for its limits, and quick. */
const ROWS = 256;
const COLUMNS = 1024;

function sample(name: string, draw: (stream: RandomStream) => number): Tensor {
  const stream = randomStream(11, name);
  return tensor(
    Float32Array.from({length: ROWS * COLUMNS}, () => draw(stream)),
    [ROWS, COLUMNS],
  );
}

function withOutlierColumns(): Tensor {
  const x = sample("outliers", (stream) => stream.normal());
  const stream = randomStream(12, "outlier columns");
  const chosen = new Set<number>();
  while (chosen.size < 10) chosen.add(stream.integer(COLUMNS));
  return tensor(
    x.data.map((value, i) => (chosen.has(i % COLUMNS) ? 20 * value : value)),
    x.shape,
  );
}

const DATA: Readonly<Record<string, Tensor>> = {
  normal: sample("normal", (stream) => stream.normal()),
  t5: sample("t5", (stream) => stream.studentT(5)),
  laplace: sample("laplace", (stream) => stream.laplace()),
  outliers: withOutlierColumns(),
};

/** Decibels on the four kinds of data, of the reference implementations. */
const TABLE: readonly (readonly [Format, readonly [number, number, number, number]])[] = [
  [nvfp4(), [20.42, 20.69, 20.66, 20.9]],
  [fourOverSix(), [21.2, 21.24, 21.19, 21.12]],
  [razerAct(), [22.06, 21.84, 21.86, 21.26]],
  [razer({specials: [5, -5, 7, -7]}), [22.66, 22.66, 22.68, 22.24]],
  [razer(), [22.46, 22.59, 22.6, 22.8]],
  [razerV1(), [20.19, 19.39, 19.46, 15.51]],
];

const sqnr = (format: Format, x: Tensor): number =>
  tensorError(x.data, format.decode(format.encode(x)).data).sqnrDb;

describe.each(TABLE)("the SQNR of $id", (format, expected) => {
  test.each(Object.keys(DATA).map((name, i) => [name, expected[i]] as const))(
    "on %s data is %d dB",
    (name, decibels) => {
      // Two seeds differ by up to 0.05 dB, with outlier columns by up to 0.26 dB.
      const limit = name === "outliers" ? 0.5 : 0.1;
      expect(Math.abs(sqnr(format, DATA[name]) - decibels)).toBeLessThanOrEqual(limit);
    },
  );
});

test("special values gain at the same 4.5 bits: NVFP4 < 4over6 < RaZeR with 5 < RaZeR with 5 and 8", () => {
  const order = [nvfp4(), fourOverSix(), razerAct(), razer()];
  for (const name of ["normal", "t5"]) {
    const decibels = order.map((format) => sqnr(format, DATA[name]));
    expect(decibels).toEqual([...decibels].sort((a, b) => a - b));
  }
});
