import {expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {powerExponent} from "../../../src/lib/experiments/formats/power-exponent.js";
import {sample} from "../../../src/lib/experiments/formats/sources.js";
import {int} from "../../../src/lib/formats/int.js";
import {measure, roundTrip} from "../../../src/lib/quant/measure.js";

const data = await loadData(powerExponent.needs);
const curve = (distribution: "normal" | "laplace") =>
  powerExponent.run({distribution, bits: [4], granularity: "tensor"}, {data});

test("the exponent of one gives the error of plain integers, and others are measured against it", async () => {
  const rows = await curve("normal");
  const uniform = rows.at(-1)!;
  const integers = roundTrip(int({bits: 4, granularity: "tensor"}), sample("normal", 0));
  expect(uniform.relativeMse).toBeCloseTo(measure([integers]).relativeMse, 6);
  expect(uniform.overUniform).toBe(1);
  for (const row of rows) {
    expect(row.overUniform * uniform.relativeMse).toBeCloseTo(row.relativeMse, 12);
    expect(row.isBest).toBe(rows.every((other) => other.relativeMse >= row.relativeMse));
  }
});

test("the longer the tails under one scale, the smaller the best exponent", async () => {
  const [normal, laplace] = await Promise.all([curve("normal"), curve("laplace")]);
  const best = (rows: typeof normal) => rows.find(({isBest}) => isBest)!.exponent;
  expect(best(laplace)).toBeLessThan(best(normal));
});
