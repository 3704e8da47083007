import {describe, expect, test} from "vitest";
import {glaCost, selectiveScanCost, ssdChunkedCost, ssdCost} from "../../../src/lib/engine/scan/scan-cost.js";
import {type Drawn, formsOf, TECHNIQUES} from "../../../src/lib/experiments/ssm/forms.js";

const DRAWN: Drawn = {tokens: 48, halfLife: 4, subChunkSize: 8, seed: 3};

describe.each(TECHNIQUES)("the forms of %s", (technique) => {
  test("begin with the recurrence, and each has a name of its own", async () => {
    const forms = await formsOf(technique, DRAWN);
    const names = forms.map(({form}) => form);
    expect(names[0]).toBe("recurrent");
    expect(new Set(names).size).toBe(names.length);
  });

  test("keep 256 numbers of state and give as many outputs a token as the recurrence", async () => {
    const forms = await formsOf(technique, DRAWN);
    for (const {form, precisions, run} of forms) {
      for (const precision of precisions) {
        const {y, state} = run(precision, 16);
        expect(state.length, form).toBe(256);
        expect(y.length, form).toBe(48 * 16);
      }
    }
  });

  test("draw the same numbers for a seed and others for another", async () => {
    const outputs = async (drawn: Drawn) => (await formsOf(technique, drawn))[0].run("float64", 1).y;
    expect(await outputs(DRAWN)).toEqual(await outputs(DRAWN));
    expect(await outputs(DRAWN)).not.toEqual(await outputs({...DRAWN, seed: 4}));
  });

  test("the half-life decides how much of the text stays in the state", async () => {
    const short = (await formsOf(technique, {...DRAWN, halfLife: 1e-6}))[0].run("float64", 1);
    // Nothing survives from token to token: a number of state is a product of two or three draws.
    expect(Math.max(...short.state.map(Math.abs))).toBeLessThan(100);
    const long = (await formsOf(technique, {...DRAWN, halfLife: 1e9}))[0].run("float64", 1);
    expect(Math.max(...long.state.map(Math.abs))).toBeGreaterThan(Math.max(...short.state.map(Math.abs)));
  });

  test("chunks of any size agree with the recurrence, the whole text at once too", async () => {
    const forms = await formsOf(technique, DRAWN);
    const expected = forms[0].run("float64", 1).y;
    const chunked = forms.find(({form}) => form === "chunked")!;
    expect(chunked.chunks).toBe(true);
    for (const size of [1, 7, 16, 48]) {
      const {y} = chunked.run("float64", size);
      y.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i], 9);
      });
    }
  });

  test("have costs from the shapes, larger for more tokens; a kernel has none", async () => {
    for (const {form, chunks, cost} of await formsOf(technique, DRAWN)) {
      const own = cost(16);
      expect(own === null, form).toBe(form === "kernel");
      if (own === null) continue;
      for (const count of Object.values(own)) expect(count, form).toBeGreaterThanOrEqual(0);
      if (!chunks) expect(cost(48)).toEqual(own);
    }
    const operations = async (tokens: number) =>
      (await formsOf(technique, {...DRAWN, tokens}))[0].cost(1)!.operations;
    expect(await operations(96)).toBe(2 * (await operations(48)));
  });
});

test("the costs are those of the library at these shapes", async () => {
  const first = async (technique: (typeof TECHNIQUES)[number]) =>
    (await formsOf(technique, DRAWN))[0].cost(1);
  expect(await first("selective-scan")).toEqual(selectiveScanCost({tokens: 48, channels: 16, stateSize: 16}));
  expect(await first("gla")).toEqual(glaCost({tokens: 48, heads: 2, keyDim: 16, valueDim: 8}));
  const sizes = {tokens: 48, heads: 2, headDim: 8, stateSize: 16};
  expect(await first("ssd")).toEqual(ssdCost(sizes));
  const [, chunked] = await formsOf("ssd", DRAWN);
  expect(chunked.cost(16)).toEqual(ssdChunkedCost(sizes, 16));
});
