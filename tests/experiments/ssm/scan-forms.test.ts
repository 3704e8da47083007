import {describe, expect, test} from "vitest";
import {TECHNIQUES} from "../../../src/lib/experiments/ssm/forms.js";
import {scanForms} from "../../../src/lib/experiments/ssm/scan-forms.js";

const HALF_LIVES = [1e-6, 0.02, 1, 64, 1e9];
const CASES = TECHNIQUES.flatMap((technique) => HALF_LIVES.map((halfLife) => [technique, halfLife] as const));

describe.each(CASES)("%s with a half-life of %f tokens", (technique, halfLife) => {
  test.each([1, 63, 64, 65])("agrees with the recurrence in every form over %i tokens", async (tokens) => {
    const rows = await scanForms.run({technique, halfLife, tokens});
    const sound = rows.filter(({form}) => form !== "naive");
    expect(sound.length).toBeGreaterThan(3);
    for (const {form, precision, difference, broken} of sound) {
      expect(broken).toBe(0);
      // A sum of T terms in float32, each stored a few times; the kernel's exp is off by 2 units besides.
      const bound = precision === "float64" ? 1e-13 : 8 * (tokens + 16) * 2 ** -24;
      expect(difference, `${form} ${precision}`).toBeLessThanOrEqual(bound);
    }
    expect(new Set(rows.map(({chunkSize}) => chunkSize)).has(tokens)).toBe(true);
  });
});

test("naive chunks break where float32 ends, then where float64 does, and count what broke", async () => {
  const rows = await scanForms.run({technique: "gla", halfLife: 0.6, tokens: 1024});
  const first = (precision: string) =>
    rows.find((row) => row.form === "naive" && row.precision === precision && row.broken > 0)?.chunkSize ??
    Number.POSITIVE_INFINITY;
  // A half-life of 0.6 tokens keeps e^(-1.16) at each on average: e^-88 is left after 76 tokens, e^-709 after 614.
  expect(first("float32")).toBe(128);
  expect(first("float64")).toBe(1024);
  for (const {difference, broken} of rows) expect(difference === null).toBe(broken > 0);
});

test("the recurrence in float64 is what everything is held against, and float32 is not it", async () => {
  const rows = await scanForms.run({technique: "ssd"});
  const recurrent = rows.filter(({form}) => form === "recurrent");
  expect(recurrent.map(({difference}) => difference)).toEqual([0, expect.any(Number)]);
  expect(recurrent[1].difference).toBeGreaterThan(1e-9);
  expect(recurrent.map(({workingBytes}) => workingBytes)).toEqual([2048, 1024]);
});

test("larger chunks take fewer steps and more memory for the weights of pairs", async () => {
  const rows = await scanForms.run({technique: "ssd"});
  const chunked = rows.filter(({form, precision}) => form === "chunked" && precision === "float64");
  const steps = chunked.map((row) => row.steps!);
  expect(steps).toEqual(steps.toSorted((a, b) => b - a));
  expect(chunked.at(-1)!.operations!).toBeGreaterThan(5 * chunked[0].operations!);
  const kernel = rows.find(({form}) => form === "kernel")!;
  expect([kernel.operations, kernel.steps, kernel.workingBytes]).toEqual([null, null, null]);
});
